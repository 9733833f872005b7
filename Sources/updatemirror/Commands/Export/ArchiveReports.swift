import Catalog
import Export
import UpdateModel

/// What an archive builds on.
struct ArchiveBaseRow: Encodable {
  /// `archive` or `receipt`.
  let kind: String
  let id: String
  let sequence: Int64

  init(_ base: ArchiveBase) {
    kind = base.kind == .archive ? "archive" : "receipt"
    id = base.id.description
    sequence = base.sequence
  }

  var text: String { "what came after \(kind) \(id)" }
}

/// How much an archive carries.
struct ArchiveCountsRow: Encodable {
  let revisions: Int
  let contentFiles: Int
  let contentBytes: Int64
  let totalRevisions: Int
  let totalContentFiles: Int

  init(_ counts: ArchiveCounts) {
    revisions = counts.revisions
    contentFiles = counts.contentFiles
    contentBytes = counts.contentBytes
    totalRevisions = counts.totalRevisions
    totalContentFiles = counts.totalContentFiles
  }

  var text: String {
    "\(Quantity.count(revisions, "revision")), \(Quantity.count(contentFiles, "file")), \(Quantity.bytes(contentBytes))"
  }

  var totalText: String {
    "\(Quantity.count(totalRevisions, "revision")), \(Quantity.count(totalContentFiles, "file"))"
  }
}

/// What the selection needs and the archive does not carry.
struct LeftOutRow: Encodable {
  let reason: String
  let count: Int
  let bytes: Int64
  let examples: [String]

  init(_ leftOut: LeftOut) {
    reason = leftOut.reason.words
    count = leftOut.count
    bytes = leftOut.bytes
    examples = leftOut.examples
  }

  /// Rows below a report; empty when nothing is left out.
  static func section(_ rows: [LeftOutRow]) -> String {
    guard !rows.isEmpty else { return "" }
    var table = TextTable(["LEFT OUT", "COUNT", "BYTES", "FOR EXAMPLE"], alignments: [1: .right, 2: .right])
    for row in rows {
      table.add([row.reason, "\(row.count)", Quantity.bytes(row.bytes), row.examples.first ?? ""])
    }
    return "\n\n" + table.text
  }
}

extension LeftOut.Reason {
  /// The words of lists and JSON.
  var words: String {
    switch self {
    case .declined: "files of declined updates"
    case .express: "delta files that are not stored"
    case .withoutSHA256: "files without a declared SHA-256"
    case .absent: "files that are not here"
    case .missingBundleMember: "bundle members that are unknown here"
    case .missingPrerequisite: "prerequisites that are unknown here"
    case .unresolvedDeployment: "approvals of unknown updates or groups"
    }
  }
}

/// What `export plan` tells.
struct ArchivePlanReport: Report {
  let sequence: Int64
  let base: ArchiveBaseRow?
  let counts: ArchiveCountsRow
  let volumes: Int
  let bytes: Int64
  let leftOut: [LeftOutRow]
  /// False when files are left out that this site wants and does not have.
  let complete: Bool

  init(_ preview: ExportPreview, isComplete: Bool) {
    sequence = preview.sequence
    base = preview.base.map(ArchiveBaseRow.init)
    counts = ArchiveCountsRow(preview.counts)
    volumes = preview.volumes
    bytes = preview.bytes
    leftOut = preview.leftOut.map(LeftOutRow.init)
    complete = isComplete
  }

  var table: String {
    FieldList.text([
      ("archive", "number \(sequence), \(base?.text ?? "everything")"), ("carries", counts.text),
      ("the site has then", counts.totalText),
      ("volumes", "about \(volumes), \(Quantity.bytes(bytes))"), ("written", "nothing: this was a plan"),
    ]) + LeftOutRow.section(leftOut)
  }
}

/// What `export create` did.
struct ArchiveReport: Report {
  let archive: String
  let sequence: Int64
  let created: String
  let expires: String?
  let target: String?
  let base: ArchiveBaseRow?
  let folder: String
  let manifestSHA256: String
  let signers: [String]
  let counts: ArchiveCountsRow
  let volumes: Int
  let bytes: Int64
  let leftOut: [LeftOutRow]
  let complete: Bool
  /// The same command had written it before.
  let finishedBefore: Bool

  init(_ result: ExportResult, signers: [String], isComplete: Bool) {
    let manifest = result.manifest
    archive = manifest.archiveID.description
    sequence = manifest.sequence
    created = manifest.created.description
    expires = manifest.expires?.description
    target = manifest.target?.description
    base = manifest.base.map(ArchiveBaseRow.init)
    folder = result.folder
    manifestSHA256 = result.manifestSHA256.hex
    self.signers = signers
    counts = ArchiveCountsRow(manifest.counts)
    volumes = manifest.volumes.count
    bytes = manifest.volumes.reduce(0) { $0 + $1.size }
    leftOut = result.leftOut.map(LeftOutRow.init)
    complete = isComplete
    finishedBefore = result.wasFinished
  }

  /// For the audit log.
  var facts: [String: String] {
    var facts = [
      "sequence": "\(sequence)", "folder": folder, "manifestSHA256": manifestSHA256,
      "signers": signers.joined(separator: ", "),
    ]
    facts["target"] = target
    facts["base"] = base.map { "\($0.kind) \($0.id)" }
    return facts
  }

  var table: String {
    FieldList.text([
      ("archive", "\(archive), number \(sequence), \(base?.text ?? "everything")"), ("folder", folder),
      ("carries", counts.text), ("the site has then", counts.totalText),
      ("volumes", "\(volumes), \(Quantity.bytes(bytes))"), ("expires", expires.map(Quantity.moment) ?? "never"),
      ("for", target ?? "any site that trusts a signer"), ("signed by", signers.joined(separator: "; ")),
      ("manifest SHA-256", manifestSHA256),
      ("result", finishedBefore ? "complete since an earlier run" : complete ? "complete" : "complete, but see below"),
    ]) + LeftOutRow.section(leftOut)
  }
}

struct ExportListReport: Report {
  struct Row: Encodable {
    let archive: String
    let sequence: Int64
    let created: String
    /// Absent while it is not finished.
    let finished: String?
    let target: String?
    let base: ArchiveBaseRow?
    let manifestSHA256: String?
    let folder: String
    let counts: ArchiveCountsRow

    init(_ record: ExportRecord) {
      archive = record.archiveID.description
      sequence = record.sequence
      created = record.created.description
      finished = record.finished?.description
      target = record.target?.description
      base = record.base.map(ArchiveBaseRow.init)
      manifestSHA256 = record.manifestSHA256?.hex.lowercased()
      folder = record.folder
      counts = ArchiveCountsRow(record.counts)
    }
  }

  let archives: [Row]

  init(records: [ExportRecord]) { archives = records.map(Row.init) }

  var table: String {
    guard !archives.isEmpty else { return "no archives were written" }
    var table = TextTable(
      ["NUMBER", "CREATED", "FINISHED", "REVISIONS", "FILES", "BYTES", "BASE", "ARCHIVE", "FOLDER"],
      alignments: [0: .right, 3: .right, 4: .right, 5: .right])
    for row in archives {
      table.add([
        "\(row.sequence)", Quantity.moment(row.created), row.finished.map(Quantity.moment) ?? "not yet",
        "\(row.counts.revisions)", "\(row.counts.contentFiles)", Quantity.bytes(row.counts.contentBytes),
        row.base?.kind ?? "-", row.archive, row.folder,
      ])
    }
    return table.text
  }
}
