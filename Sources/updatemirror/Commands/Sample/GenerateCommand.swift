import ArgumentParser
import Catalog
import Generator

/// Fills an empty site with a made-up catalogue whose files have true digests.
struct GenerateCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Fills an empty site with a sample catalogue and content, the same for each seed.",
    discussion: example(
      "updatemirror init --state /tmp/sample",
      "updatemirror generate --state /tmp/sample --revisions 5000 --seed 7 --content-size \"2 GiB\""))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var progress: ProgressOptions

  @Option(name: .long, help: "All revisions, categories included; at least \(CatalogueShape.fewestRevisions).")
  var revisions = 1000

  @Option(name: .long, help: "Equal seeds give equal catalogues.")
  var seed: UInt64 = 1

  @Option(name: .long, help: "Bytes of all files together, as 500 MB or 2 GiB.")
  var contentSize = "256 MiB"

  @Option(
    name: .long,
    help: "Files of each update that has some, up to \(CatalogueShape.mostFilesPerUpdate); 1 to 5 unless set.")
  var filesPerUpdate: Int?

  @Option(name: .long, help: "Approvals that are made.")
  var approvals = 200

  @Flag(name: .long, help: "Metadata only: the files that it lists are not made.")
  var noContent = false

  func validate() throws {
    guard SettingKind.byteCount(contentSize) != nil else {
      throw ValidationError("--content-size: expected \(SettingKind.bytes.expected), found \(contentSize)")
    }
    guard (CatalogueShape.fewestRevisions...10_000_000).contains(revisions) else {
      throw ValidationError(
        "--revisions: expected \(CatalogueShape.fewestRevisions) to 10000000, found \(revisions)")
    }
    if let filesPerUpdate, !(1...CatalogueShape.mostFilesPerUpdate).contains(filesPerUpdate) {
      throw ValidationError(
        "--files-per-update: expected 1 to \(CatalogueShape.mostFilesPerUpdate), found \(filesPerUpdate)")
    }
    guard approvals >= 0 else { throw ValidationError("--approvals: expected 0 or more, found \(approvals)") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    var shape = CatalogueShape(
      revisions: revisions, seed: seed, contentSize: SettingKind.byteCount(contentSize) ?? 0,
      filesPerUpdate: filesPerUpdate)
    shape.approvals = approvals
    let sample = SampleSite(site: site, shape: shape, hasContent: !noContent)
    let done = try await Interruption.run { [progress] in
      try await sample.fill(progress.display)
    }
    try output.show(GenerateReport(state: site.state.path, seed: seed, done: done))
    return .done
  }
}

struct GenerateReport: Report {
  let state: String
  let seed: UInt64
  let revisions: Int
  let files: Int
  let storedBytes: Int64

  init(state: String, seed: UInt64, done: PopulateProgress) {
    self.state = state
    self.seed = seed
    revisions = done.revisions
    files = done.files
    storedBytes = done.storedBytes
  }

  var table: String {
    FieldList.text([
      ("state", state), ("seed", "\(seed)"), ("revisions", "\(revisions)"), ("files", "\(files)"),
      ("stored", Quantity.bytes(storedBytes)),
    ])
  }
}
