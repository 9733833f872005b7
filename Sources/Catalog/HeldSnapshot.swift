internal import GRDB
public import UpdateModel

/// What this site holds, all of one moment. Valid only in the body that gets it.
public final class HeldSnapshot {
  private let db: Database

  init(_ db: Database) { self.db = db }

  /// Published revisions, sorted.
  public func forEachRevision(_ body: (UpdateIdentity) throws -> Void) throws {
    let sql = """
      SELECT updateID, revisionNumber FROM knownUpdate CROSS JOIN revision USING (updateKey)
      WHERE changeSequence IS NOT NULL ORDER BY updateID, revisionNumber
      """
    try RawStatement(db, sql).forEach { row in
      try body(UpdateIdentity(updateID: try row.guid(0), revisionNumber: Int32(row.int64(1) ?? 0)))
    }
  }

  /// Present files, sorted.
  public func forEachFile(_ body: (FileDigest) throws -> Void) throws {
    try RawStatement(db, "SELECT digest FROM file WHERE isPresent = 1 ORDER BY digest").forEach { row in
      try body(try row.digest(0))
    }
  }
}
