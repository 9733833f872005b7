import ArgumentParser
import Export
import Platform
import Sealing
import UpdateModel

struct ExportVerify: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks an archive, every byte of it, without storing anything.",
    discussion: example(
      "updatemirror export verify /media/disk/2027-03",
      "updatemirror export verify /media/disk1/a /media/disk2/a --certificate headquarters.pem --report evidence.json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var progress: ProgressOptions

  @Argument(help: "The folders of one archive.")
  var folders: [String]

  @Option(name: .long, help: "File with a certificate (PEM) to believe, instead of keys and trust of this site.")
  var certificate: [String] = []

  @Option(name: .long, help: "File for a record of what was checked and by which key (JSON).")
  var report: String?

  func validate() throws { try ArchiveFolderNames.require(folders) }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let verifier = try await site.archiveVerifier(certificate)
    let display = progress.display
    let verified = try await Interruption.run { [folders, report] in
      try await display.follow { try await verifier.verify(folders, report: report) { display.take($0) } }
    }
    try output.show(VerifiedReport(verified, wasRead: true))
    return verified.missingVolumes.isEmpty ? .done : .incomplete
  }
}

struct ExportInspect: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Tells what an archive is and who signed it. Opens no volume.",
    discussion: example("updatemirror export inspect /media/disk/2027-03 --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "The folders of one archive.")
  var folders: [String]

  @Option(name: .long, help: "File with a certificate (PEM) to believe, instead of keys and trust of this site.")
  var certificate: [String] = []

  func validate() throws { try ArchiveFolderNames.require(folders) }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let verifier = try await site.archiveVerifier(certificate)
    let found = try await Interruption.run { [folders] in try await verifier.inspect(folders) }
    try output.show(VerifiedReport(found, wasRead: false))
    return .done
  }
}

/// The folders that a command is given.
enum ArchiveFolderNames {
  static func require(_ folders: [String]) throws {
    guard !folders.isEmpty else { throw ValidationError("expected a folder, found none") }
  }
}

extension Site {
  /// Believes what this site trusts and its own keys, or only the certificates of `files`.
  func archiveVerifier(_ files: [String]) async throws -> ArchiveVerifier {
    var trust = TrustStore()
    if files.isEmpty {
      let signers = try await signers()
      trust = signers.trust
      for key in signers.keys where trust.revocation(of: key.certificate.fingerprint) == nil {
        try trust.believe(key, for: .archives)
      }
    }
    for (number, file) in files.enumerated() {
      let certificate = try await BlockingPool.shared.run { try CertificateFile.read(file) }
      try trust.trust(
        certificate, as: "given-\(number + 1)", for: [.archives], at: SystemClock.now(), by: "this command")
    }
    return ArchiveVerifier(trust: trust, policy: try importPolicy(), clock: SystemClock.now)
  }

  /// What the configuration asks of archives.
  func importPolicy() throws -> ImportPolicy {
    var policy = ImportPolicy()
    policy.threshold = try configuration.integer(.archivesSignerThreshold)
    let age = try configuration.seconds(.archivesMaximumAge)
    policy.maximumAge = age > 0 ? age : nil
    return policy
  }
}

/// What an archive says it is, and what was checked.
struct VerifiedReport: Report {
  let archive: String
  let source: String
  let sourceName: String
  let sequence: Int64
  let created: String
  let expires: String?
  let target: String?
  let base: ArchiveBaseRow?
  let manifestSHA256: String
  let signers: [String]
  let counts: ArchiveCountsRow
  let volumes: Int
  let bytes: Int64
  /// Numbers of the volumes that were read.
  let checkedVolumes: [Int]
  let missingVolumes: [Int]
  /// Documents and lists were compared, too; false when volumes were missing or none was read.
  let contentsChecked: Bool
  let introduces: Int
  let revokes: [String]

  init(_ verified: VerifiedArchive, wasRead: Bool) {
    let manifest = verified.manifest
    archive = manifest.archiveID.description
    source = manifest.source.serverID.description
    sourceName = manifest.source.name
    sequence = manifest.sequence
    created = manifest.created.description
    expires = manifest.expires?.description
    target = manifest.target?.description
    base = manifest.base.map(ArchiveBaseRow.init)
    manifestSHA256 = verified.manifestSHA256.hex
    signers = verified.signers
    counts = ArchiveCountsRow(manifest.counts)
    volumes = manifest.volumes.count
    bytes = manifest.volumes.reduce(0) { $0 + $1.size }
    checkedVolumes = wasRead ? verified.checkedVolumes : []
    missingVolumes = verified.missingVolumes
    contentsChecked = verified.contentsChecked
    introduces = manifest.introduces.count
    revokes = manifest.revokes.map(\.hex)
  }

  var table: String {
    var fields = ArchiveFields.of(self)
    fields.append(("checked", checked))
    if !missingVolumes.isEmpty { fields.append(("not here", VolumeNames.text(missingVolumes))) }
    return FieldList.text(fields)
  }

  private var checked: String {
    if checkedVolumes.isEmpty { return "signature, signers and manifest; no volume was opened" }
    let all = missingVolumes.isEmpty
    return contentsChecked
      ? "signature, signers, manifest, every byte of \(Quantity.count(checkedVolumes.count, "volume")), all documents"
      : "signature, signers, manifest, \(VolumeNames.text(checkedVolumes))"
        + (all ? "" : "; documents wait for the rest")
  }
}

enum ArchiveFields {
  static func of(_ report: VerifiedReport) -> [(name: String, value: String)] {
    var fields = [
      (name: "archive", value: "\(report.archive), number \(report.sequence), \(report.base?.text ?? "everything")"),
      ("from", "\(report.sourceName) (\(report.source))"), ("created", Quantity.moment(report.created)),
      ("expires", report.expires.map(Quantity.moment) ?? "never"),
      ("for", report.target ?? "any site that trusts a signer"),
      ("signed by", report.signers.joined(separator: "; ")), ("carries", report.counts.text),
      ("the site has then", report.counts.totalText), ("volumes", "\(report.volumes), \(Quantity.bytes(report.bytes))"),
      ("manifest SHA-256", report.manifestSHA256),
    ]
    if report.introduces > 0 { fields.append(("introduces", Quantity.count(report.introduces, "signer"))) }
    if !report.revokes.isEmpty { fields.append(("revokes", report.revokes.joined(separator: ", "))) }
    return fields
  }
}

enum VolumeNames {
  /// `volumes 1, 2, 5`; long lists are cut.
  static func text(_ numbers: [Int]) -> String {
    let shown = numbers.prefix(20).map(String.init).joined(separator: ", ")
    let rest = numbers.count > 20 ? " and \(numbers.count - 20) more" : ""
    return "volume\(numbers.count == 1 ? "" : "s") \(shown)\(rest)"
  }
}
