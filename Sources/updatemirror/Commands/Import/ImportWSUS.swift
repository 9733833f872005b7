import ArgumentParser
import Catalog
import Export
import Platform
import UpdateModel

struct ImportWSUS: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "wsus", abstract: "Brings in metadata that wsusutil export or export wsus wrote. It is not signed.",
    discussion: example(
      "updatemirror import wsus /media/disk/2027-03.cab --dry-run",
      "updatemirror import wsus /media/disk/2027-03.cab --sha256 $(cat 2027-03.sha256)",
      "# The package carries no signature and no content: who wrote it can say anything of",
      "# any update. Compare its SHA-256. Content comes from a USS, an archive or the Internet.",
      "# Exchange with a real WSUS is unverified."))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var progress: ProgressOptions

  @Argument(help: "A .cab of wsusutil export or of export wsus.")
  var file: String

  @Option(name: .long, help: "Refuse any file but the one with this SHA-256 (64 hexadecimal digits).")
  var sha256: String?

  @Flag(name: .long, help: "Check all of it and tell what it would bring; store nothing.")
  var dryRun = false

  func validate() throws {
    if let sha256, SHA256Digest(hex: sha256) == nil {
      throw ValidationError("--sha256: expected 64 hexadecimal digits, found \(sha256)")
    }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    try await site.saveSettings()
    let intaking = WindowsPackageImport(catalog: site.catalog, state: site.state.path)
    let path = StateDirectory(path: file).path
    let expected = sha256.flatMap { SHA256Digest(hex: $0) }.map { InlineSHA256($0) }
    let display = progress.display
    guard !dryRun else {
      let package = try await Interruption.run {
        try await display.follow { try await intaking.plan(path, expecting: expected) { display.take($0) } }
      }
      try output.show(ReadPackageReport(package, summary: nil, wanted: nil))
      return package.missingMembers.isEmpty ? .done : .incomplete
    }
    let imported = try await Interruption.run {
      try await display.follow { try await intaking.apply(path, expecting: expected) { display.take($0) } }
    }
    return try await finish(site, imported)
  }

  private func finish(_ site: Site, _ imported: ImportedWindowsPackage) async throws -> ProgramStatus {
    await site.runRulesIfAutonomous()
    let wanted = try await site.catalog.wantedTotals(site.contentPolicy)
    let report = ReadPackageReport(
      imported.package, summary: imported.summary, wanted: (files: wanted.files, bytes: wanted.bytes))
    if report.result == .applied {
      try site.audit("import wsus", "package \(imported.package.archiveID)", nil, report.facts)
      await site.indexText()
    }
    try output.show(report)
    return imported.package.missingMembers.isEmpty ? .done : .incomplete
  }
}

/// What `import wsus` did, or would do.
struct ReadPackageReport: Report {
  enum Result: String, Encodable {
    case applied, alreadyApplied, preview
  }

  let result: Result
  /// Under this id it stands in `import history`.
  let archive: String
  let file: String
  let sha256: String
  /// As the package states.
  let source: String
  /// As the package states.
  let created: String
  let revisions: Int
  /// Revisions that are no categories and no detectoids.
  let updates: Int
  let newRevisions: Int
  let newUpdates: Int?
  /// Content files that it names; none is carried.
  let files: Int
  let filesWithoutLocation: Int
  let missingMembers: Int
  /// At most five.
  let missingExamples: [String]
  /// What the site wants now, of this package and of anything before.
  let wantedFiles: Int?
  let wantedBytes: Int64?

  init(_ package: CheckedWindowsPackage, summary: Catalog::ImportSummary?, wanted: (files: Int, bytes: Int64)?) {
    result = summary.map { $0.wasAppliedBefore ? .alreadyApplied : .applied } ?? .preview
    archive = package.archiveID.description
    file = package.path
    sha256 = package.sha256.hex
    source = package.statedServerID.description
    created = package.created.description
    revisions = package.revisions
    updates = package.updates
    newRevisions = summary?.revisions ?? package.newRevisions
    newUpdates = summary?.updates
    files = package.files
    filesWithoutLocation = package.filesWithoutLocation
    missingMembers = package.missingMembers.count
    missingExamples = package.missingMembers.prefix(5).map(\.description)
    wantedFiles = wanted?.files
    wantedBytes = wanted?.bytes
  }

  /// For the audit log.
  var facts: [String: String] {
    ["file": file, "sha256": sha256, "source": source, "revisions": "\(newRevisions)", "signers": "none"]
  }

  var table: String {
    var fields: [(name: String, value: String)] = [
      ("package", file), ("SHA-256", sha256), ("states as source", source), ("created", Quantity.moment(created)),
      ("signature", "none: anybody can have written it"),
      (
        "carries",
        "\(Quantity.count(revisions, "revision")), \(updates) of them updates; names \(Quantity.count(files, "file"))"
      ),
    ]
    let word = result == .preview ? "would be new" : "new"
    fields.append(("metadata", "\(Quantity.count(newRevisions, "revision")) \(word)"))
    if missingMembers > 0 {
      let examples = missingExamples.joined(separator: ", ")
      fields.append(("missing", "\(Quantity.count(missingMembers, "bundle member")), for example \(examples)"))
    }
    if let wantedFiles, let wantedBytes {
      let wanted = "\(Quantity.count(wantedFiles, "file")), \(Quantity.bytes(wantedBytes))"
      fields.append(("content", "none carried; this site wants \(wanted) from elsewhere"))
    }
    switch result {
    case .preview: fields.append(("result", "nothing was stored"))
    case .alreadyApplied: fields.append(("result", "applied before: nothing changed"))
    case .applied: fields.append(("result", missingMembers == 0 ? "complete" : "complete, but see above"))
    }
    return FieldList.text(fields)
  }
}
