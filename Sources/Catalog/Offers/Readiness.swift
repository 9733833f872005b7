internal import GRDB

/// `readiness`: whether the content of what is approved for installation is complete here, bundle members at any
/// depth included (product.md 3, A-31).
///
/// Files come one by one and in thousands, so that their transactions only count; who wants to know evaluates later,
/// all at once. A revision without a row has not been evaluated and counts as incomplete.
enum Readiness {
  /// One more change of which files are present, in the transaction that makes it.
  static func noteContent(_ db: Database) throws {
    try db.execute(sql: "UPDATE offering SET contentCounter = contentCounter + 1")
  }

  /// Whether nothing happened since the last evaluation that could have another result.
  static func isCurrent(_ db: Database) throws -> Bool {
    let sql = """
      SELECT evaluatedContent = contentCounter
        AND evaluatedSequence = (SELECT coalesce(max(sequence), 0) FROM change) FROM offering
      """
    return try Bool.fetchOne(db, sql: sql) ?? false
  }

  /// Evaluates everything that is approved for installation, and stamps what is different now.
  ///
  /// - Returns: how many revisions became complete or incomplete.
  static func evaluate(_ db: Database, _ sequence: inout LazySequence) throws -> Int {
    let known = try stored(db)
    var approved = KeySet()
    let write = try RawStatement(db, "INSERT OR REPLACE INTO readiness VALUES (?, ?, ?)")
    var changed = 0
    for (revisionID, isComplete) in try evaluated(db) {
      approved.insert(revisionID)
      guard known[revisionID] != isComplete else { continue }
      write.bind(1, revisionID)
      write.bind(2, isComplete)
      write.bind(3, try sequence.take(db))
      try write.run()
      changed += 1
    }
    let forget = try RawStatement(db, "DELETE FROM readiness WHERE revisionID = ?")
    for revisionID in known.keys where !approved.contains(revisionID) {
      forget.bind(1, revisionID)
      try forget.run()
    }
    try db.execute(
      sql: """
        UPDATE offering SET evaluatedContent = contentCounter,
          evaluatedSequence = (SELECT coalesce(max(sequence), 0) FROM change)
        """)
    return changed
  }

  private static func stored(_ db: Database) throws -> [Int64: Bool] {
    var known: [Int64: Bool] = [:]
    try RawStatement(db, "SELECT revisionID, isComplete FROM readiness").forEach { row in
      known[row.int64(0) ?? 0] = row.int64(1) == 1
    }
    return known
  }

  private static func evaluated(_ db: Database) throws -> [(revisionID: Int64, isComplete: Bool)] {
    let settings = try Catalog.settings(db)
    let incomplete = try incompleteRevisions(
      isMissing: isMissing(hostsExpress: settings.hostsPSFFiles, isCatalogOnly: settings.isCatalogOnly), db)
    var result: [(revisionID: Int64, isComplete: Bool)] = []
    let sql = "SELECT DISTINCT revisionID FROM \(approvedRevisions) WHERE \(isApproved)"
    try RawStatement(db, sql).forEach { row in
      let revisionID = row.int64(0) ?? 0
      result.append((revisionID, !incomplete.contains(revisionID)))
    }
    return result
  }

  static let approvedRevisions = "deployment JOIN revision USING (updateKey, revisionNumber)"
  /// A live approval for installation of a visible revision.
  static let isApproved = "isDead = 0 AND isResolved = 1 AND action = 0 AND revision.changeSequence IS NOT NULL"

  /// Each approved revision with itself and what it bundles, at any depth. A declined member is offered to nobody
  /// and holds nothing up.
  static let parts = """
    part(top, revisionID) AS (
      SELECT revisionID, revisionID FROM \(approvedRevisions) WHERE \(isApproved)
      UNION
      SELECT top, member.revisionID FROM part JOIN bundle ON bundle.revisionID = part.revisionID
        JOIN revision AS member ON member.updateKey = bundle.updateKey AND member.revisionNumber = bundle.revisionNumber
        JOIN knownUpdate ON knownUpdate.updateKey = member.updateKey
      WHERE member.changeSequence IS NOT NULL AND isHidden = 0)
    """

  /// Delta files are complete without being here unless this server stores them; a catalogue without content has
  /// everything that the Internet has.
  private static func isMissing(hostsExpress: Bool, isCatalogOnly: Bool) -> String {
    let express = hostsExpress ? "" : " AND file.flags & \(FileFlags.isExpress.rawValue) = 0"
    return "isPresent = 0\(express)" + (isCatalogOnly ? " AND muURL IS NULL" : "")
  }

  /// Approved revisions that lack a file, or have a clause of bundled revisions of which none is visible.
  private static func incompleteRevisions(isMissing: String, _ db: Database) throws -> KeySet {
    let sql = """
      WITH RECURSIVE \(parts)
      SELECT DISTINCT top FROM part WHERE
        EXISTS (SELECT 1 FROM revisionFile JOIN file USING (fileID)
          WHERE revisionFile.revisionID = part.revisionID AND \(isMissing))
        OR EXISTS (SELECT 1 FROM bundle WHERE bundle.revisionID = part.revisionID GROUP BY clause
          HAVING NOT max(EXISTS (SELECT 1 FROM revision WHERE revision.updateKey = bundle.updateKey
            AND revision.revisionNumber = bundle.revisionNumber AND revision.changeSequence IS NOT NULL)))
      """
    var incomplete = KeySet()
    try RawStatement(db, sql).forEach { row in incomplete.insert(row.int64(0) ?? 0) }
    return incomplete
  }
}
