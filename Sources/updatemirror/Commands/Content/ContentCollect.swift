import ArgumentParser
import Catalog
import ContentStore
import Platform
import UpdateModel

struct ContentCollect: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Removes files that no update of the catalogue lists. Previews unless --yes.",
    discussion: example("updatemirror content gc", "updatemirror content gc --yes"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Flag(name: .long, help: "Remove the files; without it they are only listed.")
  var yes = false

  @Option(name: .long, help: "Part files, and imports that nobody continues, go too when older than this many days.")
  var partDays = 30

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let lock = try site.state.lock()
    try await requireKnowledge(site)
    let before = SystemClock.now().adding(seconds: Double(-partDays) * 86_400)
    let collected = try await site.store.collectGarbage(preview: !yes, stagingBefore: before) { digests in
      let kept = try await site.catalog.listedFiles(digests)
      // The catalogue hears of it first: a file that is gone and counts as present is never fetched.
      if yes { try await site.catalog.markAbsent(digests.filter { !kept.contains($0) }) }
      return kept
    }
    withExtendedLifetime(lock) {}
    try output.show(CollectReport(collected, isPreview: !yes))
    return .done
  }

  /// A catalogue that was lost and is not synchronized again yet would give up all content.
  private func requireKnowledge(_ site: Site) async throws {
    guard site.configuration.optional(.upstreamURL) != nil else {
      guard try await site.catalog.contentCounts().files == 0 else { return }
      guard try await site.store.statistics().content.files > 0 else { return }
      throw Failure(
        .failed, "content gc: expected a catalogue that lists files, found one that lists none",
        hint: "updatemirror import apply first; nothing was removed")
    }
    guard try await site.catalog.upstream().updateAnchor == nil else { return }
    throw Failure(
      .failed, "content gc: expected a catalogue that was synchronized, found one that does not know all updates yet",
      hint: "updatemirror sync first; nothing was removed")
  }
}

struct CollectReport: Report {
  let preview: Bool
  let files: Int
  let bytes: Int64
  let partFiles: Int
  let partBytes: Int64
  /// What imports had read that nobody continues.
  let importFiles: Int
  let importBytes: Int64
  /// At most 100 names.
  let examples: [String]

  init(_ report: GarbageReport, isPreview: Bool) {
    preview = isPreview
    files = report.files
    bytes = report.bytes
    partFiles = report.partFiles
    partBytes = report.partBytes
    importFiles = report.imports.files
    importBytes = report.imports.bytes
    examples = report.examples
  }

  var table: String {
    let verb = preview ? "would remove" : "removed"
    var lines = [
      "\(verb) \(Quantity.count(files, "file")), \(Quantity.bytes(bytes)), that no update lists",
      "\(verb) \(Quantity.count(partFiles, "part file")), \(Quantity.bytes(partBytes))",
      "\(verb) \(Quantity.count(importFiles, "file")), \(Quantity.bytes(importBytes)), of imports that nobody continues",
    ]
    lines += examples.map { "  \($0)" }
    if preview && files + partFiles + importFiles > 0 { lines.append("nothing was removed: add --yes") }
    return lines.joined(separator: "\n")
  }
}
