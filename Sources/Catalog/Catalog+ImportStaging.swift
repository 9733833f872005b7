internal import GRDB
internal import Synchronization
public import UpdateModel

/// Revisions of an archive on their way in, invisible to every reader and to every sync.
extension Catalog {
  /// Stores verified revisions of an archive in one transaction.
  ///
  /// What a sync or another archive staged is replaced; what is published stays as it is. Repeating a batch
  /// changes nothing.
  ///
  /// - Parameter keys: of revisions whose keys the source knows; an entry without bytes says that the file has no key.
  /// - Returns: how many were new.
  @discardableResult
  public func stageImport(
    _ archiveID: GUID, _ revisions: [StagedRevision], keys: [RevisionKeys] = []
  ) async throws -> Int {
    let now = clock()
    let documents = try await PackedDocument.pack(revisions)
    do {
      return try await write("stage import") { [self] db in
        let area = try StagingArea.makeForImport(archiveID, at: now, db)
        let writer = try StagingWriter(db, self, area: area)
        var new = 0
        for (revision, document) in zip(revisions, documents) where try writer.stage(revision, document) { new += 1 }
        try Self.storeKeys(keys, for: area, db)
        return new
      }
    } catch {
      keyCache.withLock { $0.removeAll() }
      throw error
    }
  }

  private static func storeKeys(_ keys: [RevisionKeys], for area: StagingArea, _ db: Database) throws {
    guard !keys.isEmpty else { return }
    let insert = try RawStatement(
      db,
      """
      INSERT OR REPLACE INTO decryptionKey
      SELECT revisionID, fileID, ?1 FROM knownUpdate JOIN revision USING (updateKey) JOIN revisionFile USING (revisionID)
        JOIN file USING (fileID)
      WHERE updateID = ?2 AND revisionNumber = ?3 AND digest = ?4 AND stagedFor = ?5
      """)
    for revision in keys {
      for entry in revision.files {
        insert.bind(1, entry.key)
        insert.bind(2, revision.identity.updateID)
        insert.bind(3, revision.identity.revisionNumber)
        insert.bind(4, entry.digest.bytes)
        insert.bind(5, area.code)
        try insert.run()
      }
    }
  }

  /// Those of the identities that are neither published nor staged for the archive, in their order.
  public func missingRevisions(_ archiveID: GUID, among identities: [UpdateIdentity]) async throws -> [UpdateIdentity] {
    try await read("missing revisions") { db in
      let area = try StagingArea.ofImport(archiveID, db)
      let select = try RawStatement(
        db,
        """
        SELECT 1 FROM knownUpdate JOIN revision USING (updateKey)
        WHERE updateID = ?1 AND revisionNumber = ?2 AND (changeSequence IS NOT NULL OR stagedFor = ?3)
        """)
      select.bind(3, area?.code)
      return try identities.filter { identity in
        select.bind(1, identity.updateID)
        select.bind(2, identity.revisionNumber)
        return try select.fetchInt64() == nil
      }
    }
  }

  /// Archives of which revisions wait for their publication, the oldest first; rolled-back ones too.
  public func stagedImports() async throws -> [StagedImport] {
    try await read("staged imports") { db in
      let sql = """
        SELECT archiveID, begunAt, (SELECT count(*) FROM revision WHERE revision.stagedFor = stagedImport.stagedFor)
        FROM stagedImport ORDER BY begunAt, stagedFor
        """
      return try Row.fetchAll(db, sql: sql).map { row in
        StagedImport(
          archiveID: try row.guid(0, table: "stagedImport"), begun: Timestamp(ticks: row[1]), revisions: row[2])
      }
    }
  }

  /// Forgets what is staged for an archive, or for all archives. What is published stays.
  public func discardStagedImport(_ archiveID: GUID? = nil) async throws {
    try await write("discard import") { db in
      let sql = "SELECT stagedFor FROM stagedImport WHERE coalesce(archiveID = ?, true)"
      for code in try Int64.fetchAll(db, sql: sql, arguments: [archiveID?.sql]) {
        try StagingArea(importCode: code).removeAll(db)
        try db.execute(sql: "DELETE FROM stagedImport WHERE stagedFor = ?", arguments: [code])
      }
    }
  }
}

/// An archive whose revisions wait for their publication.
public struct StagedImport: Hashable, Sendable {
  public let archiveID: GUID
  public let begun: Timestamp
  public let revisions: Int
}
