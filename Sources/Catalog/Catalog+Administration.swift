internal import GRDB
public import UpdateModel

/// Groups, approvals and declines of an autonomous server; refused on a replica (SSS-378).
extension Catalog {
  /// Makes a target group below `parent`.
  public func createGroup(
    name: String, parent: GUID = TargetGroup.allComputers.targetGroupID
  ) async throws -> TargetGroup {
    try await administer("create group", .groups) { db, sequence in
      let groups = try Self.groups(db)
      guard groups.contains(where: { $0.targetGroupID == parent }) else { throw CatalogError.unknownGroup(parent) }
      guard !groups.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
        throw CatalogError.groupNameTaken(name)
      }
      let group = TargetGroup(targetGroupID: .random(), name: name, parentGroupID: parent, isBuiltin: false)
      try Self.insert(group, db, sequence: try sequence.take(db))
      return group
    }
  }

  /// Deletes a group that an administrator made, with its deployments.
  public func deleteGroup(_ id: GUID) async throws {
    try await administer("delete group", .groups) { db, sequence in
      let groups = try Self.groups(db)
      guard let group = groups.first(where: { $0.targetGroupID == id }) else { throw CatalogError.unknownGroup(id) }
      guard !group.isBuiltin else { throw CatalogError.builtinGroup(group) }
      let children = groups.count { $0.parentGroupID == id }
      guard children == 0 else { throw CatalogError.groupHasChildren(id, count: children) }
      _ = try sequence.take(db)
      try db.execute(sql: "DELETE FROM targetGroup WHERE targetGroupID = ?", arguments: [id.sql])
      for deployment in try DeploymentRows.fetch(db, where: "targetGroupID = ? AND isDead = 0", [id.sql]) {
        _ = try DeploymentRows.kill(deployment.deploymentID, db, &sequence)
      }
    }
  }

  /// Approves the latest revision of an update for a group. A live deployment of the same update
  /// and group is changed in place and keeps its identifier (SSS-210).
  @discardableResult
  public func approve(_ request: ApprovalRequest) async throws -> Deployment {
    let now = clock()
    return try await administer("approve", .deployments) { db, sequence in
      let identity = try Self.latest(request.updateID, db)
      guard try Self.groups(db).contains(where: { $0.targetGroupID == request.targetGroupID }) else {
        throw CatalogError.unknownGroup(request.targetGroupID)
      }
      let known = try DeploymentRows.fetch(
        db, where: "updateID = ? AND targetGroupID = ? AND isDead = 0 ORDER BY deploymentKey LIMIT 1",
        [request.updateID.sql, request.targetGroupID.sql]
      ).first
      let deployment = Self.deployment(request, identity, replacing: known, now: now)
      guard deployment != known else { return deployment }
      try DeploymentRows.upsert(deployment, db, sequence: try sequence.take(db))
      _ = try Self.resolveDeployments(&sequence, db)
      return deployment
    }
  }

  /// Ends a deployment and leaves a tombstone for replicas.
  public func removeDeployment(_ id: GUID) async throws {
    try await administer("remove deployment", .deployments) { db, sequence in
      guard try DeploymentRows.kill(id, db, &sequence) else { throw CatalogError.unknownDeployment(id) }
    }
  }

  /// Hides all revisions of an update. Hiding it again changes nothing.
  public func decline(_ updateID: GUID) async throws { try await setDeclined(updateID, true, "decline") }

  public func undecline(_ updateID: GUID) async throws { try await setDeclined(updateID, false, "undecline") }

  /// Accepts a EULA for this server and its replicas.
  public func acceptEULA(_ id: GUID) async throws {
    try await administer("accept EULA", .eulas) { db, sequence in
      if try Self.accept(id, db) { _ = try sequence.take(db) }
    }
  }

  public func groups() async throws -> [TargetGroup] { try await read("groups") { db in try Self.groups(db) } }

  /// Forgets tombstones of deployments deleted before a moment. A DSS with an anchor from before
  /// the last forgotten one is told ServerChanged (SSS-388).
  ///
  /// - Returns: how many were forgotten.
  @discardableResult
  public func purgeTombstones(before moment: Timestamp) async throws -> Int {
    try await writeDurably("purge tombstones") { db in
      let old = """
        SELECT changeSequence FROM deployment JOIN change ON sequence = changeSequence
        WHERE isDead = 1 AND changedAt < ?
        """
      let last = try Int64.fetchOne(db, sql: "SELECT max(changeSequence) FROM (\(old))", arguments: [moment.ticks])
      guard let last else { return 0 }
      try db.execute(sql: "DELETE FROM deployment WHERE isDead = 1 AND changeSequence <= ?", arguments: [last])
      let count = db.changesCount
      try db.execute(sql: "UPDATE server SET oldestSequence = max(oldestSequence, ?)", arguments: [last])
      return count
    }
  }
}

extension Catalog {
  private func administer<T: Sendable>(
    _ operation: String, _ subject: ChangeLog.Subject,
    _ work: @escaping @Sendable (Database, inout LazySequence) throws -> T
  ) async throws -> T {
    let now = clock()
    return try await writeDurably(operation) { db in
      try Self.requireAutonomous(db, operation)
      var sequence = LazySequence(at: now, subject)
      return try work(db, &sequence)
    }
  }

  private func setDeclined(_ updateID: GUID, _ isHidden: Bool, _ operation: String) async throws {
    try await administer(operation, .hidden) { db, sequence in
      let sql = "SELECT isHidden FROM knownUpdate WHERE updateID = ?"
      guard let known = try Bool.fetchOne(db, sql: sql, arguments: [updateID.sql]) else {
        throw CatalogError.unknownUpdate(updateID)
      }
      guard known != isHidden else { return }
      try Self.setHidden(updateID, isHidden, db)
      _ = try sequence.take(db)
    }
  }

  static func latest(_ updateID: GUID, _ db: Database) throws -> UpdateIdentity {
    let sql = """
      SELECT revisionNumber FROM knownUpdate JOIN revision USING (updateKey) WHERE updateID = ? AND isLatest = 1
      """
    guard let number = try Int32.fetchOne(db, sql: sql, arguments: [updateID.sql]) else {
      throw CatalogError.unknownUpdate(updateID)
    }
    return UpdateIdentity(updateID: updateID, revisionNumber: number)
  }

  private static func deployment(
    _ request: ApprovalRequest, _ identity: UpdateIdentity, replacing known: Deployment?, now: Timestamp
  ) -> Deployment {
    Deployment(
      deploymentID: known?.deploymentID ?? .random(), identity: identity, targetGroupID: request.targetGroupID,
      action: request.action, adminName: request.adminName, deadline: request.deadline, isAssigned: request.isAssigned,
      goLiveTime: request.goLiveTime ?? known?.goLiveTime ?? now,
      downloadPriority: min(3, max(1, request.downloadPriority)))
  }
}
