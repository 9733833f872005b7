internal import GRDB
internal import UpdateModel

/// A query of `updates list` as a condition on `revision JOIN knownUpdate`.
struct UpdateConditions {
  private var parts: [String] = ["kind > \(UpdateKind.lastConfigurationCode)"]
  private var arguments: StatementArguments = []

  init(_ query: UpdateQuery, _ db: Database) throws {
    let tree = try CategoryTree(db)
    for ids in [query.categories, query.classifications] where !ids.isEmpty {
      let keys = try tree.keys(ids, db).sorted().map(String.init).joined(separator: ", ")
      add("revisionID IN (SELECT revisionID FROM membership WHERE categoryKey IN (\(keys)))")
    }
    if !query.includesNotDeployable { add("flags & \(RevisionFlags.isExplicitlyDeployable.rawValue)") }
    if let approval = query.approval { add(Self.condition(approval)) }
    if let wanted = query.isSuperseded { add((wanted ? "" : "NOT ") + UpdateRowReader.isSuperseded) }
    if let wanted = query.needsFiles { add((wanted ? "" : "NOT ") + UpdateRowReader.needsFiles) }
    if let after = query.after { add("revisionID > ?", [after.value]) }
    if let text = query.text { try addText(text, db) }
  }

  func sql() -> (condition: String, arguments: StatementArguments) {
    (parts.map { "(\($0))" }.joined(separator: " AND "), arguments)
  }

  private mutating func add(_ part: String, _ values: StatementArguments = []) {
    parts.append(part)
    arguments += values
  }

  private static func condition(_ approval: UpdateQuery.Approval) -> String {
    let live = "SELECT 1 FROM deployment WHERE deployment.updateKey = revision.updateKey AND isDead = 0 AND action"
    return switch approval {
    case .install: "EXISTS (\(live) = 0)"
    case .uninstall: "EXISTS (\(live) = 1)"
    case .notApproved: "isHidden = 0 AND NOT EXISTS (\(live) IN (0, 1))"
    case .declined: "isHidden = 1"
    case .notDeclined: "isHidden = 0"
    }
  }

  /// The trigram index names candidates, the texts decide; revisions that are not indexed yet are read.
  private mutating func addText(_ text: String, _ db: Database) throws {
    let words = SearchWords(text)
    if let match = words.match {
      let indexed = try Int64.fetchOne(db, sql: "SELECT indexedUpTo FROM searchProgress") ?? 0
      add(
        "revisionID > \(indexed) OR revisionID IN (SELECT rowid FROM searchText WHERE searchText MATCH ?)", [match])
    }
    for word in words.words {
      add(
        """
        EXISTS (SELECT 1 FROM localizedText WHERE localizedText.revisionID = revision.revisionID
            AND (containsFolded(title, ?) OR containsFolded(description, ?)))
          OR containsFolded(kbArticles, ?) OR containsFolded(securityBulletins, ?)
        """, [word, word, word, word])
    }
  }
}
