import Packing
import UpdateModel

extension Receipt {
  private static let document = "receipt"

  /// The canonical JSON that is signed.
  func bytes() throws(PackingError) -> [UInt8] {
    var writer = CanonicalJSONWriter()
    writer.beginObject()
    writer.key("attachments")
    writer.beginArray()
    for attachment in attachments { try attachment.write(&writer) }
    writer.endArray()
    writer.member("created", created.description)
    writer.member("format", Self.format)
    writer.key("holds")
    try holds.write(&writer)
    writer.key("lacks")
    try lacks.write(&writer)
    writer.key("lastArchive")
    if let lastArchive { lastArchive.write(&writer) } else { writer.null() }
    writer.member("receiptId", receiptID.description)
    writer.key("site")
    site.write(&writer)
    writer.member("version", Self.version)
    writer.endObject()
    writer.lineFeed()
    return writer.bytes
  }

  /// Reads what a receipt's signature covers.
  ///
  /// - Throws: ``FormatError``; a damaged list is one, too.
  static func parse(_ bytes: [UInt8]) throws(FormatError) -> Receipt {
    guard bytes.count <= maximumSize else {
      throw FormatError(place: document, expected: "at most \(maximumSize) bytes", found: "\(bytes.count)")
    }
    do throws(FormatError) {
      return try read(bytes)
    } catch {
      throw FormatVersion.refusal(bytes, document: document, expected: version) ?? error
    }
  }

  private static func read(_ bytes: [UInt8]) throws(FormatError) -> Receipt {
    var reader = CanonicalJSONReader(bytes, document: document)
    try reader.beginObject()
    try reader.key("attachments")
    let attachments = try reader.list(maximumAttachments) {
      reader throws(FormatError) in try ReceiptAttachment(&reader)
    }
    try reader.key("created")
    let created = try reader.moment()
    try reader.key("format")
    _ = try reader.word([format])
    try reader.key("holds")
    let holds = try ReceiptHoldings(&reader)
    try reader.key("lacks")
    let lacks = try ReceiptHoldings(&reader)
    try reader.key("lastArchive")
    let lastArchive = reader.null() ? nil : try LastArchive(&reader)
    try reader.key("receiptId")
    let receiptID = try reader.guid()
    try reader.key("site")
    var receipt = Receipt(receiptID: receiptID, created: created, site: try ArchiveSite(&reader))
    try reader.key("version")
    _ = try reader.integer(version...version)
    try reader.endObject()
    try reader.end()
    (receipt.holds, receipt.lacks, receipt.lastArchive) = (holds, lacks, lastArchive)
    receipt.attachments = attachments
    return receipt
  }
}

extension LastArchive {
  fileprivate func write(_ writer: inout CanonicalJSONWriter) {
    writer.beginObject()
    writer.member("archiveId", archiveID.description)
    writer.member("sequence", sequence)
    writer.member("source", source.description)
    writer.endObject()
  }

  fileprivate init(_ reader: inout CanonicalJSONReader) throws(FormatError) {
    try reader.beginObject()
    try reader.key("archiveId")
    archiveID = try reader.guid()
    try reader.key("sequence")
    sequence = try reader.integer(1...Int64.max)
    try reader.key("source")
    source = try reader.guid()
    try reader.endObject()
  }
}

extension ReceiptHoldings {
  fileprivate func write(_ writer: inout CanonicalJSONWriter) throws(PackingError) {
    writer.beginObject()
    writer.key("content")
    try writer.frame(content.records.bytes)
    writer.member("contentCount", Int64(content.count))
    writer.member("revisionCount", Int64(revisions.count))
    writer.key("revisions")
    try writer.frame(revisions.records.bytes)
    writer.endObject()
  }

  fileprivate init(_ reader: inout CanonicalJSONReader) throws(FormatError) {
    try reader.beginObject()
    try reader.key("content")
    let contentFrame = try reader.base64(limit: Receipt.maximumSize)
    try reader.key("contentCount")
    let contentCount = try reader.integer(0...Int64(Receipt.maximumUnpacked / FileDigest.byteCount))
    try reader.key("revisionCount")
    let revisionCount = try reader.integer(0...Int64(Receipt.maximumUnpacked / IdentityRecord.width))
    try reader.key("revisions")
    let revisionFrame = try reader.base64(limit: Receipt.maximumSize)
    try reader.endObject()
    content = DigestSet(
      try reader.records(contentFrame, count: contentCount, width: FileDigest.byteCount, "content"))
    revisions = IdentitySet(
      try reader.records(revisionFrame, count: revisionCount, width: IdentityRecord.width, "revisions"))
  }
}

extension ReceiptAttachment {
  private static let maximumKind = 64

  fileprivate func write(_ writer: inout CanonicalJSONWriter) throws(PackingError) {
    writer.beginObject()
    writer.key("bytes")
    try writer.frame(bytes)
    writer.member("kind", kind)
    writer.member("length", Int64(bytes.count))
    writer.endObject()
  }

  fileprivate init(_ reader: inout CanonicalJSONReader) throws(FormatError) {
    try reader.beginObject()
    try reader.key("bytes")
    let frame = try reader.base64(limit: Receipt.maximumSize)
    try reader.key("kind")
    kind = try reader.text(limit: Self.maximumKind)
    try reader.key("length")
    let length = try reader.integer(0...Int64(Receipt.maximumUnpacked))
    try reader.endObject()
    bytes = try reader.unpacked(frame, length: Int(length), "bytes")
  }
}

extension CanonicalJSONWriter {
  /// A Zstandard frame in Base64.
  fileprivate mutating func frame(_ bytes: [UInt8]) throws(PackingError) {
    value(Base64Text.text(try PackedObjectCodec.pack(bytes).bytes))
  }
}

extension CanonicalJSONReader {
  fileprivate func unpacked(_ frame: [UInt8], length: Int, _ member: String) throws(FormatError) -> [UInt8] {
    do throws(PackingError) {
      return try PackedObjectCodec.unpack(frame, length: length)
    } catch {
      throw FormatError(
        place: "\(document), \(member)", expected: "a Zstandard frame of \(length) bytes unpacked", found: "\(error)")
    }
  }

  fileprivate func records(
    _ frame: [UInt8], count: Int64, width: Int, _ member: String
  ) throws(FormatError) -> RecordSet {
    let bytes = try unpacked(frame, length: Int(count) * width, member)
    return try RecordSet(bytes, width: width, place: "\(document), \(member)")
  }
}
