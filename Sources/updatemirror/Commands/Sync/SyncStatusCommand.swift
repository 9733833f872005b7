import ArgumentParser
import Catalog
import Platform
import UpdateModel

struct SyncStatus: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows what the last run did, what is half done, and what is missing.",
    discussion: example("updatemirror sync status"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let report = try await SyncStatusReport(site)
    try output.show(report)
    return report.missingFiles.isEmpty ? .done : .incomplete
  }
}

struct SyncStatusReport: Report {
  struct Listing: Encodable {
    /// `categories` or `updates`.
    let kind: String
    let listed: Int
    let pending: Int
    let begun: String
  }

  let upstream: String?
  let running: Bool
  let lastSync: SyncHistoryReport.Row?
  /// When `serve` starts the next run; absent without a schedule.
  let nextSync: String?
  /// Listings whose revisions were not all fetched yet; the next run continues them.
  let unfinished: [Listing]
  let missingFiles: [MissingFileRow]

  init(_ site: Site) async throws {
    upstream = try await site.catalog.upstream().endpoint ?? site.configuration.optional(.upstreamURL)
    running = try site.state.isLocked()
    lastSync = try await site.catalog.history(limit: 1).first.map(SyncHistoryReport.Row.init)
    nextSync = try await site.nextRun()?.description
    var listings: [Listing] = []
    for kind in ListingKind.allCases {
      guard let progress = try await site.catalog.pendingListing(kind) else { continue }
      listings.append(
        Listing(
          kind: kind.description, listed: progress.listed, pending: progress.pending,
          begun: progress.begun.description))
    }
    unfinished = listings
    missingFiles = try await site.catalog.missingFiles(site.contentPolicy, limit: 1000).map(MissingFileRow.init)
  }

  var table: String {
    var fields = [("upstream", upstream ?? "none"), ("running", running ? "yes" : "no")]
    if let last = lastSync {
      fields.append(
        ("last run", "\(Quantity.moment(last.began)) \(last.outcome)" + (last.message.map { ": \($0)" } ?? "")))
    } else {
      fields.append(("last run", "never"))
    }
    fields.append(("next run", nextSync.map(Quantity.moment) ?? "no schedule"))
    for listing in unfinished {
      fields.append(("unfinished", "\(listing.kind): \(listing.pending) of \(listing.listed)"))
    }
    fields.append(("missing files", "\(missingFiles.count)\(missingFiles.count == 1000 ? " or more" : "")"))
    return FieldList.text(fields) + MissingFileRow.section(missingFiles)
  }
}

/// A file that is wanted and not here: why, and for which updates.
struct MissingFileRow: Encodable {
  let sha1: String
  let name: String
  let size: Int64?
  let reason: String
  let updates: [String]

  init(_ missing: MissingFile) {
    sha1 = missing.file.digest.hex
    name = missing.file.fileName
    size = missing.file.size
    updates = missing.updates.map(\.description)
    switch missing.reason {
    case .withoutSHA256: reason = "its metadata declares no SHA-256 and content.digest-policy requires one"
    case .notFetchedYet: reason = "not fetched yet"
    case .failed(let failure):
      reason = "\(failure.reason) (\(Quantity.count(failure.attempts, "attempt")))"
    }
  }

  /// A table below other text; nothing when nothing is missing.
  static func section(_ rows: [MissingFileRow], limit: Int = 20) -> String {
    guard !rows.isEmpty else { return "" }
    var table = TextTable(["MISSING FILE", "SIZE", "REASON", "FOR"], alignments: [1: .right])
    for row in rows.prefix(limit) {
      let updates = row.updates.prefix(2).joined(separator: ", ") + (row.updates.count > 2 ? ", ..." : "")
      table.add([row.name, row.size.map(Quantity.bytes) ?? "?", row.reason, updates])
    }
    let rest = rows.count > limit ? "\n... and \(rows.count - limit) more (--json lists them)" : ""
    return "\n\n" + table.text + rest
  }
}
