internal import GRDB
internal import UpdateModel

extension Catalog {
  /// Adds a run to the history (SSS-221, SSS-280) and drops rows older than `keepingDays`, never younger
  /// than 15 days (SSS-281).
  ///
  /// - Returns: the row's number, for ``amendHistory(_:_:)``.
  @discardableResult
  public func recordHistory(_ record: SyncRecord, keepingDays: Int = 90) async throws -> Int64 {
    let now = clock()
    return try await write("record history") { db in
      try db.execute(
        sql: """
          INSERT INTO syncRecord (beganAt, endedAt, endpoint, outcome, message, newRevisions, changedDeployments,
            fetchedFiles, fetchedBytes, missingFiles) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          record.began.ticks, record.ended.ticks, record.endpoint, record.outcome.rawValue, record.message,
          record.newRevisions, record.changedDeployments, record.fetchedFiles, record.fetchedBytes,
          record.missingFiles,
        ])
      let row = db.lastInsertedRowID
      let oldest = now.adding(seconds: -86_400 * Double(max(15, keepingDays)))
      try db.execute(sql: "DELETE FROM syncRecord WHERE endedAt < ?", arguments: [oldest.ticks])
      return row
    }
  }

  /// Says more of a run that is in the history already: what it did after its metadata. A row that was removed stays so.
  public func amendHistory(_ row: Int64, _ record: SyncRecord) async throws {
    try await write("amend history") { db in
      try db.execute(
        sql: """
          UPDATE syncRecord SET endedAt = ?, outcome = ?, message = ?, newRevisions = ?, changedDeployments = ?,
            fetchedFiles = ?, fetchedBytes = ?, missingFiles = ? WHERE syncRecordID = ?
          """,
        arguments: [
          record.ended.ticks, record.outcome.rawValue, record.message, record.newRevisions, record.changedDeployments,
          record.fetchedFiles, record.fetchedBytes, record.missingFiles, row,
        ])
    }
  }

  /// The newest runs first.
  public func history(limit: Int) async throws -> [SyncRecord] {
    try await read("history") { db in
      let sql = """
        SELECT beganAt, endedAt, endpoint, outcome, message, newRevisions, changedDeployments, fetchedFiles,
          fetchedBytes, missingFiles FROM syncRecord ORDER BY endedAt DESC, syncRecordID DESC LIMIT ?
        """
      return try Row.fetchAll(db, sql: sql, arguments: [limit]).map { row in
        SyncRecord(
          began: Timestamp(ticks: row[0]), ended: Timestamp(ticks: row[1]), endpoint: row[2],
          outcome: SyncRecord.Outcome(rawValue: row[3]) ?? .failed, message: row[4], newRevisions: row[5],
          changedDeployments: row[6], fetchedFiles: row[7], fetchedBytes: row[8], missingFiles: row[9])
      }
    }
  }
}
