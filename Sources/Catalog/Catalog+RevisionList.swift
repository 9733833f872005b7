internal import GRDB
public import UpdateModel

extension Catalog {
  /// The answer to GetRevisionIdList: the latest revision of each update that the filter selects, and
  /// the anchor of the same snapshot (MS-WSUSSS 3.1.4.5, SSS-131 to SSS-144).
  ///
  /// Revisions that need a newer protocol than `dssVersion` are withheld (SSS-066), and so are those for more than
  /// 63 languages when the DSS can keep no more apart.
  ///
  /// - Throws: ``CatalogError/malformedAnchor(_:)``, ``CatalogError/foreignAnchor(_:epoch:lastSequence:)``.
  public func revisionIDList(_ filter: RevisionFilter, dssVersion: ProtocolVersion) async throws -> RevisionIDList {
    try await read("revision list") { db in
      let since = try ChangeLog.sequence(db, of: filter.anchor?.text) ?? -1
      let anchor = SyncAnchor(try ChangeLog.mark(db).description)
      let selection = try RevisionSelection(filter, since: since, db)
      let identities = try selection.map { try $0.identities(dssVersion, db) } ?? []
      return RevisionIDList(anchor: anchor, identities: identities)
    }
  }
}

/// The rows that a filter selects, as a condition on `revision`.
struct RevisionSelection {
  private let condition: String
  private let since: Int64
  private let is63LanguagesOnly: Bool

  /// - Returns: nil when the filter selects nothing: one-sided (AMB-08, SSS-140).
  init?(_ filter: RevisionFilter, since: Int64, _ db: Database) throws {
    is63LanguagesOnly = filter.is63LanguagesOnly ?? false
    let lastCode = UpdateKind.lastConfigurationCode
    if filter.isConfiguration {
      self.since = since
      condition = "kind <= \(lastCode)"
      return
    }
    // A language that the DSS newly wants asks for everything again (AMB-30).
    let isComplete = filter.languages?.contains { !$0.isDelta } ?? false
    guard filter.categories.isEmpty == filter.classifications.isEmpty else { return nil }
    guard !filter.categories.isEmpty else {
      self.since = isComplete ? -1 : since
      condition = "kind > \(lastCode)"
      return
    }
    let tree = try CategoryTree(db)
    let categories = try tree.keys(filter.categories.map(\.id), db)
    let classifications = try tree.keys(filter.classifications.map(\.id), db)
    let complete = try tree.keys((filter.categories + filter.classifications).filter { !$0.isDelta }.map(\.id), db)
    var parts = ["kind > \(lastCode)", Self.belongs(to: categories), Self.belongs(to: classifications)]
    if !isComplete, !complete.isEmpty { parts.append("(changeSequence > \(since) OR \(Self.belongs(to: complete)))") }
    self.since = isComplete || !complete.isEmpty ? -1 : since
    condition = parts.joined(separator: " AND ")
  }

  func identities(_ version: ProtocolVersion, _ db: Database) throws -> [UpdateIdentity] {
    let sql = """
      SELECT updateID, revisionNumber FROM revision JOIN knownUpdate USING (updateKey)
      WHERE isLatest = 1 AND changeSequence > ? AND (compatibleVersion IS NULL OR compatibleVersion <= ?)
        AND \(condition)\(is63LanguagesOnly ? " AND \(Self.isFor63Languages)" : "")
      ORDER BY changeSequence, revisionID
      """
    var identities: [UpdateIdentity] = []
    let rows = try Row.fetchCursor(db, sql: sql, arguments: [since, version.code])
    while let row = try rows.next() { identities.append(try row.identity(0, 1)) }
    return identities
  }

  /// One line feed stands between two languages; no languages means all of them, which needs no bits.
  private static let isFor63Languages =
    "(languages IS NULL OR length(languages) - length(replace(languages, char(10), '')) < 63)"

  private static func belongs(to keys: Set<Int64>) -> String {
    """
    EXISTS (SELECT 1 FROM prerequisite WHERE prerequisite.revisionID = revision.revisionID AND isCategory = 1
      AND prerequisite.updateKey IN (\(keys.sorted().map(String.init).joined(separator: ", "))))
    """
  }
}

/// Categories and what lies below them: companies hold families, families hold products.
struct CategoryTree {
  private var children: [Int64: [Int64]] = [:]

  init(_ db: Database) throws {
    let sql = """
      SELECT prerequisite.updateKey, revision.updateKey FROM revision JOIN prerequisite USING (revisionID)
      WHERE isLatest = 1 AND kind BETWEEN 1 AND \(UpdateKind.lastConfigurationCode) AND kind <= 5 AND isCategory = 1
      """
    let rows = try Row.fetchCursor(db, sql: sql)
    while let row = try rows.next() { children[row[0], default: []].append(row[1]) }
  }

  /// The keys of categories and of all below them. Unknown ones are ignored.
  func keys(_ updateIDs: [GUID], _ db: Database) throws -> Set<Int64> {
    let statement = try RawStatement(db, "SELECT updateKey FROM knownUpdate WHERE updateID = ?")
    var open: [Int64] = []
    for updateID in updateIDs {
      statement.bind(1, updateID)
      if let key = try statement.fetchInt64() { open.append(key) }
    }
    var found = Set(open)
    while let key = open.popLast() {
      for child in children[key] ?? [] where found.insert(child).inserted { open.append(child) }
    }
    return found
  }
}
