import ArgumentParser
import Catalog
import Platform
import UpdateModel

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Tells what client computers need, have and fail at.",
    discussion: example(
      "updatemirror report summary", "updatemirror report failures --group Pilot --output csv > failures.csv"),
    subcommands: [
      ReportSummary.self, ReportUpdates.self, ReportComputers.self, ReportFailures.self, ReportDownstream.self,
    ])
}

struct ReportSummary: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary", abstract: "Counts computers and what they need, for each target group.",
    discussion: example("updatemirror report summary --group Pilot --group Production"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: ListOutputOptions

  @Option(name: .long, help: "Name or GUID of a target group. Repeatable; without it, all groups.")
  var group: [String] = []

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let wanted = try await NamedGroups(site.catalog).identifiers(group)
    let summary = try await site.catalog.clientSummary()
    let rows = ([summary.all] + summary.groups).filter { wanted.isEmpty || wanted.contains($0.group.targetGroupID) }
    try output.show(SummaryReport(rows))
    return .done
  }
}

struct ReportUpdates: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "updates",
    abstract: "Counts, for each update, the computers in each state; or lists the updates of one computer.",
    discussion: example(
      "updatemirror report updates --status failed --status needed --classification \"Security Updates\"",
      "updatemirror report updates --computer pc17.example.org"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: ListOutputOptions

  @Option(name: .long, help: "Name or id of one computer: its updates, each with its state.")
  var computer: String?

  @Option(name: .long, help: "Only computers of this target group or of one below count. Repeatable: any of them.")
  var group: [String] = []

  @Option(name: .long, help: "Updates that are in this state on a computer. Repeatable: any of them.")
  var status: [StateArgument] = []

  @Option(name: .long, help: "Name or GUID of a product, product family or company. Repeatable: any of them.")
  var product: [String] = []

  @Option(name: .long, help: "Name or GUID of an update classification. Repeatable: any of them.")
  var classification: [String] = []

  @Option(name: .long, help: "Only updates with this approval.")
  var approval: UpdatesList.ApprovalFilter?

  @Option(name: .long, help: "Words of the title, description, KB article or bulletin.")
  var text: String?

  @Option(name: .long, help: "Language of the titles, as en.")
  var language: String?

  @Option(name: .long, help: "At most this many, 1 to 10000.")
  var limit = 1_000

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit: expected 1 to 10000, found \(limit)") }
    guard computer != nil else { return }
    let others = !group.isEmpty || !product.isEmpty || !classification.isEmpty || approval != nil || text != nil
    if others { throw ValidationError("--computer goes with --status, --language and --limit only") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    if let computer {
      let id = try await ComputerNames(catalog: site.catalog).row(computer).clientID
      let rows = try await site.catalog.updateStatus(
        of: id, states: Set(status.map(\.state)), language: language, limit: limit)
      try output.show(ComputerUpdatesReport(rows: rows.map(ComputerUpdatesReport.Row.init)))
      return .done
    }
    try output.show(UpdateStatusReport(try await site.catalog.updateStatus(try await query(site))))
    return .done
  }

  private func query(_ site: Site) async throws -> UpdateStatusQuery {
    let names = CategoryNames(catalog: site.catalog, command: "report updates")
    var query = UpdateStatusQuery()
    query.groups = try await NamedGroups(site.catalog).identifiers(group)
    query.states = Set(status.map(\.state))
    query.updates.categories = try await names.identifiers(product, classifications: false)
    query.updates.classifications = try await names.identifiers(classification, classifications: true)
    query.updates.approval = approval?.query
    query.updates.text = text
    query.updates.language = language
    query.updates.limit = limit
    return query
  }
}

struct ReportComputers: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "computers", abstract: "Lists computers with what they need; or those that reported on one update.",
    discussion: example(
      "updatemirror report computers --group Production --status failed --output csv",
      "updatemirror report computers --update KB5031455 --status needed"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: ListOutputOptions
  @OptionGroup var filter: ComputerFilter

  @Option(name: .long, help: "GUID, KB article or title of one update: the computers that reported on it.")
  var update: String?

  func validate() throws {
    guard update != nil else { return }
    if filter.silent || filter.silentSince != nil || filter.text != nil {
      throw ValidationError("--update goes with --group, --status and --limit only")
    }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let groups = try await NamedGroups(site.catalog)
    if let update {
      let id = try await UpdateNames(catalog: site.catalog).identifiers([update])[0]
      let rows = try await site.catalog.computerStatus(
        of: id, states: Set(filter.status.map(\.state)), groups: try groups.identifiers(filter.group),
        limit: filter.limit)
      try output.show(UpdateComputersReport(rows))
      return .done
    }
    let rows = try await site.catalog.computers(try filter.query(site, groups))
    try output.show(ComputerListReport(rows, groups))
    return .done
  }
}

struct ReportFailures: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "failures", abstract: "Lists what computers fail at now, by error code; the most computers first.",
    discussion: example("updatemirror report failures --group Pilot"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: ListOutputOptions

  @Option(name: .long, help: "Only computers of this target group or of one below. Repeatable: any of them.")
  var group: [String] = []

  @Option(name: .long, help: "GUID, KB article or title of one update.")
  var update: String?

  @Option(name: .long, help: "Language of the titles, as en.")
  var language: String?

  @Option(name: .long, help: "At most this many, 1 to 10000.")
  var limit = 100

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit: expected 1 to 10000, found \(limit)") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    var query = FailureQuery()
    query.groups = try await NamedGroups(site.catalog).identifiers(group)
    if let update { query.updateID = try await UpdateNames(catalog: site.catalog).identifiers([update])[0] }
    query.language = language
    query.limit = limit
    try output.show(FailureReport(try await site.catalog.failures(query)))
    return .done
  }
}

struct ReportDownstream: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "downstream", abstract: "Lists downstream servers and when they were here.",
    discussion: example("updatemirror report downstream --output csv"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: ListOutputOptions

  @Option(name: .long, help: "Servers that were not here since: \(Moment.form) ago.")
  var silentSince: Moment?

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    var servers = try await site.catalog.downstreamServers()
    if let moment = silentSince?.before(SystemClock.now()) { servers.removeAll { $0.lastSeen >= moment } }
    try output.show(
      DownstreamReport(
        registration: site.configuration.text(.serveRegistration), servers: servers.map(DownstreamRow.init)))
    return .done
  }
}
