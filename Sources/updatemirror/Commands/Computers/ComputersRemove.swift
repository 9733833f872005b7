import ArgumentParser
import Catalog
import Platform
import UpdateModel

struct ComputersRemove: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Forgets computers with all they reported. Previews unless --yes.",
    discussion: example(
      "updatemirror computers remove pc17.example.org --yes", "updatemirror computers remove --silent-since 180d"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "Names or ids of computers.")
  var computers: [String] = []

  @Option(name: .long, help: "All computers without a contact since: \(Moment.form) ago.")
  var silentSince: Moment?

  @Flag(name: .long, help: "Remove them; without it they are only listed.")
  var yes = false

  func validate() throws {
    guard computers.isEmpty != (silentSince == nil) else {
      throw ValidationError("expected either computers or --silent-since")
    }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let groups = try await NamedGroups(site.catalog)
    let rows = try await rows(ComputerRemoval(site: site, groups: groups))
    try output.show(ComputerRemovalReport(preview: !yes, computers: ComputerListReport(rows, groups).computers))
    return .done
  }

  /// The computers that are meant; with `--yes`, as they were.
  private func rows(_ removal: ComputerRemoval) async throws -> [ComputerRow] {
    guard let moment = silentSince?.before(SystemClock.now()) else {
      return try await removal.named(computers, isRemoved: yes)
    }
    if yes { return try await removal.removeAll(silentSince: moment) }
    return try await removal.silent(since: moment)
  }
}

/// Forgets computers, each with a line in the audit log.
struct ComputerRemoval {
  let site: Site
  let groups: NamedGroups

  func named(_ names: [String], isRemoved: Bool) async throws -> [ComputerRow] {
    let rows = try await ComputerNames(catalog: site.catalog).rows(names)
    guard isRemoved else { return rows }
    for row in rows {
      try record([try await site.catalog.removeComputer(row.clientID)])
    }
    return rows
  }

  /// The first 10,000.
  func silent(since moment: Timestamp) async throws -> [ComputerRow] {
    var query = ComputerQuery()
    query.silentSince = moment
    query.limit = 10_000
    return try await site.catalog.computers(query)
  }

  func removeAll(silentSince moment: Timestamp) async throws -> [ComputerRow] {
    var removed: [ComputerRow] = []
    while true {
      let step = try await site.catalog.removeComputers(silentSince: moment)
      guard !step.isEmpty else { return removed }
      try record(step)
      removed += step
    }
  }

  private func record(_ rows: [ComputerRow]) throws {
    try site.audit(
      "computers remove",
      rows.map { row in
        AuditedChange(
          subject: "computer \(row.clientID)",
          before: [
            "name": row.dnsName, "groups": row.groups.map(groups.name).joined(separator: ", "),
            "lastContact": row.lastContact.description,
          ], after: nil)
      })
  }
}

struct ComputerRemovalReport: Report {
  /// Nothing was changed.
  let preview: Bool
  let computers: [ComputerListReport.Row]

  var table: String {
    guard !computers.isEmpty else { return "no computers" }
    var table = TextTable(["NAME", "GROUPS", "LAST CONTACT", "ID"])
    for row in computers {
      table.add([row.name, row.groups.joined(separator: ", "), Quantity.moment(row.lastContact), row.id])
    }
    return table.text + "\n" + (preview ? "nothing was removed: add --yes" : "removed")
  }
}
