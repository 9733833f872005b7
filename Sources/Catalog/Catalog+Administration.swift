internal import GRDB
public import UpdateModel

/// Groups of an autonomous server; refused on a replica (SSS-378).
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
      try Decisions.forget(id, db)
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
        WHERE isDead <> 0 AND changedAt < ?
        """
      let last = try Int64.fetchOne(db, sql: "SELECT max(changeSequence) FROM (\(old))", arguments: [moment.ticks])
      guard let last else { return 0 }
      try db.execute(sql: "DELETE FROM deployment WHERE isDead <> 0 AND changeSequence <= ?", arguments: [last])
      let count = db.changesCount
      try db.execute(sql: "UPDATE server SET oldestSequence = max(oldestSequence, ?)", arguments: [last])
      return count
    }
  }
}

extension Catalog {
  /// One durable transaction of an administrator, on an autonomous server.
  func administer<T: Sendable>(
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

  static func latest(_ updateID: GUID, _ db: Database) throws -> UpdateIdentity {
    let sql = """
      SELECT revisionNumber FROM knownUpdate JOIN revision USING (updateKey) WHERE updateID = ? AND isLatest = 1
      """
    guard let number = try Int32.fetchOne(db, sql: sql, arguments: [updateID.sql]) else {
      throw CatalogError.unknownUpdate(updateID)
    }
    return UpdateIdentity(updateID: updateID, revisionNumber: number)
  }
}
