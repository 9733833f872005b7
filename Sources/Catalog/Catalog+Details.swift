internal import GRDB
public import UpdateModel

extension Catalog {
  /// The latest revision of an update; nil when none is published.
  public func update(_ updateID: GUID, language: String? = nil) async throws -> UpdateDetails? {
    try await read("update") { db in
      let sql = "SELECT revisionID FROM revision JOIN knownUpdate USING (updateKey) WHERE updateID = ? AND isLatest = 1"
      let revisionID = try Int64.fetchOne(db, sql: sql, arguments: [updateID.sql])
      return try revisionID.map { try UpdateDetailsReader(db, revisionID: $0, language: language).details() }
    }
  }

  /// One published revision; nil when unknown.
  public func update(_ identity: UpdateIdentity, language: String? = nil) async throws -> UpdateDetails? {
    try await read("update") { db in
      let revisionID = try Self.publishedID(identity, db)
      return try revisionID.map { try UpdateDetailsReader(db, revisionID: $0, language: language).details() }
    }
  }
}

/// Gathers everything of one revision.
struct UpdateDetailsReader {
  private let db: Database
  private let revisionID: Int64
  private let language: String?
  private let titles: TitleReader

  init(_ db: Database, revisionID: Int64, language: String?) throws {
    self.db = db
    self.revisionID = revisionID
    self.language = language
    titles = try TitleReader(db, language: language)
  }

  func details() throws -> UpdateDetails {
    let sql = """
      SELECT isLatest, languages, defaultLanguage, securityBulletins, msrcSeverity, supportURL, handler,
        publicationState, flags, compatibleVersion, maxDownloadSize, revision.eulaID, coalesce(isAccepted, 0)
      FROM revision LEFT JOIN eula ON eula.eulaID = revision.eulaID WHERE revisionID = ?
      """
    guard let row = try Row.fetchOne(db, sql: sql, arguments: [revisionID]) else {
      throw CatalogError.damagedRow(table: "revision", key: revisionID, column: "revisionID")
    }
    let flags = RevisionFlags(rawValue: row[8])
    let members = try references(Self.categoriesSQL)
    return UpdateDetails(
      row: try updateRow(), revisions: try revisions(), isLatest: row[0], localized: try localized(),
      languages: WordList.words(row[1]), defaultLanguage: row[2], securityBulletins: WordList.words(row[3]),
      msrcSeverity: row[4], supportURL: row[5], handler: row[6], publicationState: row[7],
      isExplicitlyDeployable: flags.contains(.isExplicitlyDeployable), isMandatory: flags.contains(.isMandatory),
      compatibleProtocolVersion: (row[9] as Int64?).map { ProtocolVersion(code: $0) }, maxDownloadSize: row[10],
      eulaID: try row.optionalGUID(11), isEULAAccepted: row[12], prerequisites: try prerequisites(),
      categories: members, classifications: try references(Self.classificationsSQL),
      supersedes: try references(Self.supersedesSQL), supersededBy: try references(Self.supersededBySQL),
      bundles: try references(Self.bundlesSQL), bundledBy: try references(Self.bundledBySQL), files: try files(),
      approvals: try approvals())
  }

  private func updateRow() throws -> UpdateRow {
    guard let row = try Row.fetchOne(db, sql: "\(UpdateRowReader.select) WHERE revisionID = ?", arguments: [revisionID])
    else { throw CatalogError.damagedRow(table: "revision", key: revisionID, column: "updateKey") }
    return try UpdateRowReader(db, language: language).row(row)
  }

  private func revisions() throws -> [UpdateIdentity] {
    let sql = """
      SELECT updateID, revisionNumber FROM revision JOIN knownUpdate USING (updateKey)
      WHERE updateKey = (SELECT updateKey FROM revision WHERE revisionID = ?) AND changeSequence IS NOT NULL
      ORDER BY revisionNumber DESC
      """
    return try Row.fetchAll(db, sql: sql, arguments: [revisionID]).map { try $0.identity(0, 1) }
  }

  private func localized() throws -> [LocalizedProperties] {
    let sql = """
      SELECT language, title, description, uninstallNotes, moreInfoURLs, supportURL FROM localizedText
      WHERE revisionID = ? ORDER BY position
      """
    return try Row.fetchAll(db, sql: sql, arguments: [revisionID]).map { row in
      LocalizedProperties(
        language: row[0], title: row[1], description: row[2], uninstallNotes: row[3],
        moreInfoURLs: WordList.words(row[4]), supportURL: row[5])
    }
  }

  private func prerequisites() throws -> [PrerequisiteClause] {
    let sql = """
      SELECT clause, updateID, isCategory FROM prerequisite JOIN knownUpdate USING (updateKey)
      WHERE revisionID = ? ORDER BY clause, position
      """
    var clauses: [(index: Int, ids: [GUID], isCategory: Bool)] = []
    for row in try Row.fetchAll(db, sql: sql, arguments: [revisionID]) {
      if clauses.last?.index != (row[0] as Int) { clauses.append((row[0], [], row[2])) }
      clauses[clauses.count - 1].ids.append(try row.guid(1))
    }
    return clauses.map { PrerequisiteClause(updateIDs: $0.ids, isCategory: $0.isCategory) }
  }

  private func files() throws -> [FileRecord] {
    let sql = """
      SELECT fileName, modified, patchingType, isEncrypted, additionalDigests, fileID, digest, size, muURL, isPresent,
        verifiedAt, isRequested
      FROM revisionFile JOIN file USING (fileID) WHERE revisionID = ? ORDER BY position
      """
    let reader = try ContentFileReader(db)
    return try Row.fetchAll(db, sql: sql, arguments: [revisionID]).map { row in
      FileRecord(
        file: try ContentFileReader.file(row, from: 0, digest: try row.digest(6), size: row[7]), muURL: row[8],
        isPresent: row[9], verified: row.timestamp(10), isRequestedByDownstream: row[11],
        failure: try reader.failure(row[5]))
    }
  }

  private func approvals() throws -> [UpdateDetails.Approval] {
    let names = Dictionary(try Catalog.groups(db).map { ($0.targetGroupID, $0.name) }) { first, _ in first }
    let condition = "isDead = 0 AND updateKey = (SELECT updateKey FROM revision WHERE revisionID = ?)"
    return try DeploymentRows.fetch(db, where: "\(condition) ORDER BY deploymentKey", [revisionID]).map {
      UpdateDetails.Approval(deployment: $0, groupName: names[$0.targetGroupID])
    }
  }

  /// From rows of updateID, revision number or NULL, revision to take the title of or NULL.
  private func references(_ sql: String) throws -> [UpdateReference] {
    try Row.fetchAll(db, sql: sql, arguments: [revisionID]).map { row in
      let titled: Int64? = row[2]
      return UpdateReference(
        updateID: try row.guid(0), revisionNumber: row[1], title: try titled.flatMap { try titles.title($0) })
    }
  }
}

extension UpdateDetailsReader {
  private static let member = """
    SELECT updateID, NULL, named.revisionID FROM prerequisite JOIN knownUpdate USING (updateKey)
      JOIN revision AS named ON named.updateKey = prerequisite.updateKey AND named.isLatest = 1
    WHERE prerequisite.revisionID = ? AND isCategory = 1 AND named.kind
    """
  fileprivate static let categoriesSQL = member + " IN (1, 2, 3, 5) ORDER BY named.kind, clause, position"
  fileprivate static let classificationsSQL = member + " = \(UpdateKind.classificationCode)"
  fileprivate static let supersedesSQL = """
    SELECT updateID, NULL, named.revisionID FROM supersedence JOIN knownUpdate USING (updateKey)
      LEFT JOIN revision AS named ON named.updateKey = supersedence.updateKey AND named.isLatest = 1
    WHERE supersedence.revisionID = ? ORDER BY updateID
    """
  fileprivate static let supersededBySQL = """
    SELECT updateID, named.revisionNumber, named.revisionID FROM supersedence
      JOIN revision AS named ON named.revisionID = supersedence.revisionID AND named.isLatest = 1
      JOIN knownUpdate ON knownUpdate.updateKey = named.updateKey
    WHERE supersedence.updateKey = (SELECT updateKey FROM revision WHERE revisionID = ?) ORDER BY updateID
    """
  fileprivate static let bundlesSQL = """
    SELECT updateID, bundle.revisionNumber, named.revisionID FROM bundle JOIN knownUpdate USING (updateKey)
      LEFT JOIN revision AS named ON named.updateKey = bundle.updateKey
        AND named.revisionNumber = bundle.revisionNumber AND named.changeSequence IS NOT NULL
    WHERE bundle.revisionID = ? ORDER BY clause, position
    """
  fileprivate static let bundledBySQL = """
    SELECT DISTINCT updateID, named.revisionNumber, named.revisionID FROM revision AS self
      JOIN bundle ON bundle.updateKey = self.updateKey AND bundle.revisionNumber = self.revisionNumber
      JOIN revision AS named ON named.revisionID = bundle.revisionID AND named.changeSequence IS NOT NULL
      JOIN knownUpdate ON knownUpdate.updateKey = named.updateKey
    WHERE self.revisionID = ? ORDER BY updateID
    """
}
