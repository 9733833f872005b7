internal import GRDB
public import UpdateModel

/// What this server answers to its DSSs; each answer is one snapshot.
extension Catalog {
  /// Published revisions among `identities`, in their order; unknown ones are omitted (AMB-17, SSS-170).
  public func updateData(_ identities: [UpdateIdentity]) async throws -> [StoredRevision] {
    try await read("update data") { db in
      let reader = try StoredRevisionReader(db)
      return try identities.compactMap { try reader.revision($0) }
    }
  }

  /// For each published revision among `identities` all its files, with the keys that are known (MS-WSUSSS 3.1.4.18).
  public func decryptionData(_ identities: [UpdateIdentity]) async throws -> [RevisionKeys] {
    try await read("decryption data") { db in
      let sql = """
        SELECT digest, decryptionKey.bytes FROM revisionFile JOIN file USING (fileID)
          LEFT JOIN decryptionKey USING (revisionID, fileID)
        WHERE revisionFile.revisionID = ? ORDER BY position
        """
      return try identities.compactMap { identity in
        guard let revisionID = try Self.publishedID(identity, db) else { return nil }
        let rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [revisionID])
        return RevisionKeys(
          identity: identity, files: try rows.map { RevisionKeys.Entry(digest: try $0.digest(0), key: try $0.bytes(1)) }
        )
      }
    }
  }

  /// The answer to GetDeployments: deployments of the window (deploymentAnchor, syncAnchor], everything else
  /// in full; its anchor is the sync anchor (AMB-27, SSS-198 to SSS-206).
  ///
  /// - Throws: ``CatalogError/malformedAnchor(_:)``, also for an empty sync anchor (SSS-196);
  ///   ``CatalogError/foreignAnchor(_:epoch:lastSequence:)``; ``CatalogError/expiredAnchor(_:oldestSequence:)``.
  public func deployments(since anchor: DeploymentAnchor?, upTo syncAnchor: SyncAnchor) async throws -> DeploymentState
  {
    try await read("deployments") { db in
      let since = try ChangeLog.sequence(db, of: anchor?.text)
      guard let upper = try ChangeLog.sequence(db, of: syncAnchor.text) else {
        throw CatalogError.malformedAnchor(syncAnchor.text)
      }
      let oldest = try Int64.fetchOne(db, sql: "SELECT oldestSequence FROM server") ?? 0
      if let since, let anchor, since < oldest { throw CatalogError.expiredAnchor(anchor.text, oldestSequence: oldest) }
      let window: StatementArguments = [since ?? -1, upper]
      let inWindow = "changeSequence > ? AND changeSequence <= ? AND isDead"
      return DeploymentState(
        anchor: DeploymentAnchor(syncAnchor.text), groups: try Self.groups(db),
        deployments: try DeploymentRows.fetch(
          db, where: "\(inWindow) = 0 AND isResolved = 1 AND action BETWEEN 0 AND 3 ORDER BY deploymentKey", window),
        deadDeployments: try DeploymentRows.fetch(db, where: "\(inWindow) = 1 ORDER BY deploymentKey", window)
          .map(\.deploymentID),
        hiddenUpdates: try Self.guids(db, "SELECT updateID FROM knownUpdate WHERE isHidden = 1 ORDER BY updateID"),
        acceptedEULAs: try Self.guids(db, "SELECT eulaID FROM eula WHERE isAccepted = 1 ORDER BY eulaID"))
    }
  }
}

extension Catalog {
  static let publishedIDSQL = """
    SELECT revisionID FROM knownUpdate JOIN revision USING (updateKey)
    WHERE updateID = ? AND revisionNumber = ? AND changeSequence IS NOT NULL
    """

  /// The number of a visible revision.
  static func publishedID(_ identity: UpdateIdentity, _ db: Database) throws -> Int64? {
    let statement = try RawStatement(db, publishedIDSQL)
    statement.bind(1, identity.updateID)
    statement.bind(2, identity.revisionNumber)
    return try statement.fetchInt64()
  }
}
