import ArgumentParser
import Catalog
import Export
import Foundation
import Platform
import Sealing
import UpdateModel

struct ExportCreate: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Writes a signed archive into a folder. The same command continues a begun one.",
    discussion: example(
      "updatemirror export create /media/disk/2027-03 --volume-size BD25 --expires 90d",
      "updatemirror export create /media/disk/branch7 --since-receipt branch7.receipt --key archives"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var content: ArchiveContentOptions
  @OptionGroup var signing: SigningOptions

  @Argument(help: "A folder that is empty or does not exist, or that of a begun archive.")
  var folder: String

  @Flag(name: .long, help: "Forget what was begun in this folder.")
  var restart = false

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    let signers = try await site.signers()
    let path = ArchiveFolderName.real(folder)
    let options = try await content.options(site, signers, folder: restart ? nil : path)
    let keys = try await signing.keys(site, signers)
    let export = try await site.archiveExport()
    let display = progress.display
    let result = try await Interruption.run { [restart] in
      try await display.follow {
        try await export.create(options, into: path, keys: keys, restarts: restart) { display.take($0) }
      }
    }
    let isWhole = try await site.hasAllWantedFiles(result.leftOut)
    let report = ArchiveReport(result, signers: keys.map { $0.certificate.description }, isComplete: isWhole)
    if !result.wasFinished {
      try site.audit("export create", "archive \(report.archive)", nil, report.facts)
    }
    try output.show(report)
    return isWhole ? .done : .incomplete
  }
}

struct ExportPlan: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Tells what an archive would carry, and what is left out and why. Writes nothing.",
    discussion: example("updatemirror export plan --since-receipt branch7.receipt --volume-size DVD"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var content: ArchiveContentOptions

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let options = try await content.options(site, try await site.signers())
    let export = try await site.archiveExport()
    let preview = try await Interruption.run { try await export.plan(options) }
    let isWhole = try await site.hasAllWantedFiles(preview.leftOut)
    try output.show(ArchivePlanReport(preview, isComplete: isWhole))
    return isWhole ? .done : .incomplete
  }
}

struct ExportSign: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Adds a signer to a complete archive, for sites that ask for several.",
    discussion: example("updatemirror export sign /media/disk/2027-03 --key officer --passphrase-file secret"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var signing: SigningOptions

  @Argument(help: "The folder of the archive.")
  var folder: String

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    let export = try await site.archiveExport()
    for key in try await signing.keys(site, try await site.signers()) {
      try await export.coSign(folder, key: key)
      try site.audit(
        "export sign", "archive in \(ArchiveFolderName.real(folder))", nil,
        ["signer": key.certificate.subject, "fingerprint": key.certificate.fingerprint.hex.lowercased()])
    }
    return .done
  }
}

struct ExportList: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the archives that this site wrote, the newest first.",
    discussion: example("updatemirror export list --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "At most this many, 1 to 1000.")
  var limit = 20

  func validate() throws {
    guard (1...1000).contains(limit) else { throw ValidationError("--limit: expected 1 to 1000, found \(limit)") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    try output.show(ExportListReport(records: try await site.catalog.exportRecords(limit: limit)))
    return .done
  }
}

/// Folders as exports remember them.
enum ArchiveFolderName {
  /// Absolute and without links, as far as the folder exists.
  static func real(_ path: String) -> String {
    let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
    guard let found = realpath(absolute, nil) else {
      let parent = (absolute as NSString).deletingLastPathComponent
      guard parent != absolute, !parent.isEmpty else { return absolute }
      return (real(parent) as NSString).appendingPathComponent((absolute as NSString).lastPathComponent)
    }
    defer { free(found) }
    return String(cString: found)
  }
}

extension Site {
  func archiveExport() async throws -> ArchiveExport {
    ArchiveExport(
      catalog: catalog, store: store, state: state.path, serverID: try await catalog.identity().serverID,
      name: accountName, clock: SystemClock.now)
  }

  /// Whether no file is left out that this site wants and does not have.
  func hasAllWantedFiles(_ leftOut: [LeftOut]) async throws -> Bool {
    guard leftOut.contains(where: { [.absent, .withoutSHA256].contains($0.reason) }) else { return true }
    return try await catalog.wantedTotals(contentPolicy).files == 0
  }
}
