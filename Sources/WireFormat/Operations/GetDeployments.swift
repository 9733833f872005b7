public import UpdateModel

/// Fetches groups and approvals for a replica (MS-WSUSSS 3.1.4.10).
public enum GetDeployments: Operation {
  public static let name: StaticString = "GetDeployments"
  public static let responseName: StaticString = "GetDeploymentsResponse"
  public static let service = WebService.serverSync

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    /// nil in the first call (SSS-194); an empty one reads as nil (SSS-197).
    public let deploymentAnchor: DeploymentAnchor?
    /// The anchor of the last listing; nil when absent or empty: InvalidParameters (SSS-196).
    public let syncAnchor: SyncAnchor?

    public init(cookie: Cookie?, deploymentAnchor: DeploymentAnchor?, syncAnchor: SyncAnchor?) {
      self.cookie = cookie
      self.deploymentAnchor = deploymentAnchor
      self.syncAnchor = syncAnchor
    }
  }

  public typealias Response = DeploymentState

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    if let anchor = request.deploymentAnchor { writer.element("deploymentAnchor", anchor.text) }
    if let anchor = request.syncAnchor { writer.element("syncAnchor", anchor.text) }
  }

  /// All six members, even when they are empty (SSS-198).
  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.start("GetDeploymentsResult")
    writer.element("Anchor", response.anchor.text)
    writer.elements("Groups", response.groups) { $0.element($1) }
    writer.elements("Deployments", response.deployments) { $0.element($1) }
    writer.elements("DeadDeployments", response.deadDeployments) { $0.element("guid", $1) }
    writer.elements("HiddenUpdates", response.hiddenUpdates) { $0.element("guid", $1) }
    writer.elements("AcceptedEulas", response.acceptedEULAs) { $0.element("guid", $1) }
    writer.end()
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(),
      deploymentAnchor: reader.nonEmpty("deploymentAnchor").map { DeploymentAnchor($0) },
      syncAnchor: reader.nonEmpty("syncAnchor").map { SyncAnchor($0) })
  }

  public static var responseReading: ResponseReading<Response> {
    .result("GetDeploymentsResult") { result throws(WireError) in
      Response(
        anchor: DeploymentAnchor(try result.read("Anchor") { text throws(WireError) in try text.string() }),
        groups: try groups(result),
        deployments: try result.array("Deployments", of: "ServerSyncDeployment") { item throws(WireError) in
          try item.deployment()
        },
        deadDeployments: try guids(result, "DeadDeployments"), hiddenUpdates: try guids(result, "HiddenUpdates"),
        acceptedEULAs: try guids(result, "AcceptedEulas"))
    }
  }

  private static func guids(_ result: ElementReader, _ name: String) throws(WireError) -> [GUID] {
    try result.array(name, of: "guid") { item throws(WireError) in try item.guid() }
  }

  /// A group without a parent hangs below All Computers if that is there, else it is a root (AMB-25).
  private static func groups(_ result: ElementReader) throws(WireError) -> [TargetGroup] {
    let root = TargetGroup.allComputers.targetGroupID
    let read = try result.array("Groups", of: "ServerSyncTargetGroup") { item throws(WireError) in
      (group: try item.targetGroup(), hasParent: item.child("ParentGroupId") != nil)
    }
    let isRootKnown = read.contains { $0.group.targetGroupID == root }
    return read.map { entry in
      var group = entry.group
      if !entry.hasParent, isRootKnown, group.targetGroupID != root { group.parentGroupID = root }
      return group
    }
  }
}

extension XMLWriter {
  fileprivate mutating func element(_ group: TargetGroup) {
    start("ServerSyncTargetGroup")
    element("TargetGroupID", group.targetGroupID)
    element("ParentGroupId", group.parentGroupID)
    element("Name", group.name)
    element("IsBuiltin", group.isBuiltin)
    end()
  }

  fileprivate mutating func element(_ deployment: Deployment) {
    start("ServerSyncDeployment")
    element("UpdateId", deployment.identity.updateID)
    element("RevisionNumber", deployment.identity.revisionNumber)
    element("Action", deployment.action.rawValue)
    if let adminName = deployment.adminName { element("AdminName", adminName) }
    element("Deadline", orEndOfTime: deployment.deadline)
    element("IsAssigned", deployment.isAssigned)
    element("GoLiveTime", deployment.goLiveTime)
    element("DeploymentGuid", deployment.deploymentID)
    element("TargetGroupId", deployment.targetGroupID)
    element("DownloadPriority", Int32(min(max(deployment.downloadPriority, 1), 3)))
    end()
  }
}

extension ElementReader {
  fileprivate func targetGroup() throws(WireError) -> TargetGroup {
    TargetGroup(
      targetGroupID: try guid("TargetGroupID"), name: try string("Name") ?? "",
      parentGroupID: try readIfPresent("ParentGroupId") { parent throws(WireError) in try parent.guid() } ?? .zero,
      isBuiltin: try bool("IsBuiltin"))
  }

  fileprivate func deployment() throws(WireError) -> Deployment {
    Deployment(
      deploymentID: try guid("DeploymentGuid"),
      identity: UpdateIdentity(updateID: try guid("UpdateId"), revisionNumber: try int32("RevisionNumber")),
      targetGroupID: try guid("TargetGroupId"), action: DeploymentAction(rawValue: try int32("Action")),
      adminName: try string("AdminName"), deadline: try timestamp("Deadline"), isAssigned: try bool("IsAssigned"),
      goLiveTime: try timestamp("GoLiveTime"),
      downloadPriority: try read("DownloadPriority") { priority throws(WireError) in try priority.byte() })
  }
}
