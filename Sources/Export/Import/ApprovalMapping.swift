public import UpdateModel

/// Deployments of a source as an autonomous site would take them over.
public struct ApprovalMapping: Hashable, Sendable {
  /// One deployment with the identifiers of this site.
  public struct Approval: Hashable, Sendable {
    public let deployment: Deployment
    public let groupName: String
    /// It takes the place of a live deployment of the same update and group.
    public let replaces: Bool
    /// It is here already, in every part.
    public let isUnchanged: Bool
  }

  public internal(set) var approvals: [Approval] = []
  /// Deployments left out because no local group has the name of theirs.
  public internal(set) var unmatchedGroups: [String: Int] = [:]

  public init() {}

  /// What is published: those that change something.
  var changes: [Deployment] { approvals.filter { !$0.isUnchanged }.map(\.deployment) }
}

extension ApprovalMapping {
  /// Maps by the names of groups, without regard to letter case. The last deployment of an update and group counts.
  ///
  /// - Parameter local: groups and live deployments of this site.
  init(_ state: ArchiveState, local: DeploymentState) {
    let names = Dictionary(state.groups.map { ($0.targetGroupID, $0.name) }, uniquingKeysWith: { first, _ in first })
    let groups = Dictionary(local.groups.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    let live = Dictionary(local.deployments.map { (Place($0), $0) }, uniquingKeysWith: { _, last in last })
    var positions: [Place: Int] = [:]
    for deployment in state.deployments {
      let name = names[deployment.targetGroupID] ?? "\(deployment.targetGroupID)"
      guard let group = groups[name.lowercased()] else {
        unmatchedGroups[name, default: 0] += 1
        continue
      }
      var mapped = deployment
      mapped.targetGroupID = group.targetGroupID
      let place = Place(mapped)
      mapped.deploymentID = live[place]?.deploymentID ?? .random()
      let approval = Approval(
        deployment: mapped, groupName: group.name, replaces: live[place] != nil, isUnchanged: live[place] == mapped)
      if let position = positions[place] {
        approvals[position] = approval
      } else {
        positions[place] = approvals.count
        approvals.append(approval)
      }
    }
  }

  private struct Place: Hashable {
    let updateID: GUID
    let group: GUID

    init(_ deployment: Deployment) {
      updateID = deployment.identity.updateID
      group = deployment.targetGroupID
    }
  }
}
