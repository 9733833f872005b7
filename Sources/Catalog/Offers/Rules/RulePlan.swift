public import UpdateModel

/// What the rules do now, and what waits.
public struct RulePlan: Hashable, Sendable {
  public let actions: [RuleAction]
  public let waiting: [WaitingUpdate]
  /// Updates and groups that rules would be for, and that a person has decided on.
  public let decidedByPerson: Int
}

/// One change that a rule makes.
public struct RuleAction: Hashable, Sendable {
  public enum Work: Hashable, Sendable {
    /// With the licence terms that are accepted along.
    case approve(DeploymentChange, eulas: [GUID])
    case decline
  }

  public enum Reason: Hashable, Sendable {
    /// The delay of the ring is over.
    case arrived(Timestamp, delayDays: Int)
    /// Superseded for as long as the rule asks.
    case superseded(Timestamp, days: Int)
  }

  public let ruleID: Int64
  public let ruleName: String
  public let identity: UpdateIdentity
  public let title: String
  public let work: Work
  public let reason: Reason
}

/// An update that a rule is for and leaves alone for now.
public struct WaitingUpdate: Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    case delay(until: Timestamp)
    /// Too many failures in the ring before.
    case failures(RingReport, of: GUID, limit: ApprovalRule.FailureLimit)
    /// Nobody accepted the licence terms.
    case eulas([GUID])
    case unknownGroup
    /// What supersedes it is not approved for the group yet.
    case successorNotApproved
  }

  public let ruleID: Int64
  public let ruleName: String
  public let identity: UpdateIdentity
  public let title: String
  /// nil where no group is concerned.
  public let targetGroupID: GUID?
  public let reason: Reason
}

extension RuleAction.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .arrived(let moment, let days): "arrived \(moment), delay \(days) days"
    case .superseded(let moment, let days): "superseded since \(moment), limit \(days) days"
    }
  }
}

extension WaitingUpdate.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .delay(let moment): "not before \(moment)"
    case .failures(let report, let ring, let limit):
      "failed on \(report.failed), installed on \(report.installed) computers of group \(ring), limit \(limit)"
    case .eulas(let eulas): "licence terms not accepted: \(eulas.map(\.description).joined(separator: ", "))"
    case .unknownGroup: "the target group is gone"
    case .successorNotApproved: "what supersedes it is not approved yet"
    }
  }
}

extension ApprovalRule.FailureLimit: CustomStringConvertible {
  public var description: String {
    switch self {
    case .computers(let count): "\(count) computers"
    case .percent(let percent): "\(percent) %"
    }
  }
}
