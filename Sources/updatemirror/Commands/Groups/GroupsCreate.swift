import ArgumentParser
import Catalog
import UpdateModel

struct GroupsCreate: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Makes target groups.",
    discussion: example("updatemirror groups create Pilot Production", "updatemirror groups create Labs --parent Pilot")
  )

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "Names, each its own among all groups in any letter case.")
  var names: [String]

  @Option(name: .long, help: "Name or GUID of the group above them.")
  var parent = TargetGroup.allComputers.name

  func validate() throws {
    guard !names.isEmpty else { throw ValidationError("expected a name, found none") }
    for name in names {
      guard GroupName.isValid(name) else { throw ValidationError("expected \(GroupName.form), found \"\(name)\"") }
    }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.openForDecisions(common, "create group")
    let above = try await NamedGroups(site.catalog).identifiers([parent])[0]
    for name in names {
      let group = try await site.catalog.createGroup(name: name, parent: above)
      try site.audit("groups create", [group.audited(after: true)])
    }
    try output.show(GroupsReport(groups: try await site.catalog.groups()))
    return .done
  }
}

/// What a new target group may be called: computers and downstream servers are told the name.
enum GroupName {
  static let form = "a name of 1 to 256 visible characters without ; and no GUID"

  /// A client names its groups with semicolons between (MS-WUSP 2.2.2.1.1).
  static func isValid(_ name: String) -> Bool {
    (1...256).contains(name.count) && GUID(name) == nil && TextTable.plain(name) == name
      && !name.contains(";") && name.first?.isWhitespace == false && name.last?.isWhitespace == false
  }
}

extension TargetGroup {
  /// For the audit log: a group that is made, or one that is gone.
  func audited(after exists: Bool) -> AuditedChange {
    let facts = ["name": name, "parent": parentGroupID.description]
    return AuditedChange(
      subject: "target group \(targetGroupID)", before: exists ? nil : facts, after: exists ? facts : nil)
  }
}
