internal import Foundation
internal import GRDB
public import UpdateModel

extension Catalog {
  /// Absent files that the policy asks for, in the order of ``WantedFile/fileID`` (guide 9.1, SSS-246 to SSS-251).
  ///
  /// Files whose next try is later than now are left out.
  public func wantedFiles(_ policy: ContentPolicy, limit: Int, after: Int64 = 0) async throws -> [WantedFile] {
    let now = clock()
    return try await read("wanted files") { db in
      let query = WantedFiles.query(policy)
      let sql = """
        \(query.with)
        SELECT file.fileID, digest, size, muURL, isRequested, coalesce(attempts, 0),
          (SELECT count(*) FROM revisionFile JOIN revision USING (revisionID)
            WHERE revisionFile.fileID = file.fileID AND changeSequence IS NOT NULL)
        FROM file LEFT JOIN fileFailure USING (fileID)
        WHERE file.fileID > ? AND isPresent = 0 AND (nextTry IS NULL OR nextTry <= ?)
          AND \(query.condition)\(WantedFiles.hasDigest(policy))
        ORDER BY file.fileID LIMIT ?
        """
      let reader = try ContentFileReader(db)
      return try Row.fetchAll(db, sql: sql, arguments: [after, now.ticks, limit]).map { row in
        WantedFile(
          fileID: row[0], file: try reader.file(row[0], digest: try row.digest(1), size: row[2]), muURL: row[3],
          wantedBy: row[6], isRequestedByDownstream: row[4], attempts: row[5])
      }
    }
  }

  /// How many files are wanted and absent, also those whose next try is later, and their bytes.
  public func wantedTotals(_ policy: ContentPolicy) async throws -> (files: Int, bytes: Int64) {
    try await read("wanted totals") { db in
      let query = WantedFiles.query(policy)
      let sql = """
        \(query.with) SELECT count(*), coalesce(sum(size), 0) FROM file
        WHERE isPresent = 0 AND \(query.condition)\(WantedFiles.hasDigest(policy))
        """
      guard let row = try Row.fetchOne(db, sql: sql) else { return (0, 0) }
      return (row[0], row[1])
    }
  }

  /// Absent files that the policy asks for, with the reason and the updates that need them: of a bundle member
  /// the bundle, as an administrator sees it.
  public func missingFiles(_ policy: ContentPolicy, limit: Int, after: Int64 = 0) async throws -> [MissingFile] {
    try await read("missing files") { db in
      let query = WantedFiles.query(policy)
      let sql = """
        \(query.with) SELECT file.fileID, digest, size, muURL, flags FROM file
        WHERE file.fileID > ? AND isPresent = 0 AND \(query.condition) ORDER BY file.fileID LIMIT ?
        """
      let reader = try ContentFileReader(db)
      return try Row.fetchAll(db, sql: sql, arguments: [after, limit]).map { row in
        let hasSHA256 = FileFlags(rawValue: row[4]).contains(.hasSHA256)
        let failure = try reader.failure(row[0])
        let reason: MissingFile.Reason =
          policy.requiresSHA256 && !hasSHA256 ? .withoutSHA256 : failure.map { .failed($0) } ?? .notFetchedYet
        return MissingFile(
          fileID: row[0], file: try reader.file(row[0], digest: try row.digest(1), size: row[2]), muURL: row[3],
          reason: reason, updates: try Self.updates(needing: row[0], db))
      }
    }
  }

  /// At most 100 updates.
  private static func updates(needing fileID: Int64, _ db: Database) throws -> [UpdateIdentity] {
    let sql = """
      WITH RECURSIVE \(WantedFiles.holders.replacing("file.fileID", with: "?1"))
      SELECT updateID, revisionNumber FROM holder JOIN knownUpdate USING (updateKey)
      WHERE \(WantedFiles.isTop) ORDER BY revisionID LIMIT 100
      """
    return try Row.fetchAll(db, sql: sql, arguments: [fileID]).map { try $0.identity(0, 1) }
  }

  public func contentCounts() async throws -> ContentCounts {
    try await read("content counts") { db in
      let sql = """
        SELECT count(*), coalesce(sum(size), 0), count(*) FILTER (WHERE isPresent),
          coalesce(sum(size) FILTER (WHERE isPresent), 0),
          count(*) FILTER (WHERE NOT isPresent AND fileID IN (SELECT fileID FROM fileFailure))
        FROM file WHERE EXISTS (SELECT 1 FROM revisionFile JOIN revision USING (revisionID)
          WHERE revisionFile.fileID = file.fileID AND changeSequence IS NOT NULL)
        """
      guard let row = try Row.fetchOne(db, sql: sql) else {
        return ContentCounts(files: 0, bytes: 0, presentFiles: 0, presentBytes: 0, failedFiles: 0)
      }
      return ContentCounts(
        files: row[0], bytes: row[1], presentFiles: row[2], presentBytes: row[3], failedFiles: row[4])
    }
  }
}

extension Catalog {
  /// What the catalogue knows of these digests; unknown ones are left out.
  public func files(_ digests: [FileDigest]) async throws -> [FileRecord] {
    try await read("files") { db in
      let sql = "SELECT fileID, digest, size, muURL, isPresent, verifiedAt, isRequested FROM file WHERE digest = ?"
      let statement = try db.cachedStatement(sql: sql)
      let reader = try ContentFileReader(db)
      return try digests.compactMap { digest in
        guard let row = try Row.fetchOne(statement, arguments: [digest.sql]) else { return nil }
        return FileRecord(
          file: try reader.file(row[0], digest: digest, size: row[2]), muURL: row[3], isPresent: row[4],
          verified: row.timestamp(5), isRequestedByDownstream: row[6], failure: try reader.failure(row[0]))
      }
    }
  }

  /// Those of the digests that a stored revision lists, published or staged.
  public func listedFiles(_ digests: [FileDigest]) async throws -> Set<FileDigest> {
    try await read("listed files") { db in
      let sql = "SELECT 1 FROM file JOIN revisionFile USING (fileID) WHERE digest = ? LIMIT 1"
      let statement = try RawStatement(db, sql)
      return Set(
        try digests.filter { digest in
          statement.bind(1, digest.bytes)
          return try statement.fetchInt64() != nil
        })
    }
  }

  /// Lets the next run try every absent file at once, whenever its next try was planned.
  public func tryFilesAtOnce() async throws {
    try await write("try files at once") { db in
      try db.execute(sql: "UPDATE fileFailure SET nextTry = NULL WHERE nextTry IS NOT NULL")
    }
  }

  /// Records verified files, in one transaction. Also takes digests that no revision lists yet, so that presence
  /// can be told from the content store when the database was lost.
  public func markPresent(_ digests: [FileDigest]) async throws {
    guard !digests.isEmpty else { return }
    let now = clock()
    try await write("mark present") { db in
      let upsert = try RawStatement(
        db,
        """
        INSERT INTO file (digest, isPresent, verifiedAt) VALUES (?1, 1, ?2)
        ON CONFLICT (digest) DO UPDATE SET isPresent = 1, verifiedAt = ?2
        """)
      let forget = try RawStatement(
        db, "DELETE FROM fileFailure WHERE fileID = (SELECT fileID FROM file WHERE digest = ?)")
      for digest in digests {
        upsert.bind(1, digest.bytes)
        upsert.bind(2, now.ticks)
        try upsert.run()
        forget.bind(1, digest.bytes)
        try forget.run()
      }
      try Readiness.noteContent(db)
    }
  }

  /// Records files that are no longer stored. On disk when it returns: a file that is gone and counts as
  /// present is never fetched again.
  public func markAbsent(_ digests: [FileDigest]) async throws {
    defer { requestSignal.raise() }
    try await writeDurably("mark absent") { db in
      let update = try RawStatement(db, "UPDATE file SET isPresent = 0, verifiedAt = NULL WHERE digest = ?")
      for digest in digests {
        update.bind(1, digest.bytes)
        try update.run()
      }
      try Readiness.noteContent(db)
    }
  }

  /// Counts failed attempts, in one transaction. Digests that no revision ever listed are ignored.
  ///
  /// - Parameter time: when they failed; nil is now.
  public func recordFailures(_ failures: [FailedAttempt], at time: Timestamp? = nil) async throws {
    guard !failures.isEmpty else { return }
    let failed = time ?? clock()
    try await write("record failures") { db in
      let count = try RawStatement(
        db,
        """
        INSERT INTO fileFailure SELECT fileID, ?2, 1, ?3, ?4 FROM file WHERE digest = ?1
        ON CONFLICT (fileID) DO UPDATE SET reason = ?2, attempts = attempts + 1, failedAt = ?3, nextTry = ?4
        """)
      for failure in failures {
        count.bind(1, failure.digest.bytes)
        count.bind(2, failure.reason)
        count.bind(3, failed.ticks)
        count.bind(4, failure.nextTry?.ticks)
        try count.run()
      }
    }
  }

  /// Present files in the order of their digests; start with nil.
  public func presentDigests(after: FileDigest?, limit: Int) async throws -> [FileDigest] {
    try await read("present files") { db in
      let sql = "SELECT digest FROM file WHERE digest > ? AND isPresent = 1 ORDER BY digest LIMIT ?"
      let arguments: StatementArguments = [after?.sql ?? Data().databaseValue, limit]
      return try Row.fetchAll(db, sql: sql, arguments: arguments).map { try $0.digest(0) }
    }
  }
}
