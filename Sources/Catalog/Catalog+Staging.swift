internal import GRDB
internal import Synchronization
public import UpdateModel

extension Catalog {
  /// Stores revisions in one transaction, invisible to every reader until ``publish(_:)``.
  ///
  /// Revisions that are stored already, published or staged, are left as they are (SSS-149).
  ///
  /// - Returns: how many were new.
  @discardableResult
  public func stage(_ kind: ListingKind, _ revisions: [StagedRevision]) async throws -> Int {
    // Before the transaction: nobody waits for the writer meanwhile.
    let documents = try await PackedDocument.pack(revisions)
    do {
      return try await write("stage \(kind)") { [self] db in
        let writer = try StagingWriter(db, self, area: StagingArea(kind))
        var new = 0
        for (revision, document) in zip(revisions, documents) where try writer.stage(revision, document) { new += 1 }
        return new
      }
    } catch {
      keyCache.withLock { $0.removeAll() }
      throw error
    }
  }

  /// Revisions that stored bundles and live deployments name and the catalogue lacks (AMB-08, AMB-29, SSS-224).
  ///
  /// Identities recorded as unavailable are left out. Walks two indexes: asked in every run.
  public func missingReferences(limit: Int) async throws -> MissingReferences {
    try await read("missing references") { db in
      MissingReferences(
        bundled: try Self.missing(in: "bundle", where: Self.isNamedForSync, limit, db),
        deployed: try Self.missing(in: "deployment", where: "isDead = 0", limit, db))
    }
  }

  /// What an import staged names nothing yet.
  private static let isNamedForSync = """
    EXISTS (SELECT 1 FROM revision AS parent WHERE parent.revisionID = named.revisionID
      AND (parent.stagedFor IS NULL OR parent.stagedFor < \(StagingArea.firstImport)))
    """

  private static func missing(
    in table: String, where condition: String, _ limit: Int, _ db: Database
  ) throws -> [UpdateIdentity] {
    // The keys come first, in index order; only what is missing is looked up by GUID.
    let sql = """
      SELECT updateID, revisionNumber FROM (
        SELECT DISTINCT updateKey, revisionNumber FROM \(table) AS named
        WHERE NOT EXISTS (SELECT 1 FROM revision
          WHERE revision.updateKey = named.updateKey AND revision.revisionNumber = named.revisionNumber
            AND revisionID NOT IN (SELECT revisionID FROM revision WHERE stagedFor >= \(StagingArea.firstImport)))
          AND \(condition)
      ) AS absent JOIN knownUpdate USING (updateKey)
      WHERE NOT EXISTS (SELECT 1 FROM unavailableRevision AS other
        WHERE other.updateID = knownUpdate.updateID AND other.revisionNumber = absent.revisionNumber)
      ORDER BY updateID, revisionNumber LIMIT ?
      """
    return try Row.fetchAll(db, sql: sql, arguments: [limit]).map { try $0.identity(0, 1) }
  }

  /// Updates named as prerequisites of which no revision is stored.
  ///
  /// They may lie outside the subscription, and no revision number is known. Reads all prerequisites.
  public func missingPrerequisites(limit: Int) async throws -> [GUID] {
    try await read("missing prerequisites") { db in
      let sql = """
        SELECT updateID FROM knownUpdate
        WHERE NOT EXISTS (SELECT 1 FROM revision WHERE revision.updateKey = knownUpdate.updateKey)
          AND updateKey IN (SELECT updateKey FROM prerequisite)
        ORDER BY updateID LIMIT ?
        """
      return try Row.fetchAll(db, sql: sql, arguments: [limit]).map { try $0.guid(0) }
    }
  }

  /// Stores keys by revision and file (SSS-186). Entries for unknown revisions or files are ignored.
  public func storeDecryptionKeys(_ keys: [RevisionKeys]) async throws {
    try await write("store decryption keys") { db in
      let sql = """
        INSERT OR REPLACE INTO decryptionKey
        SELECT revisionID, fileID, ? FROM knownUpdate JOIN revision USING (updateKey) JOIN revisionFile USING (revisionID)
          JOIN file USING (fileID)
        WHERE updateID = ? AND revisionNumber = ? AND digest = ?
        """
      let insert = try RawStatement(db, sql)
      for revision in keys {
        for entry in revision.files {
          insert.bind(1, entry.key)
          insert.bind(2, revision.identity.updateID)
          insert.bind(3, revision.identity.revisionNumber)
          insert.bind(4, entry.digest.bytes)
          try insert.run()
        }
      }
    }
  }

  /// Stored revisions with `FileDecryption` of which some file has no entry yet (SSS-181).
  public func revisionsWithoutKeys(limit: Int) async throws -> [UpdateIdentity] {
    try await read("revisions without keys") { db in
      let sql = """
        SELECT updateID, revisionNumber FROM revision JOIN knownUpdate USING (updateKey)
        WHERE flags & ? AND \(StagingArea.isStoredForSync) AND EXISTS (
          SELECT 1 FROM revisionFile WHERE revisionFile.revisionID = revision.revisionID AND NOT EXISTS (
            SELECT 1 FROM decryptionKey
            WHERE decryptionKey.revisionID = revision.revisionID AND decryptionKey.fileID = revisionFile.fileID))
        ORDER BY revisionID LIMIT ?
        """
      let flag = RevisionFlags.needsDecryptionKeys.rawValue
      return try Row.fetchAll(db, sql: sql, arguments: [flag, limit]).map { try $0.identity(0, 1) }
    }
  }
}
