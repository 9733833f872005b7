internal import UpdateModel

/// Decides what rules do with updates; reads and writes nothing by itself.
struct RuleEvaluation {
  /// What is looked up only where the answer decides.
  struct Sources {
    /// Of an update, by the computers of a group and of those below it.
    var report: (RuleCandidate, GUID) throws -> RingReport
    /// Licence terms of a revision that are not accepted.
    var eulas: (RuleCandidate) throws -> [GUID]
    /// Updates that supersede one, declined and expired ones left out.
    var successors: (RuleCandidate) throws -> [Int64]
  }

  private let facts: RuleFacts
  private let now: Timestamp
  private let sources: Sources
  private var claimed: Set<RuleFacts.Key> = []
  private var actions: [RuleAction] = []
  private var waiting: [WaitingUpdate] = []
  private var decidedByPerson = 0

  init(_ facts: RuleFacts, at now: Timestamp, _ sources: Sources) {
    self.facts = facts
    self.now = now
    self.sources = sources
  }

  var plan: RulePlan { RulePlan(actions: actions, waiting: waiting, decidedByPerson: decidedByPerson) }

  /// Whether the rule has anything to say of the update at all, its title not yet known.
  func mayConcern(_ rule: ApprovalRule, _ candidate: RuleCandidate) -> Bool {
    switch rule.work {
    case .declineSuperseded: candidate.supersededSince != nil
    case .approve(let approval):
      candidate.supersededSince == nil
        && approval.rings.contains { !isDone(candidate, $0.targetGroupID) }
    }
  }

  /// Asks one rule about one update. The first rule that is for an update and a group decides.
  mutating func ask(_ stored: StoredRule, _ candidate: RuleCandidate, title: String) throws {
    let subject = Subject(rule: stored, candidate: candidate, title: title)
    switch stored.rule.work {
    case .declineSuperseded(let days): try askToDecline(subject, days: days)
    case .approve(let approval):
      for position in approval.rings.indices { try askToApprove(subject, approval, ring: position) }
    }
  }

  private struct Subject {
    let rule: StoredRule
    let candidate: RuleCandidate
    let title: String
  }

  /// A rule approved this very revision.
  private func isDone(_ candidate: RuleCandidate, _ group: GUID) -> Bool {
    guard let live = facts.deployment(candidate.updateKey, group) else { return false }
    return live.identity == candidate.identity && !facts.isDecidedByPerson(candidate.updateKey, for: group)
  }
}

extension RuleEvaluation {
  private mutating func askToApprove(_ subject: Subject, _ approval: ApprovalRule.Approval, ring position: Int) throws {
    let ring = approval.rings[position]
    let candidate = subject.candidate
    let claim = RuleFacts.Key(updateKey: candidate.updateKey, targetGroupID: ring.targetGroupID)
    guard !isDone(candidate, ring.targetGroupID), claimed.insert(claim).inserted else { return }
    guard !facts.isDecidedByPerson(candidate.updateKey, for: ring.targetGroupID) else {
      decidedByPerson += 1
      return
    }
    if let reason = try reasonToWait(candidate, approval, ring: position) {
      wait(subject, ring.targetGroupID, reason)
      return
    }
    let change = DeploymentChange(
      updateID: candidate.identity.updateID, targetGroupID: ring.targetGroupID,
      before: facts.deployment(candidate.updateKey, ring.targetGroupID), after: deployment(subject, approval, ring))
    let eulas = approval.acceptsEULAs ? try sources.eulas(candidate) : []
    act(subject, .approve(change, eulas: eulas), .arrived(candidate.arrived, delayDays: ring.delayDays))
  }

  private func reasonToWait(
    _ candidate: RuleCandidate, _ approval: ApprovalRule.Approval, ring position: Int
  ) throws -> WaitingUpdate.Reason? {
    let ring = approval.rings[position]
    guard facts.isKnown(ring.targetGroupID) else { return .unknownGroup }
    let turn = candidate.arrived.adding(days: ring.delayDays)
    guard now >= turn else { return .delay(until: turn) }
    if position > 0, let limit = ring.failureLimit {
      let before = approval.rings[position - 1].targetGroupID
      let report = try sources.report(candidate, before)
      if limit.isExceeded(by: report) { return .failures(report, of: before, limit: limit) }
    }
    guard !approval.acceptsEULAs else { return nil }
    let eulas = try sources.eulas(candidate)
    return eulas.isEmpty ? nil : .eulas(eulas)
  }

  private func deployment(
    _ subject: Subject, _ approval: ApprovalRule.Approval, _ ring: ApprovalRule.Ring
  ) -> Deployment {
    let known = facts.deployment(subject.candidate.updateKey, ring.targetGroupID)
    return Deployment(
      deploymentID: known?.deploymentID ?? .random(), identity: subject.candidate.identity,
      targetGroupID: ring.targetGroupID, action: .install, adminName: "rule \(subject.rule.rule.name)",
      deadline: approval.deadlineDays.map { now.adding(days: $0) } ?? .endOfTime, isAssigned: approval.isAssigned,
      goLiveTime: now, downloadPriority: approval.downloadPriority)
  }

  private mutating func askToDecline(_ subject: Subject, days: Int) throws {
    let candidate = subject.candidate
    let claim = RuleFacts.Key(updateKey: candidate.updateKey, targetGroupID: Decisions.declining)
    guard let since = candidate.supersededSince, claimed.insert(claim).inserted else { return }
    guard !facts.isDeclineDecidedByPerson(candidate.updateKey) else {
      decidedByPerson += 1
      return
    }
    let turn = since.adding(days: days)
    guard now >= turn else { return wait(subject, nil, .delay(until: turn)) }
    guard try isSucceeded(candidate) else { return wait(subject, nil, .successorNotApproved) }
    act(subject, .decline, .superseded(since, days: days))
  }

  /// Whether every group that gets the update also gets one that supersedes it.
  private func isSucceeded(_ candidate: RuleCandidate) throws -> Bool {
    let groups = facts.installs(candidate.updateKey)
    guard !groups.isEmpty else { return true }
    let approved = Set(try sources.successors(candidate).flatMap(facts.installs))
    return groups.allSatisfy { group in facts.chain(of: group).contains(where: approved.contains) }
  }

  private mutating func wait(_ subject: Subject, _ group: GUID?, _ reason: WaitingUpdate.Reason) {
    waiting.append(
      WaitingUpdate(
        ruleID: subject.rule.ruleID, ruleName: subject.rule.rule.name, identity: subject.candidate.identity,
        title: subject.title, targetGroupID: group, reason: reason))
  }

  private mutating func act(_ subject: Subject, _ work: RuleAction.Work, _ reason: RuleAction.Reason) {
    actions.append(
      RuleAction(
        ruleID: subject.rule.ruleID, ruleName: subject.rule.rule.name, identity: subject.candidate.identity,
        title: subject.title, work: work, reason: reason))
  }
}

extension Timestamp {
  fileprivate func adding(days: Int) -> Timestamp { adding(seconds: Double(days) * 86_400) }
}
