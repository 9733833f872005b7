import Packing
import UpdateModel

/// The line before each document of a metadata object (docs/archive-format.md section 5).
struct MetadataRecord: Hashable, Sendable {
  var identity: UpdateIdentity
  /// Whether an absent decryption key means that there is none.
  var keysKnown: Bool
  /// Of each file of the revision, in its order.
  var files: [FileLocation]
  /// Bytes of the document.
  var length: Int
  /// Of the document.
  var sha256: InlineSHA256
}

/// A Zstandard frame and the length of what it holds.
struct PackedBytes: Hashable, Sendable {
  let bytes: [UInt8]
  let length: Int
}

/// Writes revisions into metadata objects of about 4 MiB each.
struct MetadataObjectWriter: ~Copyable {
  /// An object ends before the revision that would make it longer, in bytes unpacked.
  static let usualLength = 4 << 20

  private var packer: FrameWriter
  private var content: [UInt8] = []
  private let usualLength: Int

  init(usualLength: Int = Self.usualLength) throws(PackingError) {
    packer = try FrameWriter()
    self.usualLength = usualLength
  }

  /// Adds a revision.
  ///
  /// - Returns: the object that ended before it; nil when the revision went into the same one.
  /// - Throws: ``FormatError`` for a revision that no object can hold; ``PackingError``.
  mutating func append(_ record: MetadataRecord, document: [UInt8]) throws -> PackedBytes? {
    var line = CanonicalJSONWriter()
    record.write(&line)
    let length = line.bytes.count + document.count + 1
    let limit = Int(PackedObject.maximumLength(of: .metadata))
    guard record.length == document.count, length <= limit else {
      throw FormatError(
        place: "revision \(record.identity)", expected: "a document of \(record.length) bytes, \(limit) with its line",
        found: "\(document.count) bytes, \(length) with its line")
    }
    let full = content.isEmpty || content.count + length <= usualLength ? nil : try finish()
    content.append(contentsOf: line.bytes)
    content.append(contentsOf: document)
    content.append(UInt8(ascii: "\n"))
    return full
  }

  /// The last object; nil when there is nothing in it.
  mutating func finish() throws(PackingError) -> PackedBytes? {
    if content.isEmpty { return nil }
    let object = PackedBytes(bytes: try packer.frame(content), length: content.count)
    content.removeAll(keepingCapacity: true)
    return object
  }
}

/// Reads a metadata object from its unpacked bytes, one revision after the other.
struct MetadataObjectReader {
  /// The most files of one revision.
  static let maximumFiles = 100_000

  private var reader: CanonicalJSONReader

  /// - Parameter document: the name of the object, for errors.
  init(_ bytes: [UInt8], document: String) {
    reader = CanonicalJSONReader(bytes, document: document)
  }

  /// The next revision with its document; nil at the end. The document's digest is not compared.
  mutating func next() throws(FormatError) -> (record: MetadataRecord, document: ArraySlice<UInt8>)? {
    if reader.offset == reader.bytes.count { return nil }
    let record = try MetadataRecord(&reader)
    let start = reader.offset
    guard reader.bytes.count - start > record.length else {
      throw reader.refusal(
        "a document of \(record.length) bytes and a line feed", "\(reader.bytes.count - start) bytes")
    }
    reader.offset += record.length
    let document = reader.bytes[start..<reader.offset]
    try reader.lineFeed()
    return (record, document)
  }
}

extension MetadataRecord {
  private static let maximumKey = 1 << 10
  private static let maximumURL = 8 << 10

  /// The line with its line feed.
  func write(_ writer: inout CanonicalJSONWriter) {
    writer.beginObject()
    writer.key("files")
    writer.beginArray()
    for file in files {
      writer.beginObject()
      writer.member("digest", file.digest.hex)
      writer.member("key", file.decryptionKey.map(Base64Text.text))
      writer.member("muUrl", file.muURL)
      writer.endObject()
    }
    writer.endArray()
    writer.member("keysKnown", keysKnown)
    writer.member("length", Int64(length))
    writer.member("revision", Int64(identity.revisionNumber))
    writer.member("sha256", sha256.hex)
    writer.member("updateId", identity.updateID.description)
    writer.endObject()
    writer.lineFeed()
  }

  init(_ reader: inout CanonicalJSONReader) throws(FormatError) {
    try reader.beginObject()
    try reader.key("files")
    files = try Self.files(&reader)
    try reader.key("keysKnown")
    keysKnown = try reader.truth()
    try reader.key("length")
    length = Int(try reader.integer(0...PackedObject.maximumLength(of: .metadata)))
    try reader.key("revision")
    let revision = Int32(truncatingIfNeeded: try reader.integer(0...Int64(Int32.max)))
    try reader.key("sha256")
    sha256 = try reader.sha256()
    try reader.key("updateId")
    identity = UpdateIdentity(updateID: try reader.guid(), revisionNumber: revision)
    try reader.endObject()
    try reader.lineFeed()
  }

  private static func files(_ reader: inout CanonicalJSONReader) throws(FormatError) -> [FileLocation] {
    var files: [FileLocation] = []
    try reader.beginArray()
    while try reader.nextElement() {
      guard files.count < MetadataObjectReader.maximumFiles else {
        throw reader.refusal("at most \(MetadataObjectReader.maximumFiles) files", "more")
      }
      try reader.beginObject()
      try reader.key("digest")
      let digest = try reader.fileDigest()
      try reader.key("key")
      let key = reader.null() ? nil : try reader.base64(limit: maximumKey)
      try reader.key("muUrl")
      let url = try reader.optionalText(limit: maximumURL)
      try reader.endObject()
      files.append(FileLocation(digest: digest, muURL: url, decryptionKey: key))
    }
    return files
  }
}
