internal import GRDB
public import UpdateModel

/// Approval rules of an autonomous server; refused on a replica (SSS-378).
extension Catalog {
  /// In the order in which they are asked: the first one that is for an update and a group decides.
  public func rules() async throws -> [StoredRule] { try await read("rules") { db in try RuleRows.all(db) } }

  /// Adds a rule behind all others.
  ///
  /// - Throws: ``CatalogError/invalidRule(_:text:)``, ``CatalogError/ruleNameTaken(_:)``,
  ///   ``CatalogError/unknownGroup(_:)``.
  @discardableResult
  public func addRule(_ rule: ApprovalRule) async throws -> StoredRule {
    try await administer("add rule", .server) { db, _ in
      try RuleCheck(rule, db).run()
      return try RuleRows.insert(rule, db)
    }
  }

  /// Replaces a rule at its place. What it approved so far stays as it is.
  ///
  /// - Returns: the rule before.
  @discardableResult
  public func changeRule(_ ruleID: Int64, to rule: ApprovalRule) async throws -> StoredRule {
    try await administer("change rule", .server) { db, _ in
      let before = try RuleRows.rule(ruleID, db)
      try RuleCheck(rule, db).run(replacing: ruleID)
      try RuleRows.update(ruleID, rule, db)
      return before
    }
  }

  /// What the rule approved stays approved.
  ///
  /// - Returns: the rule as it was.
  @discardableResult
  public func removeRule(_ ruleID: Int64) async throws -> StoredRule {
    try await administer("remove rule", .server) { db, _ in
      let before = try RuleRows.rule(ruleID, db)
      try RuleRows.remove(ruleID, db)
      return before
    }
  }

  /// Puts a rule at another place, 0 being the first.
  ///
  /// - Returns: the rules in their new order.
  @discardableResult
  public func moveRule(_ ruleID: Int64, to place: Int) async throws -> [StoredRule] {
    try await administer("move rule", .server) { db, _ in
      let moved = try RuleRows.rule(ruleID, db)
      var rules = try RuleRows.all(db).filter { $0.ruleID != ruleID }
      rules.insert(moved, at: min(max(0, place), rules.count))
      for (position, rule) in rules.enumerated() {
        try db.execute(
          sql: "UPDATE approvalRule SET position = ? WHERE ruleID = ?", arguments: [position, rule.ruleID])
      }
      return rules
    }
  }

  /// What ``runRules()`` would do at a moment, and what waits for what. Changes nothing.
  ///
  /// - Parameter time: nil = now.
  public func planRules(at time: Timestamp? = nil) async throws -> RulePlan {
    let time = time ?? clock()
    return try await read("plan of the rules") { db in
      try Self.requireAutonomous(db, "plan of the rules")
      return try RulePlanner(db).plan(at: time)
    }
  }

  /// Does what the rules say now, all of it or nothing. Running them again at once does nothing.
  ///
  /// What a person decided, rules leave alone.
  ///
  /// - Returns: what was done, for the audit log, and what waits.
  @discardableResult
  public func runRules() async throws -> RulePlan {
    let now = clock()
    return try await administer("run rules", .deployments) { db, sequence in
      let plan = try RulePlanner(db).plan(at: now)
      for action in plan.actions { try Self.carryOut(action, at: now, db, &sequence) }
      return plan
    }
  }

  private static func carryOut(
    _ action: RuleAction, at now: Timestamp, _ db: Database, _ sequence: inout LazySequence
  ) throws {
    let updateID = action.identity.updateID
    let updateKey = try updateKey(of: updateID, db)
    switch action.work {
    case .approve(let change, let eulas):
      for eula in eulas { _ = try accept(eula, db, &sequence) }
      try carryOut(change, db, &sequence)
      try Decisions.record(.rule(action.ruleID), updateKey, change.targetGroupID, at: now, db)
    case .decline:
      try setHidden(updateID, true, db, sequence: try sequence.take(db))
      try Decisions.record(.rule(action.ruleID), updateKey, Decisions.declining, at: now, db)
    }
  }
}
