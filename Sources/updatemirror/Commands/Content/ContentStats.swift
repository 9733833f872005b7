import ArgumentParser
import Catalog
import ContentStore

struct ContentStats: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Counts files: in the catalogue, on the disk, half fetched, in quarantine.",
    discussion: example("updatemirror content stats --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    try output.show(try await ContentStatsReport(site))
    return .done
  }
}

struct ContentStatsReport: Report {
  struct Tally: Encodable, Equatable {
    let files: Int
    let bytes: Int64
  }

  /// Files that the catalogue knows.
  let catalogue: Tally
  /// Of those, the ones that are here.
  let present: Tally
  let wanted: Tally
  /// Files in `content/`.
  let stored: Tally
  /// Part files of interrupted downloads.
  let staging: Tally
  /// Files that wait in imports.
  let imports: Tally
  let quarantine: Tally
  let foreignNames: Int
  let freeBytes: Int64

  init(_ site: Site) async throws {
    let counts = try await site.catalog.contentCounts()
    let totals = try await site.catalog.wantedTotals(site.contentPolicy)
    let statistics = try await site.store.statistics()
    catalogue = Tally(files: counts.files, bytes: counts.bytes)
    present = Tally(files: counts.presentFiles, bytes: counts.presentBytes)
    wanted = Tally(files: totals.files, bytes: totals.bytes)
    stored = Tally(files: statistics.content.files, bytes: statistics.content.bytes)
    staging = Tally(files: statistics.staging.files, bytes: statistics.staging.bytes)
    imports = Tally(files: statistics.imports.files, bytes: statistics.imports.bytes)
    quarantine = Tally(files: statistics.quarantine.files, bytes: statistics.quarantine.bytes)
    foreignNames = statistics.foreignNames
    freeBytes = statistics.freeBytes
  }

  var table: String {
    var table = TextTable(["", "FILES", "SIZE"], alignments: [1: .right, 2: .right])
    let rows = [
      ("in the catalogue", catalogue), ("present", present), ("still wanted", wanted), ("in content/", stored),
      ("half fetched", staging), ("waiting in imports", imports), ("in quarantine/", quarantine),
    ]
    for (name, tally) in rows { table.add([name, "\(tally.files)", Quantity.bytes(tally.bytes)]) }
    table.add(["free on the disk", "", Quantity.bytes(freeBytes)])
    return table.text + (foreignNames == 0 ? "" : "\n\n\(Quantity.count(foreignNames, "foreign name")) in content/")
  }
}
