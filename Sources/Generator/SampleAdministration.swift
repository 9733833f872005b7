import Catalog
import UpdateModel

/// What an administrator of the generated catalogue has decided: nested groups, approvals, declines, EULAs.
///
/// Which updates and groups is decided by the seed; GUIDs of groups and deployments are the catalogue's own.
struct SampleAdministration {
  let catalog: Catalog
  let layout: CatalogueLayout

  private static let tree: [(name: String, parent: String?)] = [
    ("Servers", nil), ("Web servers", "Servers"), ("Databases", "Servers"), ("Workstations", nil),
    ("Pilot", "Workstations"), ("Branch offices", nil), ("North", "Branch offices"), ("South", "Branch offices"),
  ]

  func make() async throws {
    let groups = try await makeGroups()
    try await approve(for: groups)
    for eula in 0..<6 { try await catalog.acceptEULA(layout.categories.guid(.eula, eula)) }
  }

  private func makeGroups() async throws -> [GUID] {
    var ids: [String: GUID] = [:]
    for (name, parent) in Self.tree {
      let parentID = parent.flatMap { ids[$0] } ?? TargetGroup.allComputers.targetGroupID
      ids[name] = try await catalog.createGroup(name: name, parent: parentID).targetGroupID
    }
    return [TargetGroup.allComputers.targetGroupID] + Self.tree.compactMap { ids[$0.name] }
  }

  /// Approves and declines updates from all over the catalogue.
  private func approve(for groups: [GUID]) async throws {
    let count = min(layout.shape.approvals, layout.count / 2)
    guard count > 0 else { return }
    var stream = SplitMix(layout.shape.seed, 600)
    for place in 0..<count {
      let unit = layout.plan(place * (layout.count / count))
      let updateID = UnitRevisions.topLevel(unit.index, layout.categories)
      if place % 10 == 9 {
        try await catalog.decline(updateID)
        continue
      }
      let group = stream.pick(groups)
      if unit.isExpired { continue }
      try await catalog.approve(
        ApprovalRequest(
          updateID: updateID, targetGroupID: group, action: place % 17 == 16 ? .uninstall : .install,
          adminName: "generator", downloadPriority: UInt8(1 + stream.below(3))))
    }
  }
}
