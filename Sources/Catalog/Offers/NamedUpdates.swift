internal import GRDB

/// `namedUpdate`: the updates that a visible revision names as a prerequisite. All others are leaves (wusp.md 9.4).
enum NamedUpdates {
  /// Adds what the staged revisions name, before they become visible. An update that is new here stops being a leaf
  /// with `sequence`.
  static func add(_ area: StagingArea, _ db: Database, sequence: Int64) throws {
    let select = try RawStatement(
      db, "SELECT updateKey FROM prerequisite WHERE revisionID IN (SELECT revisionID FROM revision WHERE stagedFor = ?)"
    )
    let insert = try RawStatement(db, "INSERT OR IGNORE INTO namedUpdate VALUES (?, ?)")
    var seen = KeySet()
    select.bind(1, area.code)
    try select.forEach { row in
      guard let key = row.int64(0), seen.insert(key) else { return }
      insert.bind(1, key)
      insert.bind(2, sequence)
      try insert.run()
    }
  }

  /// Forgets what only revisions named that are not visible any more; nothing before `sequence` can be concerned.
  static func removeUnnamed(since sequence: Int64, _ db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM namedUpdate WHERE changeSequence >= ? AND updateKey NOT IN (
          SELECT prerequisite.updateKey FROM prerequisite JOIN revision USING (revisionID)
          WHERE revision.changeSequence IS NOT NULL)
        """,
      arguments: [sequence])
  }
}
