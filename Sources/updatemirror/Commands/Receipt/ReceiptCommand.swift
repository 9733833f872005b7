import ArgumentParser
import Catalog
import Export
import Foundation
import Platform
import Sealing
import UpdateModel

struct ReceiptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receipt", abstract: "Tells a source what this site holds, so that it writes only the rest.",
    discussion: example("updatemirror receipt create branch7.receipt", "updatemirror receipt show branch7.receipt"),
    subcommands: [ReceiptCreate.self, ReceiptShow.self])
}

struct ReceiptCreate: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Writes a signed list of what this site holds and lacks.",
    discussion: example("updatemirror receipt create /media/stick/branch7.receipt"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var signing: SigningOptions

  @Argument(help: "A file that does not exist.")
  var file: String

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    guard !FileManager.default.fileExists(atPath: file) else {
      throw Failure(.failed, "\(file): expected no file, found one", hint: "name another file")
    }
    let keys = try await signing.keys(site, try await site.signers())
    let maker = ReceiptMaker(
      catalog: site.catalog, serverID: try await site.catalog.identity().serverID, name: site.accountName,
      clock: SystemClock.now)
    let made = try await Interruption.run { try await maker.make(site.contentPolicy, keys: keys) }
    try await BlockingPool.shared.run { [file] in
      try DurableFile.write(made.file, to: StateDirectory(path: file).path, permissions: 0o644)
    }
    let report = ReceiptReport(made.receipt)
    try site.audit(
      "receipt create", "receipt \(report.receipt)", nil,
      ["file": StateDirectory(path: file).path, "signers": report.signers.joined(separator: ", ")])
    try output.show(report)
    return .done
  }
}

struct ReceiptShow: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Checks a receipt and tells what its site holds and lacks.",
    discussion: example("updatemirror receipt show branch7.receipt --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "A receipt.")
  var file: String

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let signers = try await site.signers()
    var trust = signers.trust
    // A site believes its own receipts, unless it revoked the key.
    for key in signers.keys where trust.revocation(of: key.certificate.fingerprint) == nil {
      try trust.believe(key, for: .receipts)
    }
    let bytes = try await BlockingPool.shared.run { [file] in
      try DurableFile.read(file, limit: ReceiptFile.limit)
    }
    let receipt = try CheckedReceipt.open(
      bytes, trust: trust, threshold: try site.configuration.integer(.archivesSignerThreshold), target: nil,
      now: SystemClock.now())
    try output.show(ReceiptReport(receipt))
    return .done
  }
}

enum ReceiptFile {
  /// Longest receipt, in bytes (docs/archive-format.md, section 10).
  static let limit = 256 << 20
}

extension TrustStore {
  /// Trusts one of this site's own keys for the length of a command; nothing is saved.
  mutating func believe(_ key: KeyFolder.Entry, for purpose: TrustPurpose) throws(ExportError) {
    let names = Set(entries.map(\.name))
    let name = names.contains(key.name) ? "own-\(key.certificate.fingerprint.hex.prefix(32))" : key.name
    try trust(key.certificate, as: name, for: [purpose], at: SystemClock.now(), by: "this site")
  }
}

struct ReceiptReport: Report {
  struct LastArchive: Encodable {
    let archive: String
    let sequence: Int64
    let source: String
  }

  let receipt: String
  let created: String
  let site: String
  let siteName: String
  let signers: [String]
  /// What the site imported last.
  let lastArchive: LastArchive?
  let heldRevisions: Int
  let heldFiles: Int
  let lackedRevisions: Int
  let lackedFiles: Int
  /// SHA-1 of the first 20.
  let lackedExamples: [String]
  let attachments: [String]

  init(_ receipt: CheckedReceipt) {
    self.receipt = receipt.receiptID.description
    created = receipt.created.description
    site = receipt.siteID.description
    siteName = receipt.siteName
    signers = receipt.signers
    lastArchive = receipt.lastArchive.map {
      LastArchive(archive: $0.archiveID.description, sequence: $0.sequence, source: $0.source.description)
    }
    heldRevisions = receipt.heldRevisions
    heldFiles = receipt.heldFiles
    lackedRevisions = receipt.lackedRevisions
    lackedFiles = receipt.lackedFiles
    lackedExamples = receipt.lackedDigests(limit: 20).map(\.hex)
    attachments = receipt.attachmentKinds
  }

  var table: String {
    let last = lastArchive.map { "\($0.archive), number \($0.sequence) of \($0.source)" }
    return FieldList.text([
      ("receipt", receipt), ("created", Quantity.moment(created)), ("site", "\(siteName) (\(site))"),
      ("signed by", signers.joined(separator: "; ")), ("last archive", last ?? "none"),
      ("holds", "\(Quantity.count(heldRevisions, "revision")), \(Quantity.count(heldFiles, "file"))"),
      ("lacks", "\(Quantity.count(lackedRevisions, "revision")), \(Quantity.count(lackedFiles, "file"))"),
    ])
  }
}
