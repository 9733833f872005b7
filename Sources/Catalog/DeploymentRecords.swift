public import UpdateModel

/// What one answer to GetDeployments changed here.
public struct ApplySummary: Hashable, Sendable {
  /// nil when nothing changed.
  public let sequence: Int64?
  public let changedGroups: Int
  public let deletedGroups: Int
  public let changedDeployments: Int
  public let deadDeployments: Int
  public let changedHidden: Int
  public let acceptedEULAs: Int
  /// Live deployments whose group or revision is unknown here; kept, not offered (AMB-25, SSS-223).
  public let unresolved: [Deployment]
}

/// A deployment that an administrator asks for.
public struct ApprovalRequest: Hashable, Sendable {
  public var updateID: GUID
  public var targetGroupID: GUID
  public var action: DeploymentAction
  public var adminName: String?
  public var deadline: Timestamp
  /// nil = now.
  public var goLiveTime: Timestamp?
  public var isAssigned: Bool
  /// 1 to 3.
  public var downloadPriority: UInt8

  public init(
    updateID: GUID, targetGroupID: GUID, action: DeploymentAction = .install, adminName: String? = nil,
    deadline: Timestamp = .endOfTime, goLiveTime: Timestamp? = nil, isAssigned: Bool = true, downloadPriority: UInt8 = 1
  ) {
    self.updateID = updateID
    self.targetGroupID = targetGroupID
    self.action = action
    self.adminName = adminName
    self.deadline = deadline
    self.goLiveTime = goLiveTime
    self.isAssigned = isAssigned
    self.downloadPriority = downloadPriority
  }
}
