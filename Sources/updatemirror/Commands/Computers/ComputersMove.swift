import ArgumentParser
import Catalog
import UpdateModel

struct ComputersMove: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "move", abstract: "Puts computers into target groups, instead of those they are in.",
    discussion: example(
      "updatemirror computers move pc17.example.org --group Pilot --group Labs",
      "updatemirror computers move pc17.example.org --unassigned"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "Names or ids of computers.")
  var computers: [String]

  @Option(name: .long, help: "Name or GUID of a target group. Repeatable: each of them.")
  var group: [String] = []

  @Flag(name: .long, help: "Take them out of all groups: they are in Unassigned Computers.")
  var unassigned = false

  func validate() throws {
    guard !computers.isEmpty else { throw ValidationError("expected a computer, found none") }
    guard group.isEmpty == unassigned else { throw ValidationError("expected either --group or --unassigned") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    try await site.saveSettings()
    let groups = try await NamedGroups(site.catalog)
    let wanted = try groups.identifiers(group)
    if let builtin = wanted.compactMap(groups.group).first(where: \.isBuiltin) {
      throw Failure(
        .usage, "--group: expected a group that was made here, found \(builtin.name)",
        hint: "--unassigned takes computers out of all groups")
    }
    var moves: [ComputerMove] = []
    for row in try await ComputerNames(catalog: site.catalog).rows(computers) {
      let move = try await site.catalog.assign(row.clientID, to: wanted)
      moves.append(move)
      guard move.before != move.after else { continue }
      try site.audit(
        "computers move", "computer \(move.clientID)", ComputerMoveReport.facts(move, move.before, groups),
        ComputerMoveReport.facts(move, move.after, groups))
    }
    try output.show(ComputerMoveReport(moves, groups))
    return .done
  }
}

struct ComputerMoveReport: Report {
  struct Row: Encodable {
    let id: String
    let name: String
    /// Names of groups.
    let before: [String]
    let after: [String]
  }

  let computers: [Row]

  init(_ moves: [ComputerMove], _ groups: NamedGroups) {
    computers = moves.map {
      Row(
        id: $0.clientID.text, name: $0.dnsName, before: $0.before.map(groups.name), after: $0.after.map(groups.name))
    }
  }

  /// For the audit log.
  static func facts(_ move: ComputerMove, _ ids: [GUID], _ groups: NamedGroups) -> [String: String] {
    ["name": move.dnsName, "groups": ids.map(groups.name).joined(separator: ", ")]
  }

  var table: String {
    var table = TextTable(["NAME", "BEFORE", "AFTER", "ID"])
    for row in computers {
      table.add([row.name, row.before.joined(separator: ", "), row.after.joined(separator: ", "), row.id])
    }
    return table.text
  }
}
