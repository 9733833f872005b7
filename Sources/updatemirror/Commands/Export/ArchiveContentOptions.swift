import ArgumentParser
import Catalog
import Export
import Platform
import Sealing
import UpdateModel

/// What an archive shall be and carry: the options that `export plan` and `export create` share.
struct ArchiveContentOptions: ParsableArguments {
  @Option(name: .long, help: "Only what came after this archive of this site: its id, or its folder.")
  var sinceArchive: String?

  @Option(name: .long, help: "Only what the site of this receipt does not hold (updatemirror receipt create).")
  var sinceReceipt: String?

  @Option(name: .long, help: "Only updates approved for this target group (name or GUID). Repeatable.")
  var group: [String] = []

  @Option(name: .long, help: "Only updates of this product, family or company (name or GUID). Repeatable.")
  var product: [String] = []

  @Option(name: .long, help: "Only updates of this classification (name or GUID). Repeatable.")
  var classification: [String] = []

  @Flag(name: .long, help: "Only updates with an approval.")
  var approvedOnly = false

  @Option(name: .long, help: "Largest volume: FAT32, CD, DVD, DVD-DL, BD25, BD50, BD100, or a size such as 4G.")
  var volumeSize: String?

  @Option(name: .long, help: "GUID of the only server that may import it (updatemirror status there).")
  var target: String?

  @Option(name: .long, help: "Refused after this day or time (UTC), as 2027-03-01, or after so long, as 30d.")
  var expires: String?

  @Option(name: .long, help: "File with a certificate (PEM) that importing sites trust from then on. Repeatable.")
  var introduce: [String] = []

  @Option(name: .long, help: "Name or SHA-256 fingerprint of a certificate that they trust no more. Repeatable.")
  var revokeSigner: [String] = []

  @Option(name: .long, help: "The archive's GUID, to make the same bytes again. Default: random.")
  var id: String?

  @Option(name: .long, help: "The archive's number, to make the same bytes again. Default: the next one.")
  var sequence: Int64?

  @Option(name: .long, help: "The archive's time, to make the same bytes again, as 2026-12-01T02:30:00Z. Default: now.")
  var created: String?

  func validate() throws {
    if sinceArchive != nil && sinceReceipt != nil {
      throw ValidationError("--since-archive and --since-receipt exclude each other")
    }
    if let volumeSize, VolumeSize.limit(volumeSize) == nil {
      throw ValidationError("--volume-size: expected \(VolumeSize.expected), found \(volumeSize)")
    }
    if let expires, ExpiryDate(expires) == nil {
      throw ValidationError("--expires: expected \(ExpiryDate.expected), found \(expires)")
    }
    for (name, text) in [("--target", target), ("--id", id)] {
      if let text, GUID(text) == nil { throw ValidationError("\(name): expected a GUID, found \(text)") }
    }
    if let sequence, sequence < 1 { throw ValidationError("--sequence: expected 1 or more, found \(sequence)") }
    if let created, ExpiryDate.moment(created) == nil {
      throw ValidationError("--created: expected a time such as 2026-12-01T02:30:00Z, found \(created)")
    }
  }

  /// - Parameters:
  ///   - folder: of the archive; a time from now counts from the begin of the archive that is there.
  /// - Throws: ``Failure`` for names that are unknown; ``ArchiveRefusal`` for a receipt that is not believed.
  func options(_ site: Site, _ signers: SiteSigners, folder: String? = nil) async throws -> ExportOptions {
    var options = ExportOptions()
    options.selection = try await selection(site.catalog)
    options.base = try await base(site, signers)
    options.volumeLimit = volumeSize.flatMap(VolumeSize.limit)
    options.target = target.flatMap { GUID($0) }
    options.expires = try await expiry(site.catalog, folder)
    options.introduces = try await BlockingPool.shared.run { [introduce] in try introduce.map(CertificateFile.read) }
    options.revokes = try revokeSigner.map { try signers.fingerprint($0) }
    options.archiveID = id.flatMap { GUID($0) }
    options.sequence = sequence
    options.created = created.flatMap(ExpiryDate.moment)
    return options
  }

  private func selection(_ catalog: Catalog) async throws -> ExportSelection {
    let names = CategoryNames(catalog: catalog, command: "export")
    return ExportSelection(
      approvedOnly: approvedOnly, categories: try await names.identifiers(product, classifications: false),
      classifications: try await names.identifiers(classification, classifications: true),
      groups: try await NamedGroups(catalog).identifiers(group))
  }

  private func base(_ site: Site, _ signers: SiteSigners) async throws -> ExportOptions.Base {
    if let sinceArchive {
      if let id = GUID(sinceArchive) { return .archive(id) }
      let manifest = try await BlockingPool.shared.run {
        try ArchiveManifest.parse(
          try DurableFile.read("\(sinceArchive)/\(ArchiveManifest.name)", limit: ArchiveManifest.maximumSize))
      }
      return .archive(manifest.archiveID)
    }
    guard let sinceReceipt else { return .nothing }
    let file = try await BlockingPool.shared.run { try DurableFile.read(sinceReceipt, limit: ReceiptFile.limit) }
    return .receipt(
      try CheckedReceipt.open(
        file, trust: signers.trust, threshold: try site.configuration.integer(.archivesSignerThreshold),
        target: target.flatMap { GUID($0) }, now: SystemClock.now()))
  }

  private func expiry(_ catalog: Catalog, _ folder: String?) async throws -> Timestamp? {
    guard let expires, let date = ExpiryDate(expires) else { return nil }
    let now = SystemClock.now()
    let records = folder == nil ? [] : try await catalog.exportRecords(limit: 1_000)
    let begun = records.first { $0.folder == folder }?.created
    let moment = date.moment(from: begun ?? now)
    guard begun != nil || moment > now else {
      throw Failure(.usage, "--expires: expected a time to come, found \(moment)")
    }
    return moment
  }
}
