internal import GRDB
internal import UpdateModel

/// What must hold of a rule before it is stored.
struct RuleCheck {
  private static let nameLimit = 100
  private static let daysLimit = 3_650

  private let rule: ApprovalRule
  private let db: Database

  init(_ rule: ApprovalRule, _ db: Database) {
    self.rule = rule
    self.db = db
  }

  /// - Throws: ``CatalogError/invalidRule(_:text:)``, ``CatalogError/ruleNameTaken(_:)``,
  ///   ``CatalogError/unknownGroup(_:)``.
  func run(replacing ruleID: Int64? = nil) throws {
    try require(
      !rule.name.isEmpty && rule.name.count <= Self.nameLimit, "name: expected 1 to \(Self.nameLimit) characters")
    let same = try RuleRows.all(db).first { $0.rule.name.lowercased() == rule.name.lowercased() }
    if let same, same.ruleID != ruleID { throw CatalogError.ruleNameTaken(rule.name) }
    try checkCategories(rule.classifications, "classification", kinds: "= \(UpdateKind.classificationCode)")
    try checkCategories(rule.products, "product", kinds: "IN (1, 2, 3, 5)")
    if let problem = rule.title?.problem { try require(false, problem) }
    switch rule.work {
    case .declineSuperseded(let days): try checkDays(days)
    case .approve(let approval): try check(approval)
    }
  }

  private func require(_ holds: Bool, _ text: String) throws {
    guard holds else { throw CatalogError.invalidRule(rule.name, text: text) }
  }

  private func checkDays(_ days: Int) throws {
    try require((0...Self.daysLimit).contains(days), "expected 0 to \(Self.daysLimit) days, found \(days)")
  }

  private func checkCategories(_ ids: [GUID], _ word: String, kinds: String) throws {
    let sql = """
      SELECT 1 FROM knownUpdate JOIN revision USING (updateKey) WHERE updateID = ? AND isLatest = 1 AND kind \(kinds)
      """
    for id in ids {
      let isKnown = try Int.fetchOne(db, sql: sql, arguments: [id.sql]) != nil
      try require(isKnown, "\(word) \(id): not in the catalogue")
    }
  }

  private func check(_ approval: ApprovalRule.Approval) throws {
    try require(!approval.rings.isEmpty, "expected a target group, found none")
    try require(approval.rings[0].failureLimit == nil, "the first ring has none before it whose failures could count")
    let ids = approval.rings.map(\.targetGroupID)
    try require(Set(ids).count == ids.count, "a target group has two rings")
    try Catalog.requireGroups(ids, db)
    if let days = approval.deadlineDays { try checkDays(days) }
    for ring in approval.rings {
      try checkDays(ring.delayDays)
      switch ring.failureLimit {
      case nil: continue
      case .computers(let count): try require(count >= 0, "expected a limit of 0 or more computers, found \(count)")
      case .percent(let percent):
        try require((0...100).contains(percent), "expected a limit of 0 to 100 percent, found \(percent)")
      }
    }
  }
}
