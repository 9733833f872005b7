/// What a deployment does to its target group (MS-WSUSSS 3.1.4.10.3.5).
///
/// Values outside the specification are kept as they came and never offered (AMB-26).
public struct DeploymentAction: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32

  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let install = DeploymentAction(rawValue: 0)
  public static let uninstall = DeploymentAction(rawValue: 1)
  public static let scan = DeploymentAction(rawValue: 2)
  public static let block = DeploymentAction(rawValue: 3)
}

extension DeploymentAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .install: "install"
    case .uninstall: "uninstall"
    case .scan: "scan"
    case .block: "block"
    default: "action \(rawValue)"
    }
  }
}

/// An approval: a revision for a target group (MS-WSUSSS 3.1.1).
public struct Deployment: Hashable, Sendable {
  public var deploymentID: GUID
  public var identity: UpdateIdentity
  public var targetGroupID: GUID
  public var action: DeploymentAction
  public var adminName: String?
  /// ``Timestamp/endOfTime`` when there is none.
  public var deadline: Timestamp
  public var isAssigned: Bool
  /// Not offered before this moment.
  public var goLiveTime: Timestamp
  /// 1 to 3; 3 is the highest.
  public var downloadPriority: UInt8

  public init(
    deploymentID: GUID, identity: UpdateIdentity, targetGroupID: GUID, action: DeploymentAction,
    adminName: String? = nil, deadline: Timestamp = .endOfTime, isAssigned: Bool = true,
    goLiveTime: Timestamp, downloadPriority: UInt8 = 1
  ) {
    self.deploymentID = deploymentID
    self.identity = identity
    self.targetGroupID = targetGroupID
    self.action = action
    self.adminName = adminName
    self.deadline = deadline
    self.isAssigned = isAssigned
    self.goLiveTime = goLiveTime
    self.downloadPriority = downloadPriority
  }
}

/// A set of computers that deployments name (MS-WSUSSS 3.1.1).
public struct TargetGroup: Hashable, Sendable {
  public var targetGroupID: GUID
  public var name: String
  /// ``GUID/zero`` at the root.
  public var parentGroupID: GUID
  public var isBuiltin: Bool

  public init(targetGroupID: GUID, name: String, parentGroupID: GUID, isBuiltin: Bool) {
    self.targetGroupID = targetGroupID
    self.name = name
    self.parentGroupID = parentGroupID
    self.isBuiltin = isBuiltin
  }

  public static let allComputers = TargetGroup(
    targetGroupID: GUID(high: 0xa0a0_8746_4dbe_4a37, low: 0x9adf_9e76_52c0_b421),
    name: "All Computers", parentGroupID: .zero, isBuiltin: true)
  public static let unassignedComputers = TargetGroup(
    targetGroupID: GUID(high: 0xb73c_a6ed_5727_47f3, low: 0x84de_015e_03f6_a88a),
    name: "Unassigned Computers", parentGroupID: allComputers.targetGroupID, isBuiltin: true)
}

/// Everything a USS answers to GetDeployments (MS-WSUSSS 3.1.4.10.3.1).
public struct DeploymentState: Hashable, Sendable {
  public var anchor: DeploymentAnchor
  /// All target groups.
  public var groups: [TargetGroup]
  /// Created or changed since the deployment anchor.
  public var deployments: [Deployment]
  /// Deleted since the deployment anchor.
  public var deadDeployments: [GUID]
  /// All declined updates.
  public var hiddenUpdates: [GUID]
  /// All accepted EULAs.
  public var acceptedEULAs: [GUID]

  public init(
    anchor: DeploymentAnchor, groups: [TargetGroup] = [], deployments: [Deployment] = [],
    deadDeployments: [GUID] = [], hiddenUpdates: [GUID] = [], acceptedEULAs: [GUID] = []
  ) {
    self.anchor = anchor
    self.groups = groups
    self.deployments = deployments
    self.deadDeployments = deadDeployments
    self.hiddenUpdates = hiddenUpdates
    self.acceptedEULAs = acceptedEULAs
  }
}
