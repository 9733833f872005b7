import Catalog
import Packing
import Sealing
import UpdateModel
import WireFormat

/// Step 12 of docs/archive-format.md section 7: what the packed objects say, compared with each other and with the
/// manifest. Objects are given in their order.
struct ArchiveContents: Sendable {
  private let manifest: ArchiveManifest
  private(set) var state: ArchiveState?
  private(set) var revisions: RevisionList?
  private(set) var content: ContentList?
  /// Records of the list of revisions that were passed.
  private var passed = 0
  /// Revisions that the archive carries, so far.
  private(set) var carried = 0
  private var metadataObjects = 0

  init(_ manifest: ArchiveManifest) { self.manifest = manifest }

  /// Revisions of one metadata object, parsed and compared.
  struct CheckedRevisions: Sendable {
    var revisions: [StagedRevision] = []
    /// Of those whose keys the source knows.
    var keys: [RevisionKeys] = []
  }

  // MARK: Objects

  /// Unpacks an object.
  ///
  /// - Throws: ``ArchiveRefusal``, step `volume`: the frame has another length than the manifest says, or is damaged.
  static func unpack(_ name: ObjectName, _ packed: [UInt8], _ manifest: ArchiveManifest) throws -> [UInt8] {
    let length = manifest.packedLength(of: name) ?? 0
    do {
      return try PackedObjectCodec.unpack(packed, length: Int(length))
    } catch {
      throw ArchiveRefusal(
        .volume, what: name.text, expected: "a Zstandard frame of \(length) bytes unpacked", found: "\(error)")
    }
  }

  mutating func takeState(_ packed: [UInt8]) throws {
    let bytes = try Self.unpack(.state, packed, manifest)
    try compare(.state, bytes, manifest.snapshot.state)
    state = try parsing { () throws(FormatError) in try ArchiveState.parse(bytes) }
  }

  mutating func takeRevisionList(_ packed: [UInt8]) throws {
    let bytes = try Self.unpack(.revisionList, packed, manifest)
    try compare(.revisionList, bytes, manifest.snapshot.revisions)
    let list = try parsing { () throws(FormatError) in
      try RevisionList(bytes, document: ObjectName.revisionList.text)
    }
    revisions = list
  }

  mutating func takeContentList(_ packed: [UInt8]) throws {
    let bytes = try Self.unpack(.contentList, packed, manifest)
    try compare(.contentList, bytes, manifest.snapshot.content)
    let list = try parsing { () throws(FormatError) in try ContentList(bytes, document: ObjectName.contentList.text) }
    try compareCarried(with: list)
    content = list
  }

  /// The digest is that of the signed manifest.
  private func compare(_ name: ObjectName, _ bytes: [UInt8], _ expected: InlineSHA256) throws {
    let found = try InlineSHA256(digesting: bytes)
    guard found == expected else {
      throw ArchiveRefusal(.contents, what: name.text, expected: "SHA-256 \(expected)", found: "\(found)")
    }
  }

  private func parsing<Value>(_ parse: () throws(FormatError) -> Value) throws(ArchiveRefusal) -> Value {
    do {
      return try parse()
    } catch {
      throw ArchiveRefusal(.contents, error)
    }
  }

  /// Each content file of the volumes is in the list, as the manifest says it.
  private func compareCarried(with list: ContentList) throws {
    for entry in manifest.entries where entry.name.kind == .content && entry.part <= 1 {
      guard let digest = entry.name.fileDigest else { continue }
      let object = manifest.splitObject(entry.name)
      let (size, sha256) =
        entry.part == 0 ? (entry.size, entry.sha256) : (object?.size ?? 0, object?.sha256 ?? .unknown)
      guard let listing = list.listing(digest) else {
        throw mismatch(.contentList, digest.hex, "each file that the archive carries", "none of this digest")
      }
      guard listing.size == size, listing.sha256 == sha256 else {
        throw mismatch(
          .contentList, digest.hex, "\(size) bytes, SHA-256 \(sha256)", "\(listing.size) bytes, \(listing.sha256)")
      }
    }
  }

  // MARK: Metadata

  /// The revisions of the next metadata object.
  ///
  /// - Parameter isWanted: whether the revision at this position of the list is parsed; others are compared with
  ///   the list only.
  mutating func takeMetadata(
    _ name: ObjectName, _ packed: [UInt8], isWanted: (_ position: Int) -> Bool = { _ in true }
  ) throws -> CheckedRevisions {
    let bytes = try Self.unpack(name, packed, manifest)
    var reader = MetadataObjectReader(bytes, document: name.text)
    var checked = CheckedRevisions()
    metadataObjects += 1
    while let (record, document) = try parsing({ () throws(FormatError) in try reader.next() }) {
      let position = try place(record, name)
      carried += 1
      guard isWanted(position) else { continue }
      let (revision, keys) = try check(record, Array(document), name)
      checked.revisions.append(revision)
      if let keys { checked.keys.append(keys) }
    }
    return checked
  }

  /// The identities of a metadata object, without parsing documents.
  static func identities(
    _ name: ObjectName, _ packed: [UInt8], _ manifest: ArchiveManifest
  ) throws -> [UpdateIdentity] {
    var reader = MetadataObjectReader(try unpack(name, packed, manifest), document: name.text)
    var identities: [UpdateIdentity] = []
    do {
      while let (record, _) = try reader.next() { identities.append(record.identity) }
    } catch {
      throw ArchiveRefusal(.contents, error)
    }
    return identities
  }

  /// The list has the revision behind the one before.
  ///
  /// - Returns: where; without a list, behind the one before.
  private mutating func place(_ record: MetadataRecord, _ name: ObjectName) throws -> Int {
    guard let revisions else { return carried }
    while let listing = revisions.record(at: passed) {
      passed += 1
      guard listing.identity == record.identity else { continue }
      if listing.sha256 == record.sha256 { return passed - 1 }
      throw mismatch(name, "\(record.identity)", "SHA-256 \(listing.sha256), as the list says", "\(record.sha256)")
    }
    throw mismatch(
      name, "\(record.identity)", "a revision of the list, behind the one before", "one that is not there")
  }

  private func check(
    _ record: MetadataRecord, _ document: [UInt8], _ name: ObjectName
  ) throws -> (StagedRevision, RevisionKeys?) {
    let found = try InlineSHA256(digesting: document)
    guard found == record.sha256 else {
      throw mismatch(name, "\(record.identity)", "SHA-256 \(record.sha256)", "\(found)")
    }
    let metadata: UpdateMetadata
    do {
      metadata = try UpdateMetadataParser.parse(document, expecting: record.identity)
    } catch {
      throw mismatch(name, "\(record.identity)", "an update's metadata", ForeignText.quoted("\(error)"))
    }
    try compareFiles(of: metadata, with: record, name)
    let revision = StagedRevision(metadata: metadata, document: document, locations: record.files)
    guard record.keysKnown else { return (revision, nil) }
    let keys = record.files.map { RevisionKeys.Entry(digest: $0.digest, key: $0.decryptionKey) }
    return (revision, RevisionKeys(identity: record.identity, files: keys))
  }

  private func compareFiles(of metadata: UpdateMetadata, with record: MetadataRecord, _ name: ObjectName) throws {
    let digests = Set(metadata.files.map(\.digest))
    if let foreign = record.files.first(where: { !digests.contains($0.digest) }) {
      throw mismatch(name, "\(record.identity)", "files of this revision", "\(foreign.digest)")
    }
    guard let content else { return }
    for file in metadata.files {
      guard let listing = content.listing(file.digest) else { continue }
      if let sha256 = file.sha256.map({ InlineSHA256($0) }), sha256 != listing.sha256 {
        throw mismatch(
          name, "\(record.identity), file \(file.digest)", "SHA-256 \(sha256), as its metadata says",
          "\(listing.sha256)")
      }
      if let size = file.size, size != listing.size {
        throw mismatch(
          name, "\(record.identity), file \(file.digest)", "\(size) bytes, as its metadata says", "\(listing.size)")
      }
    }
  }

  // MARK: The whole

  /// All metadata was taken.
  func finish() throws {
    guard carried == manifest.counts.revisions else {
      throw ArchiveRefusal(
        .contents, what: "metadata", expected: "\(manifest.counts.revisions) revisions", found: "\(carried)")
    }
  }

  private func mismatch(_ name: ObjectName, _ what: String, _ expected: String, _ found: String) -> ArchiveRefusal {
    ArchiveRefusal(.contents, what: "\(name.text), \(what)", expected: expected, found: found)
  }
}
