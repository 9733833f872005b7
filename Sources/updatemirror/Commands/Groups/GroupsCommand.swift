import ArgumentParser
import Catalog
import UpdateModel

struct GroupsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "groups", abstract: "Lists, makes and deletes target groups.",
    discussion: example("updatemirror groups list", "updatemirror groups create Pilot"),
    subcommands: [GroupsList.self, GroupsCreate.self, GroupsDelete.self])
}

struct GroupsList: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists target groups below their parents.",
    discussion: example("updatemirror groups list --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    try output.show(GroupsReport(groups: try await site.catalog.groups()))
    return .done
  }
}

struct GroupsReport: Report {
  struct Row: Encodable, Equatable {
    let id: String
    let name: String
    /// Absent at the root.
    let parent: String?
    let builtin: Bool
    /// 0 at the root.
    let depth: Int
  }

  let groups: [Row]

  /// Puts each group behind its parent; groups of one parent by name.
  init(groups: [TargetGroup]) {
    let byParent = Dictionary(grouping: groups, by: \.parentGroupID)
    let known = Set(groups.map(\.targetGroupID))
    var rows: [Row] = []
    var seen: Set<GUID> = []
    func add(_ group: TargetGroup, _ depth: Int) {
      // A circle of parents would never end.
      guard seen.insert(group.targetGroupID).inserted else { return }
      let parent = group.parentGroupID == .zero ? nil : group.parentGroupID.description
      rows.append(
        Row(
          id: group.targetGroupID.description, name: group.name, parent: parent, builtin: group.isBuiltin, depth: depth)
      )
      for child in (byParent[group.targetGroupID] ?? []).sorted(by: { $0.name < $1.name }) { add(child, depth + 1) }
    }
    let roots = groups.filter { !known.contains($0.parentGroupID) }
    for group in roots.sorted(by: { $0.name < $1.name }) { add(group, 0) }
    self.groups = rows
  }

  var table: String {
    var table = TextTable(["ID", "NAME"])
    for row in groups { table.add([row.id, String(repeating: "  ", count: row.depth) + row.name]) }
    return table.text
  }
}
