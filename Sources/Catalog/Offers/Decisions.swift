internal import GRDB
internal import UpdateModel

/// `decision`: who decided on an update for a group, or on declining it.
enum Decisions {
  enum Author: Hashable {
    case person
    case rule(Int64)
  }

  /// Stands for the group where the decision is to decline or to undecline.
  static let declining = GUID.zero

  static func record(
    _ author: Author, _ updateKey: Int64, _ targetGroupID: GUID, at now: Timestamp, _ db: Database
  ) throws {
    var ruleID: Int64?
    if case .rule(let id) = author { ruleID = id }
    try db.cachedStatement(sql: "INSERT OR REPLACE INTO decision VALUES (?, ?, ?, ?)").execute(
      arguments: [updateKey, targetGroupID.sql, ruleID, now.ticks])
  }

  /// A group that is gone.
  static func forget(_ targetGroupID: GUID, _ db: Database) throws {
    try db.execute(sql: "DELETE FROM decision WHERE targetGroupID = ?", arguments: [targetGroupID.sql])
  }
}
