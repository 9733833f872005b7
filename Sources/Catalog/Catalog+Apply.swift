internal import GRDB
public import UpdateModel

extension Catalog {
  /// Applies a USS's whole answer to GetDeployments in one transaction, on disk when it returns
  /// (guide 8 DEPLOYMENTS, SSS-211 to SSS-225). Applying the same answer again changes nothing.
  ///
  /// - Parameter wasFull: no deployment anchor was sent, so deployments missing from the answer are dead (SSS-225).
  /// - Throws: ``CatalogError/notReplica(operation:)`` on an autonomous server.
  @discardableResult
  public func apply(_ state: DeploymentState, wasFull: Bool) async throws -> ApplySummary {
    let now = clock()
    return try await writeDurably("apply deployments") { db in
      try Self.requireReplica(db, "apply deployments")
      try db.execute(
        sql: "UPDATE upstream SET deploymentAnchor = ?1 WHERE deploymentAnchor IS NOT ?1",
        arguments: [state.anchor.text])
      var application = DeploymentApplication(
        state: state, wasFull: wasFull, sequence: LazySequence(at: now, .deployments))
      return try application.run(db)
    }
  }

  /// Live deployments whose group or revision is unknown here (SSS-223).
  public func unresolvedDeployments() async throws -> [Deployment] {
    try await read("unresolved deployments") { db in try Self.unresolved(db) }
  }

  static func unresolved(_ db: Database) throws -> [Deployment] {
    try DeploymentRows.fetch(db, where: "isResolved = 0 AND isDead = 0 ORDER BY deploymentKey")
  }
}

/// One answer on its way into the tables, in the order of the guide.
struct DeploymentApplication {
  private let state: DeploymentState
  private let wasFull: Bool
  private(set) var sequence: LazySequence
  private var changedGroups = 0
  private var deletedGroups = 0
  private var changedDeployments = 0
  private var deadDeployments = 0
  private var changedHidden = 0
  private var acceptedEULAs = 0

  init(state: DeploymentState, wasFull: Bool, sequence: LazySequence) {
    self.state = state
    self.wasFull = wasFull
    self.sequence = sequence
  }

  mutating func run(_ db: Database) throws -> ApplySummary {
    try applyGroups(db)
    try applyDead(db)
    try applyDeployments(db)
    _ = try Catalog.resolveDeployments(&sequence, db)
    try applyHidden(db)
    try applyEULAs(db)
    return ApplySummary(
      sequence: sequence.value, changedGroups: changedGroups, deletedGroups: deletedGroups,
      changedDeployments: changedDeployments, deadDeployments: deadDeployments, changedHidden: changedHidden,
      acceptedEULAs: acceptedEULAs, unresolved: try Catalog.unresolved(db))
  }

  /// Groups are mirrored; a deleted one takes its deployments along (SSS-211, SSS-212).
  private mutating func applyGroups(_ db: Database) throws {
    let known = try Catalog.groups(db)
    let given = Set(state.groups.map(\.targetGroupID))
    let unchanged = Set(known)
    for group in state.groups.map(withParent) where !unchanged.contains(group) {
      try Catalog.insert(group, db, sequence: try sequence.take(db))
      changedGroups += 1
    }
    for group in known where !given.contains(group.targetGroupID) {
      _ = try sequence.take(db)
      try db.execute(sql: "DELETE FROM targetGroup WHERE targetGroupID = ?", arguments: [group.targetGroupID.sql])
      let lost = try DeploymentRows.fetch(db, where: "targetGroupID = ? AND isDead = 0", [group.targetGroupID.sql])
      for deployment in lost { try kill(deployment.deploymentID, db) }
      deletedGroups += 1
    }
  }

  /// A group other than All Computers without a parent belongs to All Computers if that is known (AMB-25).
  private func withParent(_ group: TargetGroup) -> TargetGroup {
    let root = TargetGroup.allComputers.targetGroupID
    guard group.parentGroupID == .zero, group.targetGroupID != root,
      state.groups.contains(where: { $0.targetGroupID == root })
    else { return group }
    var child = group
    child.parentGroupID = root
    return child
  }

  private mutating func kill(_ id: GUID, _ db: Database) throws {
    if try DeploymentRows.kill(id, db, &sequence) { deadDeployments += 1 }
  }

  /// Dead before live: an identifier in both lists stays (AMB-25, SSS-213).
  private mutating func applyDead(_ db: Database) throws {
    let live = Set(state.deployments.map(\.deploymentID))
    for id in state.deadDeployments where !live.contains(id) { try kill(id, db) }
    guard wasFull else { return }
    for id in try Catalog.guids(db, "SELECT deploymentID FROM deployment WHERE isDead = 0") where !live.contains(id) {
      try kill(id, db)
    }
  }

  private mutating func applyDeployments(_ db: Database) throws {
    for deployment in state.deployments where try DeploymentRows.live(deployment.deploymentID, db) != deployment {
      try DeploymentRows.upsert(deployment, db, sequence: try sequence.take(db))
      changedDeployments += 1
    }
  }

  /// Hidden mirrors the USS, also back to visible (AMB-24, SSS-217, SSS-218).
  private mutating func applyHidden(_ db: Database) throws {
    let known = Set(try Catalog.guids(db, "SELECT updateID FROM knownUpdate WHERE isHidden = 1"))
    let given = Set(state.hiddenUpdates)
    for id in known.symmetricDifference(given) {
      try Catalog.setHidden(id, given.contains(id), db, sequence: try sequence.take(db))
      changedHidden += 1
    }
  }

  /// Accepted never clears (AMB-24, SSS-219).
  private mutating func applyEULAs(_ db: Database) throws {
    for id in state.acceptedEULAs where try Catalog.accept(id, db, &sequence) { acceptedEULAs += 1 }
  }
}

extension Catalog {
  static func setHidden(_ updateID: GUID, _ isHidden: Bool, _ db: Database, sequence: Int64) throws {
    let key = try updateKey(of: updateID, db)
    try db.execute(
      sql: "UPDATE knownUpdate SET isHidden = ?, hiddenSequence = ? WHERE updateKey = ?",
      arguments: [isHidden, sequence, key])
  }

  /// - Returns: whether it was not accepted before.
  static func accept(_ eulaID: GUID, _ db: Database, _ sequence: inout LazySequence) throws -> Bool {
    let isAccepted = try Bool.fetchOne(
      db, sql: "SELECT isAccepted FROM eula WHERE eulaID = ?", arguments: [eulaID.sql])
    guard isAccepted != true else { return false }
    try db.execute(sql: "INSERT OR IGNORE INTO eula (eulaID) VALUES (?)", arguments: [eulaID.sql])
    try db.execute(
      sql: "UPDATE eula SET isAccepted = 1, acceptedSequence = ? WHERE eulaID = ?",
      arguments: [try sequence.take(db), eulaID.sql])
    return true
  }
}
