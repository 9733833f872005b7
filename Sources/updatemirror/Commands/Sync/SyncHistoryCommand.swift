import ArgumentParser
import Catalog
import UpdateModel

struct SyncHistory: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Lists past synchronization runs, the newest first.",
    discussion: example("updatemirror sync history --limit 10 --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "At most this many, 1 to 1000.")
  var limit = 20

  func validate() throws {
    guard (1...1000).contains(limit) else { throw ValidationError("--limit: expected 1 to 1000, found \(limit)") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    try output.show(SyncHistoryReport(records: try await site.catalog.history(limit: limit)))
    return .done
  }
}

struct SyncHistoryReport: Report {
  /// One run; also the `lastSync` of `status`.
  struct Row: Encodable {
    let began: String
    let ended: String
    let upstream: String?
    /// `succeeded`, `incomplete`, `failed`, `cancelled` or `unfinished`.
    let outcome: String
    let message: String?
    let newRevisions: Int
    let changedDeployments: Int
    let fetchedFiles: Int
    let fetchedBytes: Int64
    let missingFiles: Int
    let seconds: Double

    init(_ record: SyncRecord) {
      began = record.began.description
      ended = record.ended.description
      upstream = record.endpoint
      outcome = record.outcome.text
      message = record.message
      newRevisions = record.newRevisions
      changedDeployments = record.changedDeployments
      fetchedFiles = record.fetchedFiles
      fetchedBytes = record.fetchedBytes
      missingFiles = record.missingFiles
      seconds = record.ended.seconds(since: record.began)
    }
  }

  let runs: [Row]

  init(records: [SyncRecord]) { runs = records.map(Row.init) }

  var table: String {
    var table = TextTable(
      ["BEGAN", "TIME", "OUTCOME", "REVISIONS", "APPROVALS", "FILES", "BYTES", "MISSING", "MESSAGE"],
      alignments: [1: .right, 3: .right, 4: .right, 5: .right, 6: .right, 7: .right])
    for run in runs {
      table.add([
        String(run.began.prefix(19)), Quantity.time(run.seconds), run.outcome, "\(run.newRevisions)",
        "\(run.changedDeployments)", "\(run.fetchedFiles)", Quantity.bytes(run.fetchedBytes), "\(run.missingFiles)",
        run.message ?? "",
      ])
    }
    return table.text
  }
}

extension SyncRecord.Outcome {
  /// The word of lists and JSON.
  var text: String {
    switch self {
    case .succeeded: "succeeded"
    case .incomplete: "incomplete"
    case .failed: "failed"
    case .cancelled: "cancelled"
    case .unfinished: "unfinished"
    }
  }
}
