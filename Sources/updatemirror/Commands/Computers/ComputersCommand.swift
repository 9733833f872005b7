import ArgumentParser
import Catalog

struct ComputersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "computers", abstract: "Lists, shows, moves and removes client computers.",
    discussion: example("updatemirror computers list --silent", "updatemirror computers move pc17 --group Pilot"),
    subcommands: [ComputersList.self, ComputersShow.self, ComputersMove.self, ComputersRemove.self])
}

struct ComputersList: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists client computers by name.",
    discussion: example(
      "updatemirror computers list --group Pilot --status failed", "updatemirror computers list --silent-since 30d"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: ListOutputOptions
  @OptionGroup var filter: ComputerFilter

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let groups = try await NamedGroups(site.catalog)
    let rows = try await site.catalog.computers(try filter.query(site, groups))
    try output.show(ComputerListReport(rows, groups))
    return .done
  }
}
