import ArgumentParser
import Catalog
import Export
import Platform
import UpdateModel

struct ImportHistory: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Lists the archives that were imported here, the newest first.",
    discussion: example("updatemirror import history --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "At most this many, 1 to 1000.")
  var limit = 20

  func validate() throws {
    guard (1...1000).contains(limit) else { throw ValidationError("--limit: expected 1 to 1000, found \(limit)") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    try output.show(ImportHistoryReport(records: try await site.archiveImport().history(limit: limit)))
    return .done
  }
}

struct ImportStatus: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Lists imports that were begun and wait for volumes or for another try.",
    discussion: example("updatemirror import status --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    try output.show(WaitingImportReport(try await site.archiveImport().waiting(), change: .none))
    return .done
  }
}

struct ImportRollback: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Makes what was visible before the last import visible again. Previews unless --yes.",
    discussion: example("updatemirror import rollback", "updatemirror import rollback --yes"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "The id of the archive that is expected to be the last one.")
  var archive: String?

  @Flag(name: .long, help: "Do it; without it, it is only shown.")
  var yes = false

  func validate() throws {
    if let archive, GUID(archive) == nil { throw ValidationError("expected the GUID of an archive, found \(archive)") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    let id = archive.flatMap { GUID($0) }
    guard yes else {
      guard let last = try await site.catalog.lastImport() else { throw CatalogError.nothingToRollBack }
      if let id, id != last.archive.archiveID { throw CatalogError.notLastImport(id, last: last.archive.archiveID) }
      try output.show(RollbackReport(last, isPreview: true))
      return .done
    }
    let record = try await site.archiveImport().rollback(id)
    let report = RollbackReport(record, isPreview: false)
    try site.audit("import rollback", "archive \(report.archive.archive)", report.facts, nil)
    try output.show(report)
    return .done
  }
}

struct ImportDiscard: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "discard", abstract: "Removes what waits of imports that were not finished. Previews unless --yes.",
    discussion: example("updatemirror import discard --yes"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "The id of an archive. Default: all that wait.")
  var archive: String?

  @Flag(name: .long, help: "Remove it; without it, it is only listed.")
  var yes = false

  func validate() throws {
    if let archive, GUID(archive) == nil { throw ValidationError("expected the GUID of an archive, found \(archive)") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    let intaking = try await site.archiveImport()
    let id = archive.flatMap { GUID($0) }
    let waiting = try await intaking.waiting().filter { id == nil || $0.archiveID == id }
    if yes {
      for gone in try await intaking.discard(id) { try site.audit("import discard", "archive \(gone)", nil, nil) }
    }
    try output.show(WaitingImportReport(waiting, change: yes ? .removed : .wouldRemove))
    return .done
  }
}

/// One import, for people and for programs.
struct ImportRow: Encodable {
  let archive: String
  let source: String
  let sourceName: String
  let sequence: Int64
  let created: String
  let applied: String
  let base: ArchiveBaseRow?
  let manifestSHA256: String
  let signers: [String]
  let counts: ArchiveCountsRow
  /// Revisions that became visible.
  let newRevisions: Int
  let rolledBack: String?

  init(_ record: ImportRecord) {
    let imported = record.archive
    archive = imported.archiveID.description
    source = imported.sourceServerID.description
    sourceName = imported.sourceName
    sequence = imported.sequence
    created = imported.created.description
    applied = record.applied.description
    base = imported.base.map(ArchiveBaseRow.init)
    manifestSHA256 = imported.manifestSHA256.hex.lowercased()
    signers = imported.signers
    counts = ArchiveCountsRow(imported.counts)
    newRevisions = record.revisions
    rolledBack = record.rolledBack?.description
  }
}

struct ImportHistoryReport: Report {
  let imports: [ImportRow]

  init(records: [ImportRecord]) { imports = records.map(ImportRow.init) }

  var table: String {
    guard !imports.isEmpty else { return "nothing was imported" }
    var table = TextTable(
      ["NUMBER", "SOURCE", "CREATED", "APPLIED", "REVISIONS", "FILES", "STATE", "ARCHIVE", "SIGNED BY"],
      alignments: [0: .right, 4: .right, 5: .right])
    for row in imports {
      table.add([
        "\(row.sequence)", row.sourceName, Quantity.moment(row.created), Quantity.moment(row.applied),
        "\(row.newRevisions)", "\(row.counts.contentFiles)", row.rolledBack == nil ? "-" : "rolled back", row.archive,
        row.signers.joined(separator: "; "),
      ])
    }
    return table.text
  }
}

struct RollbackReport: Report {
  /// Nothing was changed.
  let preview: Bool
  let archive: ImportRow

  init(_ record: ImportRecord, isPreview: Bool) {
    preview = isPreview
    archive = ImportRow(record)
  }

  /// For the audit log.
  var facts: [String: String] {
    ["source": archive.source, "sequence": "\(archive.sequence)", "manifestSHA256": archive.manifestSHA256]
  }

  var table: String {
    FieldList.text([
      ("archive", "\(archive.archive), number \(archive.sequence)"), ("from", archive.sourceName),
      ("applied", Quantity.moment(archive.applied)),
      ("revisions", "\(archive.newRevisions) that came with it \(preview ? "would be" : "are") no longer visible"),
      ("administration", preview ? "groups, approvals and declines would be those before" : "as before it"),
      ("content", "stays"), ("result", preview ? "nothing was changed: add --yes" : "rolled back"),
    ])
  }
}

/// Imports that wait.
struct WaitingImportReport: Report {
  enum Change {
    case none, wouldRemove, removed
  }

  struct Row: Encodable {
    let archive: String
    let revisions: Int
    let files: Int
    let bytes: Int64
    /// A run works on it.
    let running: Bool
  }

  /// Nothing was removed; absent when nothing should be.
  let preview: Bool?
  let waiting: [Row]
  private let change: Change

  private enum CodingKeys: String, CodingKey {
    case preview, waiting
  }

  init(_ imports: [WaitingImport], change: Change) {
    self.change = change
    preview = change == .none ? nil : change == .wouldRemove
    waiting = imports.map {
      Row(
        archive: $0.archiveID.description, revisions: $0.revisions, files: $0.files, bytes: $0.bytes,
        running: $0.isHeld)
    }
  }

  var table: String {
    guard !waiting.isEmpty else { return "no import waits" }
    var table = TextTable(
      ["ARCHIVE", "REVISIONS", "FILES", "BYTES", "STATE"], alignments: [1: .right, 2: .right, 3: .right])
    for row in waiting {
      table.add([
        row.archive, "\(row.revisions)", "\(row.files)", Quantity.bytes(row.bytes), row.running ? "running" : "waits",
      ])
    }
    switch change {
    case .none: return table.text
    case .wouldRemove: return table.text + "\nnothing was removed: add --yes"
    case .removed: return table.text + "\nremoved"
    }
  }
}
