import Catalog
import GRDB
import Testing
import UpdateModel

struct RuleTests {
  let folder = try! TemporaryFolder()
  let clock = TestClock()
  private let day = 86_400.0

  /// Classifications 500, 501; family 510 above product 511; product 512.
  private func site(_ revisions: [StagedRevision]) async throws -> Catalog {
    let catalog = try await folder.catalog(clock: clock)
    try await catalog.add(
      .configuration,
      [
        revision(500, kind: .category(.updateClassification)), revision(501, kind: .category(.updateClassification)),
        revision(510, kind: .category(.productFamily)), revision(511, kind: .category(.product), categories: [510]),
        revision(512, kind: .category(.product)),
      ])
    try await catalog.add(.updates, revisions)
    return catalog
  }

  private func rule(
    _ name: String = "rule", _ rings: [ApprovalRule.Ring] = [ApprovalRule.Ring(allComputers)],
    title: TitleExpression? = nil
  ) -> ApprovalRule {
    ApprovalRule(name: name, title: title, work: .approve(ApprovalRule.Approval(rings: rings)))
  }

  private func approved(_ plan: RulePlan) -> [String] {
    plan.actions.map { action in
      let number = action.identity.updateID.low & 0xFFFF
      guard case .approve(let change, _) = action.work else { return "-\(number)" }
      return "\(number)@\(change.targetGroupID == allComputers ? "all" : "group")"
    }
  }

  private func report(_ catalog: Catalog, _ update: Int, computer: Int, state: Int, group: GUID) throws {
    try DatabaseQueue(path: catalog.path).write { db in
      try db.execute(
        sql: """
          INSERT OR IGNORE INTO computer (computerKey, computerID, dnsName, firstContact, lastContact)
          VALUES (?1, ?1, 'host' || ?1, 0, 0)
          """, arguments: [computer])
      try db.execute(
        sql:
          "INSERT OR IGNORE INTO groupAssignment SELECT ?, targetGroupID FROM targetGroup WHERE hex(targetGroupID) = ?",
        arguments: [
          computer, group.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(),
        ])
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO updateStatus (computerKey, updateKey, state, changedAt)
          SELECT ?, updateKey, ?, 0 FROM revision WHERE revisionID =
            (SELECT revisionID FROM localizedText WHERE title = ?)
          """, arguments: [computer, state, "Update \(update)"])
    }
  }

  @Test("a rule is for classifications, products or what is below them, and titles")
  func selection() async throws {
    let catalog = try await site([
      revision(1, title: "Security fix", categories: [500, 511]),
      revision(2, title: "Preview", categories: [500, 511]),
      revision(3, title: "Security fix", categories: [501, 511]),
      revision(4, title: "Security fix", categories: [500, 512]),
      revision(5, title: "Security fix", categories: [500, 511]) { $0.isExplicitlyDeployable = false },
      revision(6, title: "Security fix", categories: [500, 511]) { $0.publicationState = "Expired" },
    ])
    var rule = rule(title: .matches("^security"))
    rule.classifications = [guid(500)]
    rule.products = [guid(510)]
    let stored = try await catalog.addRule(rule)
    #expect(try await catalog.rules() == [stored])
    #expect(approved(try await catalog.planRules()) == ["1@all"])
    rule.title = nil
    #expect(try await catalog.changeRule(stored.ruleID, to: rule) == stored)
    #expect(approved(try await catalog.planRules()) == ["1@all", "2@all"])
    rule.isEnabled = false
    try await catalog.changeRule(stored.ruleID, to: rule)
    #expect(approved(try await catalog.planRules()) == [])
    #expect(try await catalog.removeRule(stored.ruleID).rule == rule)
    #expect(try await catalog.rules() == [])
  }

  @Test("rings come one after the other, counted from the arrival; running again does nothing")
  func rings() async throws {
    let catalog = try await site([revision(1)])
    let pilot = try await catalog.createGroup(name: "Pilot").targetGroupID
    var approval = ApprovalRule.Approval(
      rings: [.init(pilot), .init(allComputers, delayDays: 7)], deadlineDays: 3, isAssigned: false, downloadPriority: 2)
    approval.acceptsEULAs = true
    try await catalog.addRule(ApprovalRule(name: "Rings", work: .approve(approval)))
    let first = try await catalog.runRules()
    #expect(approved(first) == ["1@group"])
    #expect(first.waiting.map(\.reason) == [.delay(until: clock.now.adding(seconds: 7 * day))])
    let deployment = try #require(try await catalog.update(guid(1))?.approvals.first?.deployment)
    #expect(deployment.adminName == "rule Rings")
    #expect(deployment.deadline == clock.now.adding(seconds: 3 * day))
    #expect(!deployment.isAssigned)
    let mark = try await catalog.mark()
    clock.advance(seconds: 6 * day)
    #expect(approved(try await catalog.runRules()) == [])
    #expect(try await catalog.mark() == mark)
    #expect(approved(try await catalog.planRules(at: clock.now.adding(seconds: day))) == ["1@all"])
    clock.advance(seconds: day)
    #expect(approved(try await catalog.runRules()) == ["1@all"])
    let again = try await catalog.runRules()
    #expect(again.actions.isEmpty && again.waiting.isEmpty && again.decidedByPerson == 0)
    try await catalog.add(.updates, [revision(1, 2)])
    let next = try await catalog.runRules()
    #expect(approved(next) == ["1@group"])
    #expect(try await catalog.update(guid(1))?.approvals.map(\.deployment.identity.revisionNumber).sorted() == [1, 2])
  }

  @Test(
    "too many failures in a ring hold the next one",
    arguments: [
      (ApprovalRule.FailureLimit.computers(0), true), (.computers(1), false), (.percent(49), true),
      (.percent(50), false),
    ])
  func failures(limit: ApprovalRule.FailureLimit, isHeld: Bool) async throws {
    let catalog = try await site([revision(1)])
    let pilot = try await catalog.createGroup(name: "Pilot").targetGroupID
    let below = try await catalog.createGroup(name: "Pilot one", parent: pilot).targetGroupID
    try await catalog.addRule(rule("r", [.init(pilot), .init(allComputers, failureLimit: limit)]))
    try report(catalog, 1, computer: 1, state: 5, group: below)
    try report(catalog, 1, computer: 2, state: 4, group: pilot)
    try report(catalog, 1, computer: 3, state: 5, group: .zero)
    let plan = try await catalog.runRules()
    #expect(approved(plan) == (isHeld ? ["1@group"] : ["1@group", "1@all"]))
    let reason = WaitingUpdate.Reason.failures(RingReport(installed: 1, failed: 1), of: pilot, limit: limit)
    #expect(plan.waiting.map(\.reason) == (isHeld ? [reason] : []))
  }

  @Test("what a person approved, changed, removed, declined or undeclined is left alone")
  func persons() async throws {
    let catalog = try await site(
      (1...6).map { number in
        revision(number) { if number == 6 { $0.supersededUpdates = [guid(5)] } }
      })
    let lab = try await catalog.createGroup(name: "Lab").targetGroupID
    try await catalog.approve(ApprovalRequest(updateID: guid(1), targetGroupID: lab, action: .block))
    try await catalog.approve(ApprovalRequest(updateID: guid(2), targetGroupID: allComputers, action: .scan))
    try await catalog.decline(guid(4))
    try await catalog.decline(guid(5))
    try await catalog.undecline(guid(5))
    try await catalog.addRule(rule("lab", [.init(lab)]))
    try await catalog.addRule(ApprovalRule(name: "old", work: .declineSuperseded(afterDays: 0)))
    let plan = try await catalog.runRules()
    #expect(approved(plan) == ["3@group", "6@group"])
    #expect(plan.decidedByPerson == 3)
    try await catalog.removeApprovals(of: [guid(3)])
    let changed = ApprovalOrder(updateIDs: [guid(6)], targetGroupIDs: [lab], action: .uninstall)
    try await catalog.approve(changed)
    #expect(approved(try await catalog.runRules()) == [])
    #expect(try await catalog.update(guid(6))?.approvals.map(\.deployment.action) == [.uninstall])
  }

  @Test("deployments that nobody is known to have made count as a person's")
  func unknownAuthor() async throws {
    let catalog = try await site([revision(1)])
    try await catalog.approve(ApprovalRequest(updateID: guid(1), targetGroupID: allComputers, action: .scan))
    try await DatabaseQueue(path: catalog.path).write { db in try db.execute(sql: "DELETE FROM decision") }
    try await catalog.addRule(rule())
    #expect(try await catalog.runRules().actions == [])
  }

  @Test("the first rule that is for an update and a group decides; rules can be moved")
  func precedence() async throws {
    let catalog = try await site([revision(1)])
    let slow = try await catalog.addRule(rule("slow", [.init(allComputers, delayDays: 30)]))
    let fast = try await catalog.addRule(rule("fast"))
    #expect(approved(try await catalog.planRules()) == [])
    #expect(try await catalog.moveRule(fast.ruleID, to: 0).map(\.ruleID) == [fast.ruleID, slow.ruleID])
    #expect(try await catalog.planRules().actions.map(\.ruleName) == ["fast"])
  }

  @Test("an update whose licence terms nobody accepted waits, unless the rule accepts them")
  func eulas() async throws {
    let catalog = try await site([revision(1) { $0.eulaID = guid(70) }])
    let stored = try await catalog.addRule(rule())
    let waiting = try await catalog.runRules()
    #expect(waiting.waiting.map(\.reason) == [.eulas([guid(70)])])
    var approval = ApprovalRule.Approval(rings: [.init(allComputers)])
    approval.acceptsEULAs = true
    try await catalog.changeRule(stored.ruleID, to: ApprovalRule(name: "rule", work: .approve(approval)))
    let plan = try await catalog.runRules()
    guard case .approve(_, let eulas)? = plan.actions.first?.work else { throw CatalogError.unknownUpdate(guid(1)) }
    #expect(eulas == [guid(70)])
    #expect(try await catalog.eulas().map(\.isAccepted) == [true])
  }

  @Test("superseded updates are declined after their days, once what supersedes them reaches the same computers")
  func superseded() async throws {
    let catalog = try await site([revision(1), revision(2)])
    let lab = try await catalog.createGroup(name: "Lab").targetGroupID
    try await catalog.addRule(rule("lab", [.init(lab)], title: .matches("Update [12]$")))
    try await catalog.addRule(ApprovalRule(name: "old", work: .declineSuperseded(afterDays: 10)))
    #expect(approved(try await catalog.runRules()) == ["1@group", "2@group"])
    try await catalog.add(.updates, [revision(3) { $0.supersededUpdates = [guid(1)] }])
    #expect(try await catalog.runRules().waiting.map(\.reason) == [.delay(until: clock.now.adding(seconds: 10 * day))])
    clock.advance(seconds: 10 * day)
    #expect(try await catalog.runRules().waiting.map(\.reason) == [.successorNotApproved])
    try await catalog.approve(ApprovalRequest(updateID: guid(3), targetGroupID: allComputers))
    let plan = try await catalog.runRules()
    #expect(approved(plan) == ["-1"])
    #expect(plan.actions[0].reason == .superseded(clock.now.adding(seconds: -10 * day), days: 10))
    #expect(try await catalog.update(guid(1))?.row.isHidden == true)
    #expect(try await catalog.runRules().actions == [])
    try await catalog.undecline(guid(1))
    #expect(try await catalog.runRules().actions == [])
  }

  @Test("a declined or expired successor supersedes nothing")
  func declinedSuccessor() async throws {
    let catalog = try await site([revision(1), revision(2) { $0.supersededUpdates = [guid(1)] }])
    try await catalog.decline(guid(2))
    try await catalog.addRule(rule())
    try await catalog.addRule(ApprovalRule(name: "old", work: .declineSuperseded(afterDays: 0)))
    #expect(approved(try await catalog.runRules()) == ["1@all"])
  }

  @Test("a ring whose group is gone waits")
  func lostGroup() async throws {
    let catalog = try await site([revision(1)])
    let lab = try await catalog.createGroup(name: "Lab").targetGroupID
    try await catalog.addRule(rule("r", [.init(lab)]))
    try await catalog.deleteGroup(lab)
    #expect(try await catalog.planRules().waiting.map(\.reason) == [.unknownGroup])
  }

  @Test("rules that cannot work are refused with what is wrong")
  func invalid() async throws {
    let catalog = try await site([])
    try await catalog.addRule(rule("Taken"))
    await #expect(throws: CatalogError.ruleNameTaken("tAKEN")) { try await catalog.addRule(rule("tAKEN")) }
    await #expect(throws: CatalogError.unknownGroup(guid(9))) { try await catalog.addRule(rule("a", [.init(guid(9))])) }
    await #expect(throws: CatalogError.unknownRule(99)) { try await catalog.removeRule(99) }
    var unknownProduct = rule("a")
    unknownProduct.products = [guid(500)]
    let invalid = [
      rule(""), rule("a", []), rule("a", [.init(allComputers, delayDays: -1)]), unknownProduct,
      rule("a", [.init(allComputers, failureLimit: .computers(1))]), rule("a", title: .matches("(")),
      rule("a", [.init(allComputers), .init(allComputers)]), rule(String(repeating: "a", count: 101)),
      ApprovalRule(name: "a", work: .declineSuperseded(afterDays: 4_000)),
    ]
    for rule in invalid {
      let error = await #expect(throws: CatalogError.self) { try await catalog.addRule(rule) }
      guard case .invalidRule? = error else {
        Issue.record("\(rule): \(String(describing: error))")
        continue
      }
    }
    #expect(try await catalog.rules().count == 1)
  }

  @Test("every kind of rule is stored as it was given")
  func storage() async throws {
    let catalog = try await site([])
    let lab = try await catalog.createGroup(name: "Lab").targetGroupID
    let approval = ApprovalRule.Approval(
      rings: [
        .init(lab, delayDays: 1), .init(allComputers, delayDays: 9, failureLimit: .percent(5)),
        .init(TargetGroup.unassignedComputers.targetGroupID, failureLimit: .computers(3)),
      ], deadlineDays: 14, isAssigned: false, downloadPriority: 3, acceptsEULAs: true)
    let rules = [
      ApprovalRule(
        name: "a", isEnabled: false, classifications: [guid(500), guid(501)], products: [guid(512)],
        title: .contains("x"), work: .approve(approval)),
      ApprovalRule(name: "b", title: .matches("y"), work: .declineSuperseded(afterDays: 30)),
    ]
    for rule in rules { try await catalog.addRule(rule) }
    #expect(try await catalog.rules().map(\.rule) == rules)
  }
}
