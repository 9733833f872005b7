internal import GRDB
public import UpdateModel

/// Approvals, declines and licence terms of an autonomous server; refused on a replica (SSS-378).
///
/// What is done here counts as the decision of a person, which no rule changes.
extension Catalog {
  /// Approves the latest revision of an update for a group. A live deployment of the same update
  /// and group is changed in place and keeps its identifier (SSS-210).
  @discardableResult
  public func approve(_ request: ApprovalRequest) async throws -> Deployment {
    let now = clock()
    return try await administer("approve", .deployments) { db, sequence in
      let subject = try ApprovalSubject(request.updateID, db)
      try Self.requireGroups([request.targetGroupID], db)
      let change = try Self.change(request, subject.identity, now: now, db)
      try Self.carryOut(change, db, &sequence)
      try Decisions.record(.person, subject.updateKey, request.targetGroupID, at: now, db)
      guard let after = change.after else { throw CatalogError.unknownUpdate(request.updateID) }
      return after
    }
  }

  /// What ``approve(_:)-(ApprovalOrder)`` would do. Changes nothing, and works on a replica too.
  public func previewApproval(_ order: ApprovalOrder, language: String? = nil) async throws -> ApprovalPreview {
    let now = clock()
    return try await read("preview of an approval") { db in
      try Self.requireGroups(order.targetGroupIDs, db)
      let reader = try ApprovalPreviewReader(order, now: now, language: language, db)
      return try reader.preview()
    }
  }

  /// Approves several updates for several groups, all of them or none.
  ///
  /// - Throws: ``CatalogError/unknownUpdate(_:)``, ``CatalogError/unknownGroup(_:)``,
  ///   ``CatalogError/declinedUpdate(_:)``, ``CatalogError/notDeployable(_:)``;
  ///   ``CatalogError/eulaNotAccepted(_:of:)`` for an installation whose licence terms nobody accepted.
  @discardableResult
  public func approve(_ order: ApprovalOrder) async throws -> ApprovalOutcome {
    let now = clock()
    return try await administer("approve", .deployments) { db, sequence in
      try Self.requireGroups(order.targetGroupIDs, db)
      var changes: [DeploymentChange] = []
      var accepted: [GUID] = []
      for updateID in order.updateIDs {
        let subject = try ApprovalSubject(updateID, db)
        accepted += try Self.admit(subject, order, db, &sequence)
        for groupID in order.targetGroupIDs {
          let change = try Self.change(ApprovalRequest(order, updateID, groupID), subject.identity, now: now, db)
          if try Self.carryOut(change, db, &sequence) { changes.append(change) }
          try Decisions.record(.person, subject.updateKey, groupID, at: now, db)
        }
      }
      return ApprovalOutcome(changes: changes, acceptedEULAs: accepted)
    }
  }

  /// Ends the deployments of updates, for some groups or for all, and leaves tombstones for replicas and clients.
  ///
  /// - Parameter targetGroupIDs: empty = all groups.
  @discardableResult
  public func removeApprovals(of updateIDs: [GUID], from targetGroupIDs: [GUID] = []) async throws
    -> [DeploymentChange]
  {
    let now = clock()
    return try await administer("remove approval", .deployments) { db, sequence in
      try Self.requireGroups(targetGroupIDs, db)
      var changes: [DeploymentChange] = []
      for updateID in updateIDs {
        let key = try Self.knownKey(of: updateID, db)
        let live = try DeploymentRows.fetch(db, where: "updateKey = ? AND isDead = 0 ORDER BY deploymentKey", [key])
        for deployment in live
        where targetGroupIDs.isEmpty || targetGroupIDs.contains(deployment.targetGroupID) {
          changes.append(try Self.remove(deployment, updateKey: key, now: now, db, &sequence))
        }
      }
      return changes
    }
  }

  /// Ends a deployment and leaves a tombstone for replicas and clients.
  @discardableResult
  public func removeDeployment(_ id: GUID) async throws -> DeploymentChange {
    let now = clock()
    return try await administer("remove deployment", .deployments) { db, sequence in
      guard let live = try DeploymentRows.live(id, db) else { throw CatalogError.unknownDeployment(id) }
      let key = try Self.updateKey(of: live.identity.updateID, db)
      return try Self.remove(live, updateKey: key, now: now, db, &sequence)
    }
  }

  /// Hides all revisions of an update. Hiding it again changes nothing.
  ///
  /// - Returns: whether it was visible before.
  @discardableResult
  public func decline(_ updateID: GUID) async throws -> Bool { try await !decline([updateID]).isEmpty }

  /// - Returns: whether it was declined before.
  @discardableResult
  public func undecline(_ updateID: GUID) async throws -> Bool { try await !undecline([updateID]).isEmpty }

  /// Hides all revisions of several updates, all of them or none.
  ///
  /// - Returns: those that were visible before.
  public func decline(_ updateIDs: [GUID]) async throws -> [GUID] {
    try await setDeclined(updateIDs, true, "decline")
  }

  /// - Returns: those that were declined before.
  public func undecline(_ updateIDs: [GUID]) async throws -> [GUID] {
    try await setDeclined(updateIDs, false, "undecline")
  }

  /// Accepts licence terms for this server, its replicas and all clients.
  ///
  /// - Returns: whether they were not accepted before.
  @discardableResult
  public func acceptEULA(_ id: GUID) async throws -> Bool {
    try await administer("accept EULA", .eulas) { db, sequence in try Self.accept(id, db, &sequence) }
  }

  /// Licence terms that latest revisions name, those that are not accepted first.
  public func eulas() async throws -> [EULARow] {
    try await read("EULAs") { db in
      let sql = """
        SELECT revision.eulaID, coalesce(isAccepted, 0), count(*) FROM revision
          LEFT JOIN eula ON eula.eulaID = revision.eulaID
        WHERE isLatest = 1 AND revision.eulaID IS NOT NULL GROUP BY revision.eulaID ORDER BY 2, 1
        """
      return try Row.fetchAll(db, sql: sql).map { row in
        EULARow(eulaID: try row.guid(0), isAccepted: row[1], updates: row[2])
      }
    }
  }
}

extension Catalog {
  private func setDeclined(_ updateIDs: [GUID], _ isHidden: Bool, _ operation: String) async throws -> [GUID] {
    let now = clock()
    return try await administer(operation, .hidden) { db, sequence in
      var changed: [GUID] = []
      for updateID in updateIDs {
        let key = try Self.knownKey(of: updateID, db)
        let sql = "SELECT isHidden FROM knownUpdate WHERE updateKey = ?"
        if try Bool.fetchOne(db, sql: sql, arguments: [key]) != isHidden {
          try Self.setHidden(updateID, isHidden, db, sequence: try sequence.take(db))
          changed.append(updateID)
        }
        try Decisions.record(.person, key, Decisions.declining, at: now, db)
      }
      return changed
    }
  }

  private static func remove(
    _ deployment: Deployment, updateKey: Int64, now: Timestamp, _ db: Database, _ sequence: inout LazySequence
  ) throws -> DeploymentChange {
    _ = try DeploymentRows.kill(deployment.deploymentID, db, &sequence)
    try Decisions.record(.person, updateKey, deployment.targetGroupID, at: now, db)
    return DeploymentChange(
      updateID: deployment.identity.updateID, targetGroupID: deployment.targetGroupID, before: deployment, after: nil)
  }

  /// Checks what an order asks of one update, and accepts its licence terms when told to.
  private static func admit(
    _ subject: ApprovalSubject, _ order: ApprovalOrder, _ db: Database, _ sequence: inout LazySequence
  ) throws -> [GUID] {
    let updateID = subject.identity.updateID
    guard !subject.isDeclined else { throw CatalogError.declinedUpdate(updateID) }
    guard subject.isDeployable else { throw CatalogError.notDeployable(subject.identity) }
    guard order.action == .install else { return [] }
    let eulas = try subject.unacceptedEULAs(db)
    if let first = eulas.first, !order.acceptsEULAs { throw CatalogError.eulaNotAccepted(first, of: updateID) }
    return try eulas.filter { try accept($0, db, &sequence) }
  }

  static func requireGroups(_ ids: [GUID], _ db: Database) throws {
    let known = Set(try groups(db).map(\.targetGroupID))
    for id in ids where !known.contains(id) { throw CatalogError.unknownGroup(id) }
  }

  private static func knownKey(of updateID: GUID, _ db: Database) throws -> Int64 {
    let sql = "SELECT updateKey FROM knownUpdate WHERE updateID = ?"
    guard let key = try Int64.fetchOne(db, sql: sql, arguments: [updateID.sql]) else {
      throw CatalogError.unknownUpdate(updateID)
    }
    return key
  }

  /// What a request comes to: a live deployment of the same update and group keeps its identifier (SSS-210).
  static func change(
    _ request: ApprovalRequest, _ identity: UpdateIdentity, now: Timestamp, _ db: Database
  ) throws -> DeploymentChange {
    let known = try DeploymentRows.fetch(
      db, where: "updateID = ? AND targetGroupID = ? AND isDead = 0 ORDER BY deploymentKey LIMIT 1",
      [request.updateID.sql, request.targetGroupID.sql]
    ).first
    let after = Deployment(
      deploymentID: known?.deploymentID ?? .random(), identity: identity, targetGroupID: request.targetGroupID,
      action: request.action, adminName: request.adminName, deadline: request.deadline, isAssigned: request.isAssigned,
      goLiveTime: request.goLiveTime ?? known?.goLiveTime ?? now,
      downloadPriority: min(3, max(1, request.downloadPriority)))
    return DeploymentChange(
      updateID: request.updateID, targetGroupID: request.targetGroupID, before: known, after: after)
  }

  /// - Returns: false when the deployment is as it was.
  @discardableResult
  static func carryOut(_ change: DeploymentChange, _ db: Database, _ sequence: inout LazySequence) throws -> Bool {
    guard let after = change.after, after != change.before else { return false }
    try DeploymentRows.upsert(after, db, sequence: try sequence.take(db))
    _ = try resolveDeployments(&sequence, db)
    return true
  }
}

extension ApprovalRequest {
  init(_ order: ApprovalOrder, _ updateID: GUID, _ targetGroupID: GUID) {
    self.init(
      updateID: updateID, targetGroupID: targetGroupID, action: order.action, adminName: order.adminName,
      deadline: order.deadline, goLiveTime: order.goLiveTime, isAssigned: order.isAssigned,
      downloadPriority: order.downloadPriority)
  }
}
