import ArgumentParser
import Catalog
import UpdateModel

struct GroupsDelete: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Deletes target groups with their approvals. Previews unless --yes.",
    discussion: example("updatemirror groups delete Pilot --yes"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "Names or GUIDs of groups that were made here.")
  var groups: [String]

  @Flag(name: .long, help: "Delete them; without it they are only listed.")
  var yes = false

  func validate() throws {
    guard !groups.isEmpty else { throw ValidationError("expected a group, found none") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.openForDecisions(common, "delete group")
    let known = try await site.catalog.groups()
    let names = NamedGroups(known)
    let doomed = try names.identifiers(groups).compactMap(names.group)
    try Self.refuse(doomed, among: known)
    let computers = try await site.catalog.clientSummary().groups
    let report = GroupsDeletion(
      preview: !yes,
      groups: doomed.map { group in
        GroupsDeletion.Row(
          id: group.targetGroupID.description, name: group.name,
          computers: computers.first { $0.group.targetGroupID == group.targetGroupID }?.computers ?? 0)
      })
    if yes {
      for group in doomed {
        try await site.catalog.deleteGroup(group.targetGroupID)
        try site.audit("groups delete", [group.audited(after: false)])
      }
    }
    try output.show(report)
    return .done
  }

  /// What would be refused is not previewed either. A child that is named before its parent goes first.
  private static func refuse(_ doomed: [TargetGroup], among known: [TargetGroup]) throws {
    var gone: Set<GUID> = []
    for group in doomed {
      guard !group.isBuiltin else { throw CatalogError.builtinGroup(group) }
      let children = known.count { $0.parentGroupID == group.targetGroupID && !gone.contains($0.targetGroupID) }
      guard children == 0 else { throw CatalogError.groupHasChildren(group.targetGroupID, count: children) }
      gone.insert(group.targetGroupID)
    }
  }
}

struct GroupsDeletion: Report {
  struct Row: Encodable {
    let id: String
    let name: String
    /// Computers that are in it now.
    let computers: Int
  }

  /// Nothing was changed.
  let preview: Bool
  let groups: [Row]

  var table: String {
    var table = TextTable(["ID", "NAME", "COMPUTERS"], alignments: [2: .right])
    for row in groups { table.add([row.id, row.name, "\(row.computers)"]) }
    return table.text + "\n" + (preview ? "their approvals go with them; nothing was deleted: add --yes" : "deleted")
  }
}
