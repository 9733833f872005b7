import ArgumentParser
import Catalog
import Mirror

/// One synchronization run.
struct SyncRunCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "One run: authorization, metadata, approvals (replica), content. The default.",
    discussion: example(
      "updatemirror sync", "updatemirror sync --metadata-only --quiet", "updatemirror sync --dry-run --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var progress: ProgressOptions

  @Flag(name: .long, help: "No content.")
  var metadataOnly = false

  @Flag(name: .long, help: "Only content that the catalogue wants; no metadata.")
  var contentOnly = false

  @Flag(name: .long, help: "Tell what would change, in updates and bytes; change nothing.")
  var dryRun = false

  @Option(name: .long, help: "The upstream server for this run (upstream.url).")
  var upstream: String?

  func validate() throws {
    if metadataOnly && contentOnly { throw ValidationError("--metadata-only and --content-only exclude each other") }
    if dryRun && contentOnly { throw ValidationError("--dry-run and --content-only exclude each other") }
  }

  func execute() async throws -> ProgramStatus {
    var extra: [Setting: String] = [:]
    if let upstream { extra[.upstreamURL] = upstream }
    if progress.quiet && common.logLevel == nil { extra[.logLevel] = "warning" }
    let site = try await Site.open(common, extra: extra)
    _ = try site.syncOptions()
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    let display = progress.display
    guard !dryRun else {
      let preview = try await Interruption.run {
        try await display.follow { try await site.previewSync { display.take($0) } }
      }
      try output.show(SyncPreviewReport(preview))
      return .done
    }
    let scope: SyncRun.Scope = metadataOnly ? .metadataOnly : contentOnly ? .contentOnly : .all
    // The planned next try is for the schedule: an operator who starts a run wants it now.
    if scope != .metadataOnly { try await site.catalog.tryFilesAtOnce() }
    let done = try await Interruption.run {
      try await display.follow { try await site.sync(scope) { display.take($0) } }
    }
    try output.show(SyncRunReport(done))
    return done.isComplete ? .done : .incomplete
  }
}
