internal import GRDB
internal import UpdateModel

extension Catalog {
  static func insert(_ group: TargetGroup, _ db: Database, sequence: Int64) throws {
    try db.execute(
      sql: "INSERT OR REPLACE INTO targetGroup VALUES (?, ?, ?, ?, ?)",
      arguments: [group.targetGroupID.sql, group.name, group.parentGroupID.sql, group.isBuiltin, sequence])
  }
}
