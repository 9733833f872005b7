internal import Foundation
internal import GRDB
internal import UpdateModel

/// Reads and writes rows of `approvalRule` and `approvalRing`.
enum RuleRows {
  private static let columns = """
    ruleID, name, isEnabled, classifications, products, titleKind, title, action, days, deadlineDays, isAssigned,
    downloadPriority, acceptsEULAs
    """

  /// In the order in which they are asked.
  static func all(_ db: Database) throws -> [StoredRule] {
    try Row.fetchAll(db, sql: "SELECT \(columns) FROM approvalRule ORDER BY position, ruleID").map { row in
      StoredRule(ruleID: row[0], rule: try rule(row, db))
    }
  }

  /// - Throws: ``CatalogError/unknownRule(_:)``.
  static func rule(_ ruleID: Int64, _ db: Database) throws -> StoredRule {
    let sql = "SELECT \(columns) FROM approvalRule WHERE ruleID = ?"
    guard let row = try Row.fetchOne(db, sql: sql, arguments: [ruleID]) else { throw CatalogError.unknownRule(ruleID) }
    return StoredRule(ruleID: ruleID, rule: try rule(row, db))
  }

  private static func rule(_ row: Row, _ db: Database) throws -> ApprovalRule {
    ApprovalRule(
      name: row[1], isEnabled: row[2], classifications: try guids(row, 3), products: try guids(row, 4),
      title: (row[6] as String?).map { row[5] == 0 ? .contains($0) : .matches($0) }, work: try work(row, db))
  }

  private static func work(_ row: Row, _ db: Database) throws -> ApprovalRule.Work {
    if row[7] == 1 { return .declineSuperseded(afterDays: row[8]) }
    return .approve(
      ApprovalRule.Approval(
        rings: try rings(row[0], db), deadlineDays: row[9], isAssigned: row[10], downloadPriority: row[11],
        acceptsEULAs: row[12]))
  }

  private static func rings(_ ruleID: Int64, _ db: Database) throws -> [ApprovalRule.Ring] {
    let sql = """
      SELECT targetGroupID, delayDays, limitKind, failureLimit FROM approvalRing WHERE ruleID = ? ORDER BY position
      """
    return try Row.fetchAll(db, sql: sql, arguments: [ruleID]).map { row in
      let limit = (row[3] as Int?).map { row[2] == 0 ? ApprovalRule.FailureLimit.computers($0) : .percent($0) }
      return ApprovalRule.Ring(try row.guid(0, table: "approvalRing"), delayDays: row[1], failureLimit: limit)
    }
  }

  private static func guids(_ row: Row, _ index: Int) throws -> [GUID] {
    try row.withUnsafeData(atIndex: index) { data in data.map { $0.withUnsafeBytes(GUIDList.guids) } ?? [] }
  }

  /// Adds the rule behind all others.
  static func insert(_ rule: ApprovalRule, _ db: Database) throws -> StoredRule {
    try db.execute(
      sql: """
        INSERT INTO approvalRule (\(columns), position)
        VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(position) + 1, 0) FROM approvalRule))
        """, arguments: arguments(rule))
    let ruleID = db.lastInsertedRowID
    try insertRings(rule, ruleID, db)
    return StoredRule(ruleID: ruleID, rule: rule)
  }

  static func update(_ ruleID: Int64, _ rule: ApprovalRule, _ db: Database) throws {
    try db.execute(
      sql: """
        UPDATE approvalRule SET name = ?, isEnabled = ?, classifications = ?, products = ?, titleKind = ?, title = ?,
          action = ?, days = ?, deadlineDays = ?, isAssigned = ?, downloadPriority = ?, acceptsEULAs = ?
        WHERE ruleID = ?
        """, arguments: arguments(rule) + [ruleID])
    try db.execute(sql: "DELETE FROM approvalRing WHERE ruleID = ?", arguments: [ruleID])
    try insertRings(rule, ruleID, db)
  }

  static func remove(_ ruleID: Int64, _ db: Database) throws {
    for table in ["approvalRing", "approvalRule"] {
      try db.execute(sql: "DELETE FROM \(table) WHERE ruleID = ?", arguments: [ruleID])
    }
  }

  private static func arguments(_ rule: ApprovalRule) -> StatementArguments {
    let lists = [rule.classifications, rule.products].map { Data(GUIDList.bytes($0) ?? []).databaseValue }
    let title: StatementArguments =
      switch rule.title {
      case nil: [nil, nil]
      case .contains(let text): [0, text]
      case .matches(let text): [1, text]
      }
    let work: StatementArguments =
      switch rule.work {
      case .declineSuperseded(let days): [1, days, nil, true, 1, false]
      case .approve(let approval):
        [
          0, nil, approval.deadlineDays, approval.isAssigned, Int(min(3, max(1, approval.downloadPriority))),
          approval.acceptsEULAs,
        ]
      }
    return [rule.name, rule.isEnabled, lists[0], lists[1]] + title + work
  }

  private static func insertRings(_ rule: ApprovalRule, _ ruleID: Int64, _ db: Database) throws {
    guard case .approve(let approval) = rule.work else { return }
    for (position, ring) in approval.rings.enumerated() {
      let limit: StatementArguments =
        switch ring.failureLimit {
        case nil: [nil, nil]
        case .computers(let count): [0, count]
        case .percent(let percent): [1, percent]
        }
      try db.execute(
        sql: "INSERT INTO approvalRing VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [ruleID, position, ring.targetGroupID.sql, ring.delayDays] + limit)
    }
  }
}
