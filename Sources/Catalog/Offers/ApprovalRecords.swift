public import UpdateModel

/// What `updates approve` asks for: several updates for several groups at once.
public struct ApprovalOrder: Hashable, Sendable {
  public var updateIDs: [GUID]
  public var targetGroupIDs: [GUID]
  public var action: DeploymentAction
  public var adminName: String?
  /// ``Timestamp/endOfTime`` when there is none.
  public var deadline: Timestamp
  /// nil = now.
  public var goLiveTime: Timestamp?
  public var isAssigned: Bool
  /// 1 to 3.
  public var downloadPriority: UInt8
  /// Accepts, for all clients, the licence terms that the updates and what they bundle need.
  public var acceptsEULAs: Bool

  public init(
    updateIDs: [GUID], targetGroupIDs: [GUID], action: DeploymentAction = .install, adminName: String? = nil,
    deadline: Timestamp = .endOfTime, goLiveTime: Timestamp? = nil, isAssigned: Bool = true,
    downloadPriority: UInt8 = 1, acceptsEULAs: Bool = false
  ) {
    self.updateIDs = updateIDs
    self.targetGroupIDs = targetGroupIDs
    self.action = action
    self.adminName = adminName
    self.deadline = deadline
    self.goLiveTime = goLiveTime
    self.isAssigned = isAssigned
    self.downloadPriority = downloadPriority
    self.acceptsEULAs = acceptsEULAs
  }
}

/// A deployment before and after; nil where there is none. For the audit log.
public struct DeploymentChange: Hashable, Sendable {
  public let updateID: GUID
  public let targetGroupID: GUID
  public let before: Deployment?
  public let after: Deployment?
}

/// What an order would do, before anybody agrees to it.
public struct ApprovalPreview: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public let identity: UpdateIdentity
    public let title: String
    public let isSuperseded: Bool
    public let isExpired: Bool
    /// Refused until it is undeclined.
    public let isDeclined: Bool
    /// Refused: it comes with bundles or as a prerequisite only.
    public let isDeployable: Bool
    /// Revisions that come with it, at any depth.
    public let bundled: [UpdateIdentity]
    /// Licence terms that nobody has accepted yet.
    public let eulas: [GUID]
    /// One for each group; an unchanged deployment has equal sides.
    public let changes: [DeploymentChange]
    /// Content that is not here yet.
    public let missing: MissingContent
  }

  public let entries: [Entry]
  /// Of all entries, each file once.
  public let missing: MissingContent

  public var eulas: [GUID] { Array(Set(entries.flatMap(\.eulas))).sorted() }
}

/// Files still to fetch.
public struct MissingContent: Hashable, Sendable {
  public var files: Int
  /// Of the files whose size is known.
  public var bytes: Int64

  public init(files: Int, bytes: Int64) {
    self.files = files
    self.bytes = bytes
  }
}

/// What an order did.
public struct ApprovalOutcome: Hashable, Sendable {
  /// Only deployments that are different now.
  public let changes: [DeploymentChange]
  /// Licence terms that were not accepted before.
  public let acceptedEULAs: [GUID]
}

/// Licence terms that a stored revision names.
public struct EULARow: Hashable, Sendable {
  public let eulaID: GUID
  public let isAccepted: Bool
  /// Latest revisions that need it.
  public let updates: Int
}
