import Catalog
import UpdateModel

extension ArchiveManifest {
  /// Reads `manifest.json` and checks everything that section 3 asks for.
  ///
  /// - Throws: ``FormatError`` with the offset for a fault of the spelling, with the name of what is inconsistent
  ///   otherwise. A manifest of another version is named as such.
  public static func parse(_ bytes: [UInt8]) throws(FormatError) -> ArchiveManifest {
    guard bytes.count <= maximumSize else {
      throw FormatError(place: name, expected: "at most \(maximumSize) bytes", found: "\(bytes.count)")
    }
    do throws(FormatError) {
      return try parse(CanonicalJSONReader(bytes, document: name), byteCount: bytes.count)
    } catch {
      throw FormatVersion.refusal(bytes, document: name, expected: version) ?? error
    }
  }

  /// As ``parse(_:)``, but tells another version from a fault only as far as this reader goes.
  static func parse(_ reader: CanonicalJSONReader, byteCount: Int) throws(FormatError) -> ArchiveManifest {
    var parser = ManifestParser(reader, byteCount: byteCount)
    let manifest = try parser.manifest()
    try manifest.validate()
    return manifest
  }
}

/// Reads a manifest from front to back.
private struct ManifestParser {
  private static let count = Int64(0)...Int64.max
  /// Bytes of an entry in a manifest of usual names: a guess that spares growing.
  private static let usualEntry = 160

  private var reader: CanonicalJSONReader
  private let byteCount: Int

  init(_ reader: CanonicalJSONReader, byteCount: Int) {
    self.reader = reader
    self.byteCount = byteCount
  }

  mutating func manifest() throws(FormatError) -> ArchiveManifest {
    try reader.beginObject()
    try reader.key("archiveId")
    let archiveID = try reader.guid()
    try reader.key("base")
    let base = try self.base()
    try reader.key("counts")
    let counts = try self.counts()
    try reader.key("created")
    let created = try reader.moment()
    try reader.key("expires")
    let expires = try reader.optionalMoment()
    let files = try self.files()
    try reader.key("format")
    _ = try reader.word([ArchiveManifest.format])
    let introduces = try self.introduces()
    let packed = try self.packed()
    let revokes = try self.revokes()
    let selection = try self.selection()
    try reader.key("sequence")
    let sequence = try reader.integer(1...Int64.max)
    let snapshot = try self.snapshot()
    try reader.key("source")
    let source = try ArchiveSite(&reader)
    var manifest = ArchiveManifest(
      archiveID: archiveID, source: source, sequence: sequence, created: created, snapshot: snapshot,
      readme: files.readme, sums: files.sums)
    (manifest.base, manifest.counts, manifest.expires) = (base, counts, expires)
    (manifest.introduces, manifest.revokes, manifest.selection) = (introduces, revokes, selection)
    manifest.packed = packed
    manifest.split = try split()
    try reader.key("target")
    manifest.target = try reader.optionalGUID()
    try reader.key("version")
    _ = try reader.integer(ArchiveManifest.version...ArchiveManifest.version)
    try volumes(&manifest)
    try reader.endObject()
    try reader.end()
    return manifest
  }

  private mutating func base() throws(FormatError) -> ArchiveBase? {
    if reader.null() { return nil }
    try reader.beginObject()
    try reader.key("id")
    let id = try reader.guid()
    try reader.key("kind")
    let kind = try reader.word(["archive", "receipt"])
    try reader.key("sequence")
    let sequence = try reader.integer(Self.count)
    try reader.endObject()
    return ArchiveBase(kind: kind == "archive" ? .archive : .receipt, id: id, sequence: sequence)
  }

  private mutating func counts() throws(FormatError) -> ArchiveCounts {
    var counts = ArchiveCounts()
    try reader.beginObject()
    try reader.key("contentBytes")
    counts.contentBytes = try reader.integer(Self.count)
    try reader.key("contentFiles")
    counts.contentFiles = Int(try reader.integer(Self.count))
    try reader.key("revisions")
    counts.revisions = Int(try reader.integer(Self.count))
    try reader.key("totalContentFiles")
    counts.totalContentFiles = Int(try reader.integer(Self.count))
    try reader.key("totalRevisions")
    counts.totalRevisions = Int(try reader.integer(Self.count))
    try reader.endObject()
    return counts
  }

  private mutating func files() throws(FormatError) -> (readme: ListedFile, sums: ListedFile) {
    try reader.key("files")
    try reader.beginArray()
    let readme = try listedFile(ArchiveManifest.readmeName)
    let sums = try listedFile(ArchiveManifest.sumsName)
    let start = reader.offset
    guard try !reader.nextElement() else { throw reader.error(at: start, "two files") }
    return (readme, sums)
  }

  private mutating func listedFile(_ name: String) throws(FormatError) -> ListedFile {
    let start = reader.offset
    guard try reader.nextElement() else { throw reader.error(at: start, "the file \(name)") }
    try reader.beginObject()
    try reader.key("name")
    _ = try reader.word([name])
    let file = try sizeAndDigest()
    try reader.endObject()
    return file
  }

  private mutating func sizeAndDigest() throws(FormatError) -> ListedFile {
    try reader.key("sha256")
    let digest = try reader.sha256()
    try reader.key("size")
    return ListedFile(size: try reader.integer(Self.count), sha256: digest)
  }

  private mutating func introduces() throws(FormatError) -> [String] {
    var certificates: [String] = []
    try reader.key("introduces")
    try reader.beginArray()
    while try reader.nextElement() {
      guard certificates.count < ArchiveManifest.maximumIntroduced else {
        throw reader.refusal("at most \(ArchiveManifest.maximumIntroduced) certificates", "more")
      }
      certificates.append(try reader.text())
    }
    return certificates
  }

  private mutating func revokes() throws(FormatError) -> [InlineSHA256] {
    var fingerprints: [InlineSHA256] = []
    try reader.key("revokes")
    try reader.beginArray()
    while try reader.nextElement() {
      guard fingerprints.count < ArchiveManifest.maximumRevoked else {
        throw reader.refusal("at most \(ArchiveManifest.maximumRevoked) fingerprints", "more")
      }
      fingerprints.append(try reader.sha256())
    }
    return fingerprints
  }

  private mutating func packed() throws(FormatError) -> [PackedObject] {
    var objects: [PackedObject] = []
    try reader.key("packed")
    try reader.beginArray()
    while try reader.nextElement() {
      try reader.beginObject()
      try reader.key("length")
      let length = try reader.integer(Self.count)
      try reader.key("name")
      objects.append(PackedObject(name: try reader.objectName(), length: length))
      try reader.endObject()
    }
    return objects
  }

  private mutating func selection() throws(FormatError) -> ArchiveSelection {
    var selection = ArchiveSelection()
    try reader.key("selection")
    try reader.beginObject()
    try reader.key("approvedOnly")
    selection.approvedOnly = try reader.truth()
    try reader.key("categories")
    selection.categories = try reader.sortedGUIDs()
    try reader.key("classifications")
    selection.classifications = try reader.sortedGUIDs()
    try reader.key("groups")
    selection.groups = try reader.sortedGUIDs()
    try reader.endObject()
    return selection
  }

  private mutating func snapshot() throws(FormatError) -> ArchiveSnapshot {
    try reader.key("snapshot")
    try reader.beginObject()
    try reader.key("content")
    let content = try reader.sha256()
    try reader.key("revisions")
    let revisions = try reader.sha256()
    try reader.key("state")
    let state = try reader.sha256()
    try reader.endObject()
    return ArchiveSnapshot(content: content, revisions: revisions, state: state)
  }

  private mutating func split() throws(FormatError) -> [SplitObject] {
    var objects: [SplitObject] = []
    try reader.key("split")
    try reader.beginArray()
    while try reader.nextElement() {
      try reader.beginObject()
      try reader.key("name")
      let name = try reader.objectName()
      try reader.key("parts")
      let parts = try reader.integer(2...Int64(ArchiveManifest.maximumParts))
      let file = try sizeAndDigest()
      try reader.endObject()
      objects.append(SplitObject(name: name, parts: Int(parts), size: file.size, sha256: file.sha256))
    }
    return objects
  }

  private mutating func volumes(_ manifest: inout ArchiveManifest) throws(FormatError) {
    manifest.entries.reserveCapacity(min(byteCount / Self.usualEntry, ArchiveManifest.maximumEntries))
    try reader.key("volumes")
    try reader.beginArray()
    while try reader.nextElement() {
      guard manifest.volumes.count < ArchiveManifest.maximumVolumes else {
        throw reader.refusal("at most \(ArchiveManifest.maximumVolumes) volumes", "more")
      }
      let first = manifest.entries.count
      try reader.beginObject()
      try entries(&manifest.entries)
      try reader.key("name")
      _ = try reader.word([ArchiveManifest.volumeName(manifest.volumes.count + 1)])
      let file = try sizeAndDigest()
      try reader.endObject()
      manifest.volumes.append(
        ArchiveVolume(size: file.size, sha256: file.sha256, entries: first..<manifest.entries.count))
    }
  }

  private mutating func entries(_ entries: inout [ArchiveEntry]) throws(FormatError) {
    try reader.key("entries")
    try reader.beginArray()
    while try reader.nextElement() {
      guard entries.count < ArchiveManifest.maximumEntries else {
        throw reader.refusal("at most \(ArchiveManifest.maximumEntries) entries", "more")
      }
      try reader.beginObject()
      try reader.key("name")
      let name = try reader.entryName()
      let file = try sizeAndDigest()
      try reader.endObject()
      entries.append(ArchiveEntry(name: name.object, part: name.part, size: file.size, sha256: file.sha256))
    }
  }
}
