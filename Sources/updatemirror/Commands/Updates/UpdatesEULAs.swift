import ArgumentParser
import Catalog
import UpdateModel

struct UpdatesEULAs: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "eulas", abstract: "Lists licence terms of updates, and accepts them for all computers.",
    discussion: example(
      "updatemirror updates eulas --open",
      "updatemirror updates eulas --accept 5f7c1d3e-0b6a-4a52-9d0a-5d1f6f0c7a11"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "GUID of licence terms to accept. Repeatable.")
  var accept: [String] = []

  @Flag(name: .long, help: "Only those that nobody accepted.")
  var open = false

  func execute() async throws -> ProgramStatus {
    let site = try await accept.isEmpty ? Site.open(common) : Site.openForDecisions(common, "accept EULA")
    try await acceptAll(site)
    var rows = try await site.catalog.eulas()
    if open { rows.removeAll(where: \.isAccepted) }
    try output.show(EULAReport(rows))
    return .done
  }

  private func acceptAll(_ site: Site) async throws {
    let known = Set(try await site.catalog.eulas().map(\.eulaID))
    let ids = try accept.map { text in
      guard let id = GUID(text), known.contains(id) else {
        throw Failure(
          .usage, "licence terms \(TextTable.plain(text)): expected a GUID that updates name",
          hint: "updatemirror updates eulas lists them")
      }
      return id
    }
    for id in ids where try await site.catalog.acceptEULA(id) {
      try site.audit("updates eulas", [UpdatesApprove.accepted(id.description)])
    }
  }
}

struct EULAReport: Report {
  struct Row: Encodable {
    let eula: String
    let accepted: Bool
    /// How many updates need them.
    let updates: Int
  }

  let eulas: [Row]

  init(_ rows: [EULARow]) {
    eulas = rows.map { Row(eula: $0.eulaID.description, accepted: $0.isAccepted, updates: $0.updates) }
  }

  var table: String {
    guard !eulas.isEmpty else { return "no licence terms" }
    var table = TextTable(["LICENCE TERMS", "ACCEPTED", "UPDATES"], alignments: [2: .right])
    for row in eulas { table.add([row.eula, row.accepted ? "yes" : "no", "\(row.updates)"]) }
    return table.text
  }
}
