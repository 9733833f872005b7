internal import GRDB
internal import UpdateModel

/// Reads and writes rows of `deployment`.
enum DeploymentRows {
  static let select = """
    SELECT deploymentID, updateID, revisionNumber, targetGroupID, action, adminName, deadline, isAssigned, goLiveTime,
      downloadPriority, isDead FROM deployment JOIN knownUpdate USING (updateKey)
    """

  static func deployment(_ row: Row) throws -> Deployment {
    Deployment(
      deploymentID: try row.guid(0), identity: try row.identity(1, 2), targetGroupID: try row.guid(3),
      action: DeploymentAction(rawValue: row[4]), adminName: row[5], deadline: Timestamp(ticks: row[6]),
      isAssigned: row[7], goLiveTime: Timestamp(ticks: row[8]), downloadPriority: row[9])
  }

  static func fetch(_ db: Database, where condition: String, _ arguments: StatementArguments = []) throws
    -> [Deployment]
  {
    try Row.fetchAll(db, sql: "\(select) WHERE \(condition)", arguments: arguments).map(deployment)
  }

  /// The live deployment with this identifier.
  static func live(_ id: GUID, _ db: Database) throws -> Deployment? {
    try fetch(db, where: "deploymentID = ? AND isDead = 0", [id.sql]).first
  }

  /// Inserts or replaces by DeploymentGuid (SSS-214).
  ///
  /// A deployment that leaves its update or its group leaves a tombstone there for clients, who hear of the end in
  /// no other way. Downstream servers know the deployment by its identifier and need none.
  static func upsert(_ deployment: Deployment, _ db: Database, sequence: Int64) throws {
    let updateKey = try Catalog.updateKey(of: deployment.identity.updateID, db)
    try leaveTombstone(deployment, updateKey: updateKey, db, sequence: sequence)
    try db.execute(
      sql: """
        INSERT INTO deployment (deploymentID, updateKey, revisionNumber, targetGroupID, action, adminName, deadline,
          isAssigned, goLiveTime, downloadPriority, isDead, isResolved, changeSequence)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, 0, ?11)
        ON CONFLICT (deploymentID) DO UPDATE SET updateKey = ?2, revisionNumber = ?3, targetGroupID = ?4, action = ?5,
          adminName = ?6, deadline = ?7, isAssigned = ?8, goLiveTime = ?9, downloadPriority = ?10, isDead = 0,
          isResolved = 0, changeSequence = ?11
        """,
      arguments: [
        deployment.deploymentID.sql, updateKey, deployment.identity.revisionNumber, deployment.targetGroupID.sql,
        deployment.action.rawValue, deployment.adminName, deployment.deadline.ticks, deployment.isAssigned,
        deployment.goLiveTime.ticks, Int(deployment.downloadPriority), sequence,
      ])
  }

  /// `isDead` of what a deployment left behind; 1 is the tombstone of a deployment.
  private static let leftBehind = 2

  private static func leaveTombstone(
    _ deployment: Deployment, updateKey: Int64, _ db: Database, sequence: Int64
  ) throws {
    let moves = "deploymentID = ? AND (updateKey <> ? OR targetGroupID <> ?)"
    try db.execute(
      sql: """
        INSERT INTO deployment (deploymentID, updateKey, revisionNumber, targetGroupID, action, adminName, deadline,
          isAssigned, goLiveTime, downloadPriority, isDead, isResolved, changeSequence)
        SELECT ?, updateKey, revisionNumber, targetGroupID, action, adminName, deadline,
          isAssigned, goLiveTime, downloadPriority, \(leftBehind), isResolved, ? FROM deployment WHERE \(moves)
        """,
      arguments: [
        GUID.random().sql, sequence, deployment.deploymentID.sql, updateKey, deployment.targetGroupID.sql,
      ])
  }

  /// Leaves a tombstone; nothing when it is dead or unknown.
  static func kill(_ id: GUID, _ db: Database, _ sequence: inout LazySequence) throws -> Bool {
    let isLive = "SELECT 1 FROM deployment WHERE deploymentID = ? AND isDead = 0"
    guard try Int.fetchOne(db, sql: isLive, arguments: [id.sql]) != nil else { return false }
    try db.execute(
      sql: "UPDATE deployment SET isDead = 1, changeSequence = ? WHERE deploymentID = ?",
      arguments: [try sequence.take(db), id.sql])
    return true
  }
}

extension Catalog {
  /// The key of an update, made when it is first named.
  static func updateKey(of updateID: GUID, _ db: Database) throws -> Int64 {
    try db.execute(sql: "INSERT OR IGNORE INTO knownUpdate (updateID) VALUES (?)", arguments: [updateID.sql])
    let sql = "SELECT updateKey FROM knownUpdate WHERE updateID = ?"
    guard let key = try Int64.fetchOne(db, sql: sql, arguments: [updateID.sql]) else {
      throw CatalogError.unknownUpdate(updateID)
    }
    return key
  }

  static func groups(_ db: Database) throws -> [TargetGroup] {
    let sql = "SELECT targetGroupID, name, parentGroupID, isBuiltin FROM targetGroup ORDER BY targetGroupID"
    return try Row.fetchAll(db, sql: sql).map { row in
      TargetGroup(targetGroupID: try row.guid(0), name: row[1], parentGroupID: try row.guid(2), isBuiltin: row[3])
    }
  }

  static func guids(_ db: Database, _ sql: String) throws -> [GUID] {
    try Row.fetchAll(db, sql: sql).map { try $0.guid(0) }
  }
}

extension Catalog {
  static func insert(_ group: TargetGroup, _ db: Database, sequence: Int64) throws {
    try db.execute(
      sql: "INSERT OR REPLACE INTO targetGroup VALUES (?, ?, ?, ?, ?)",
      arguments: [group.targetGroupID.sql, group.name, group.parentGroupID.sql, group.isBuiltin, sequence])
  }
}
