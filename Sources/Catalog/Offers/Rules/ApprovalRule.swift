public import UpdateModel

/// What the administrator wants done with updates without being asked for each (docs/catalog.md, "Approval rules").
public struct ApprovalRule: Hashable, Sendable {
  /// Up to 100 characters, its own among the rules in any letter case.
  public var name: String
  public var isEnabled: Bool
  /// One of them; empty = any.
  public var classifications: [GUID]
  /// One of them or one below, such as the products of a family; empty = any.
  public var products: [GUID]
  public var title: TitleExpression?
  public var work: Work

  public enum Work: Hashable, Sendable {
    case approve(Approval)
    /// Declines what has been superseded for so many days.
    case declineSuperseded(afterDays: Int)
  }

  /// Approval for installation, ring after ring.
  public struct Approval: Hashable, Sendable {
    public var rings: [Ring]
    /// Days from the approval; nil = no deadline.
    public var deadlineDays: Int?
    public var isAssigned: Bool
    /// 1 to 3.
    public var downloadPriority: UInt8
    /// Accepts licence terms; otherwise an update that needs some waits for a person.
    public var acceptsEULAs: Bool

    public init(
      rings: [Ring], deadlineDays: Int? = nil, isAssigned: Bool = true, downloadPriority: UInt8 = 1,
      acceptsEULAs: Bool = false
    ) {
      self.rings = rings
      self.deadlineDays = deadlineDays
      self.isAssigned = isAssigned
      self.downloadPriority = downloadPriority
      self.acceptsEULAs = acceptsEULAs
    }
  }

  /// A target group, and when its turn is.
  public struct Ring: Hashable, Sendable {
    public var targetGroupID: GUID
    /// From the arrival of the revision here.
    public var delayDays: Int
    /// Of the ring before; above it this ring waits. The first ring has none.
    public var failureLimit: FailureLimit?

    public init(_ targetGroupID: GUID, delayDays: Int = 0, failureLimit: FailureLimit? = nil) {
      self.targetGroupID = targetGroupID
      self.delayDays = delayDays
      self.failureLimit = failureLimit
    }
  }

  /// How many failures are borne.
  public enum FailureLimit: Hashable, Sendable {
    case computers(Int)
    /// Of the computers that tried.
    case percent(Int)
  }

  public init(
    name: String, isEnabled: Bool = true, classifications: [GUID] = [], products: [GUID] = [],
    title: TitleExpression? = nil, work: Work
  ) {
    self.name = name
    self.isEnabled = isEnabled
    self.classifications = classifications
    self.products = products
    self.title = title
    self.work = work
  }
}

/// A rule as it is stored.
public struct StoredRule: Hashable, Sendable {
  /// Never given again.
  public let ruleID: Int64
  public let rule: ApprovalRule

  public init(ruleID: Int64, rule: ApprovalRule) {
    self.ruleID = ruleID
    self.rule = rule
  }
}

extension ApprovalRule.FailureLimit {
  /// Whether a ring's report is above the limit.
  func isExceeded(by report: RingReport) -> Bool {
    switch self {
    case .computers(let limit): report.failed > limit
    case .percent(let limit): report.failed * 100 > limit * (report.failed + report.installed)
    }
  }
}

/// What the computers of a ring said of one update.
public struct RingReport: Hashable, Sendable {
  public let installed: Int
  public let failed: Int

  public init(installed: Int, failed: Int) {
    self.installed = installed
    self.failed = failed
  }
}
