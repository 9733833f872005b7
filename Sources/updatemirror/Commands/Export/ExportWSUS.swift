import ArgumentParser
import Catalog
import Export
import Foundation
import Platform
import UpdateModel

struct ExportWSUS: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "wsus", abstract: "Writes metadata as wsusutil export does: one .cab, not signed, without content.",
    discussion: example(
      "updatemirror export wsus /media/disk/2027-03.cab --product \"Windows 11\"",
      "updatemirror export wsus /media/disk/2027-03.cab --dry-run",
      "# The package carries no signature, no content, no approvals and no groups.",
      "# Its import into a real WSUS is unverified. Between two sites of updatemirror",
      "# use export create: a signed archive with everything."))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var selection: PackageSelectionOptions

  @Argument(help: "A file that does not exist, with a name that ends in .cab.")
  var file: String

  @Option(name: .long, help: "The package's time, to make the same bytes again, as 2026-12-01T02:30:00Z. Default: now.")
  var created: String?

  @Flag(name: .long, help: "Tell what the package would have; write nothing.")
  var dryRun = false

  func validate() throws {
    guard file.lowercased().hasSuffix(".cab") else {
      throw ValidationError("expected a name that ends in .cab, found \(file)")
    }
    if let created, ExpiryDate.moment(created) == nil {
      throw ValidationError("--created: expected a time such as 2026-12-01T02:30:00Z, found \(created)")
    }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let chosen = try await selection.selection(site.catalog)
    let export = WindowsPackageExport(
      catalog: site.catalog, state: site.state.path, serverID: try await site.catalog.identity().serverID,
      clock: SystemClock.now)
    let display = progress.display
    guard !dryRun else {
      let planned = try await Interruption.run {
        try await display.follow { try await export.plan(chosen) { display.take($0) } }
      }
      try output.show(WrittenPackageReport(planned))
      return .done
    }
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    let path = StateDirectory(path: file).path
    let moment = created.flatMap(ExpiryDate.moment)
    let written = try await Interruption.run {
      try await display.follow {
        try await export.write(chosen, to: path, created: moment) { display.take($0) }
      }
    }
    let report = WrittenPackageReport(written, file: path)
    try site.audit("export wsus", "package \(path)", nil, report.facts)
    try output.show(report)
    return .done
  }
}

/// Which updates a Windows package carries.
struct PackageSelectionOptions: ParsableArguments {
  @Option(name: .long, help: "Only updates approved for this target group (name or GUID). Repeatable.")
  var group: [String] = []

  @Option(name: .long, help: "Only updates of this product, family or company (name or GUID). Repeatable.")
  var product: [String] = []

  @Option(name: .long, help: "Only updates of this classification (name or GUID). Repeatable.")
  var classification: [String] = []

  @Flag(name: .long, help: "Only updates with an approval.")
  var approvedOnly = false

  /// - Throws: ``Failure`` for names that are unknown.
  func selection(_ catalog: Catalog) async throws -> ExportSelection {
    let names = CategoryNames(catalog: catalog, command: "export wsus")
    return ExportSelection(
      approvedOnly: approvedOnly, categories: try await names.identifiers(product, classifications: false),
      classifications: try await names.identifiers(classification, classifications: true),
      groups: try await NamedGroups(catalog).identifiers(group))
  }
}

/// What `export wsus` did, or would do.
struct WrittenPackageReport: Report {
  /// Nothing was written.
  let preview: Bool
  let file: String?
  let created: String?
  let revisions: Int
  /// Revisions that are no categories and no detectoids.
  let updates: Int
  /// Named; none is carried.
  let files: Int
  /// Unpacked.
  let metadataBytes: Int64
  let bytes: Int64?
  let sha256: String?
  let leftOut: [LeftOutRow]

  init(_ planned: PlannedWindowsPackage) { self.init(planned, written: nil, file: nil) }

  init(_ written: WrittenWindowsPackage, file: String) { self.init(written.planned, written: written, file: file) }

  private init(_ planned: PlannedWindowsPackage, written: WrittenWindowsPackage?, file: String?) {
    preview = written == nil
    self.file = file
    created = written?.created.description
    revisions = planned.counts.revisions
    updates = planned.counts.updates
    files = planned.counts.files
    metadataBytes = planned.counts.metadataBytes
    bytes = written?.bytes
    sha256 = written?.sha256.hex
    leftOut = planned.leftOut.map(LeftOutRow.init)
  }

  /// For the audit log.
  var facts: [String: String] {
    var facts = ["revisions": "\(revisions)"]
    facts["sha256"] = sha256
    return facts
  }

  var table: String {
    var fields: [(name: String, value: String)] = []
    if let file { fields.append(("package", file)) }
    fields += [
      ("carries", "\(Quantity.count(revisions, "revision")), \(updates) of them updates; no content, no approvals"),
      ("metadata", Quantity.bytes(metadataBytes) + (bytes.map { ", packed \(Quantity.bytes($0))" } ?? "")),
      ("names", "\(Quantity.count(files, "content file"))"),
    ]
    if let sha256 { fields.append(("SHA-256", sha256)) }
    fields.append(("signature", "none: carry the SHA-256 another way"))
    fields.append(("result", preview ? "nothing was written" : "complete"))
    return FieldList.text(fields) + LeftOutRow.section(leftOut)
  }
}
