import Catalog
import Packing
import UpdateModel

@testable import Export
@testable import Sealing

/// Small parts of archives.
enum ArchiveSeeds {
  static let created = Timestamp(year: 2026, month: 11, day: 1)
  static let site = ArchiveSite(serverID: Samples.guid, name: "uss.example")

  static func digest(_ number: Int) -> InlineSHA256 {
    InlineSHA256(bytes: BigEndian.bytes(UInt64(number), 32)) ?? .unknown
  }

  /// One metadata object and files of these sizes.
  static func manifest(sizes: [Int64], limit: Int64? = nil) throws -> ArchiveManifest {
    var manifest = ArchiveManifest(
      archiveID: Samples.other, source: site, sequence: 5, created: created,
      snapshot: ArchiveSnapshot(content: digest(1), revisions: digest(2), state: digest(3)),
      readme: ListedFile(size: 10, sha256: digest(4)), sums: ListedFile(size: 20, sha256: digest(5)))
    var planner = try VolumePlanner(limit: limit)
    let lengths: [(ObjectName?, Int)] = [
      (.state, 90), (.revisionList, 52), (.contentList, 60 * sizes.count), (.metadata(1), 300),
    ]
    for (name, length) in lengths {
      guard let name else { continue }
      try planner.add(name, size: 100)
      manifest.packed.append(PackedObject(name: name, length: Int64(length)))
    }
    for (number, size) in sizes.enumerated() {
      try planner.add(ObjectName(digest: BigEndian.bytes(UInt64(number), 20), extensionCode: 0), size: size)
    }
    fill(&manifest, planner)
    manifest.counts = ArchiveCounts(
      contentBytes: sizes.reduce(0, +), contentFiles: sizes.count, revisions: 1, totalContentFiles: sizes.count,
      totalRevisions: 1)
    try manifest.validate()
    return manifest
  }

  private static func fill(_ manifest: inout ArchiveManifest, _ planner: VolumePlanner) {
    for entry in planner.entries {
      manifest.entries.append(ArchiveEntry(name: entry.name, part: entry.part, size: entry.size, sha256: digest(6)))
      guard entry.part > 0 else { continue }
      if entry.part == 1 { manifest.split.append(SplitObject(name: entry.name, parts: 0, size: 0, sha256: digest(7))) }
      manifest.split[manifest.split.count - 1].parts += 1
      manifest.split[manifest.split.count - 1].size += entry.size
    }
    manifest.volumes = planner.volumes.map { ArchiveVolume(size: $0.size, sha256: digest(8), entries: $0.entries) }
  }

  /// Everything that a manifest may have.
  static func full() throws -> ArchiveManifest {
    var manifest = try manifest(sizes: [0, 3_000_000, 7], limit: 2 << 20)
    manifest.base = ArchiveBase(kind: .receipt, id: Samples.guid, sequence: 4)
    manifest.expires = Timestamp(year: 2027, month: 11, day: 1)
    manifest.target = Samples.other
    manifest.introduces = ["-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"]
    manifest.revokes = [digest(1), digest(2)]
    manifest.selection = ArchiveSelection(
      approvedOnly: true, categories: [Samples.guid], classifications: [], groups: [Samples.guid, Samples.other])
    manifest.counts.totalRevisions = 3
    manifest.packed[1].length = 3 * 52
    try manifest.validate()
    return manifest
  }

  static func metadata() -> [UInt8] {
    var writer = CanonicalJSONWriter()
    let record = MetadataRecord(
      identity: Samples.identity, keysKnown: true,
      files: [
        FileLocation(digest: Samples.digest(1), muURL: "http://a.invalid/\u{1}?b", decryptionKey: [1, 2]),
        FileLocation(digest: Samples.digest(2), muURL: nil),
      ], length: Samples.document.count, sha256: digest(1))
    record.write(&writer)
    return writer.bytes + Samples.document + [UInt8(ascii: "\n")]
  }

  static func state() -> [UInt8] {
    let settings = ArchiveSettings(
      isCatalogOnly: false, hostsPSFFiles: true, isLazy: true, limits: Samples.configuration.limits)
    let state = ArchiveState(
      acceptedEULAs: [Samples.guid], declined: [Samples.guid, Samples.other],
      deployments: Samples.deployments.deployments, groups: Samples.deployments.groups,
      languages: Samples.configuration.languages, settings: settings)
    return state.sorted().bytes()
  }

  static func receipt() -> Receipt {
    var receipt = Receipt(receiptID: Samples.other, created: created, site: site)
    receipt.lastArchive = LastArchive(archiveID: Samples.guid, sequence: 4, source: Samples.other)
    receipt.holds.content = DigestSet([Samples.digest(1), Samples.digest(2)])
    receipt.holds.revisions = IdentitySet([Samples.identity])
    receipt.lacks.content = DigestSet([Samples.digest(3)])
    receipt.attachments = [ReceiptAttachment(kind: "notes", bytes: Array("some notes, some notes".utf8))]
    return receipt
  }

  /// A key that lives as long as this program.
  static func key() throws -> SigningKey {
    try SigningKey.create(
      commonName: "seeds", validFrom: created, validUntil: Timestamp(year: 2090, month: 1, day: 1))
  }

  static func trustStore(_ certificate: Certificate) throws -> [UInt8] {
    var store = TrustStore()
    try store.trust(certificate, as: "lab", for: Set(TrustPurpose.allCases), at: created, by: "a person")
    if let digest = SHA256Digest(digest(1)) { try store.revoke(digest, at: created, by: "archive") }
    return store.bytes
  }
}

extension SeedWriter {
  func writeArchives() throws {
    try write(try ArchiveSeeds.manifest(sizes: [5]).bytes(), "ArchiveManifest", "small.json")
    try write(try ArchiveSeeds.manifest(sizes: []).bytes(), "ArchiveManifest", "no-content.json")
    try write(try ArchiveSeeds.full().bytes(), "ArchiveManifest", "full.json")
    let name = "content/00/\(String(repeating: "0", count: 40)).cab.part-0001"
    try write(Array(name.utf8), "ArchiveManifest", "name")
    // Choices for a planned manifest, then what breaks it.
    try write([1, 0, 0, 0, 2, 3, 1, 0, 0, 48, 1, 9, 0, 0, 0, 1, 0, 7, 2, 0, 0, 0, 1, 5], "ArchiveManifest", "planned")

    let certificate = try ArchiveSeeds.key().certificate
    var (contentRecord, revisionRecord): ([UInt8], [UInt8]) = ([], [])
    ContentListing(digest: Samples.digest(1), size: 77, sha256: ArchiveSeeds.digest(1)).append(to: &contentRecord)
    RevisionListing(identity: Samples.identity, sha256: ArchiveSeeds.digest(1)).append(to: &revisionRecord)
    try write(ArchiveSeeds.metadata(), "ArchiveObjects", "metadata")
    try write(ArchiveSeeds.state(), "ArchiveObjects", "state.json")
    try write(contentRecord, "ArchiveObjects", "content")
    try write(revisionRecord, "ArchiveObjects", "revisions")
    try write(try ArchiveSeeds.trustStore(certificate), "ArchiveObjects", "trust.json")
    try write(try PackedObjectCodec.pack(ArchiveSeeds.state()).bytes, "ArchiveObjects", "frame")

    let receipt = try ArchiveSeeds.receipt().bytes()
    let empty = Receipt(receiptID: Samples.guid, created: ArchiveSeeds.created, site: ArchiveSeeds.site)
    try write(receipt, "Receipt", "receipt.json")
    try write(try empty.bytes(), "Receipt", "empty.json")
    let signed = try SignedDocument.sign(receipt, keys: [try ArchiveSeeds.key()], signingTime: ArchiveSeeds.created)
    try write(signed, "Receipt", "signed")
    try write([3, 1, 0, 1, 0, 2, 0, 1, 7, 7, 0, 0, 1, 2, 3, 0, 0, 0, 2, 3, 65, 66, 67, 1, 9], "Receipt", "made")
  }
}
