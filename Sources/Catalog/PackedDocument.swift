internal import GRDB
internal import GRDBSQLite
internal import Packing

/// A metadata document as it is stored: a Zstandard frame where that is shorter.
struct PackedDocument: Sendable {
  /// Longer documents are stored as they are, and no frame may claim to hold more.
  static let lengthLimit = 64 << 20
  /// So many documents are packed by one task: some milliseconds.
  private static let part = 128

  let bytes: [UInt8]
  /// Of the document; nil when `bytes` is the document.
  let length: Int64?

  /// The documents of `revisions`, in their order; packed by several tasks.
  static func pack(_ revisions: [StagedRevision]) async throws -> [PackedDocument] {
    try await withThrowingTaskGroup(of: (Int, [PackedDocument]).self) { group in
      for start in stride(from: 0, to: revisions.count, by: part) {
        group.addTask { (start, try pack(revisions[start..<min(start + part, revisions.count)])) }
      }
      var parts: [Int: [PackedDocument]] = [:]
      for try await (start, documents) in group { parts[start] = documents }
      return stride(from: 0, to: revisions.count, by: part).flatMap { parts[$0] ?? [] }
    }
  }

  private static func pack(_ revisions: ArraySlice<StagedRevision>) throws -> [PackedDocument] {
    var writer = try FrameWriter()
    var packed: [PackedDocument] = []
    packed.reserveCapacity(revisions.count)
    for revision in revisions { packed.append(try PackedDocument(revision.document, &writer)) }
    return packed
  }

  init(_ document: [UInt8], _ writer: inout FrameWriter) throws {
    if document.count <= Self.lengthLimit, let frame = try writer.pack(document) {
      bytes = frame
      length = Int64(document.count)
    } else {
      bytes = document
      length = nil
    }
  }
}

/// Reads stored documents; lives inside one transaction or snapshot.
struct DocumentReader: ~Copyable {
  private let select: RawStatement
  private let frames: FrameReader

  init(_ db: Database) throws {
    let select = try RawStatement(db, "SELECT bytes, length FROM document WHERE revisionID = ?")
    let frames = try FrameReader()
    self.select = select
    self.frames = frames
  }

  /// Byte for byte as received.
  ///
  /// - Throws: ``CatalogError/damagedRow(table:key:column:)`` when there is none; ``CatalogError/damagedDocument(revisionID:text:)``.
  func document(_ revisionID: Int64) throws -> [UInt8] {
    select.bind(1, revisionID)
    let document = try select.fetch { row in
      try PackedDocument.unpack(row.blob(0), length: row.int64(1), frames, revisionID: revisionID)
    }
    guard let document else { throw CatalogError.damagedRow(table: "document", key: revisionID, column: "bytes") }
    return document
  }
}

extension PackedDocument {
  /// From the columns `bytes` and `length`.
  static func unpack(
    _ bytes: UnsafeRawBufferPointer, length: Int64?, _ frames: borrowing FrameReader, revisionID: Int64
  ) throws -> [UInt8] {
    guard let length else { return copyBytes(bytes) }
    guard (0...Int64(lengthLimit)).contains(length) else {
      throw CatalogError.damagedDocument(
        revisionID: revisionID, text: "expected a length of at most \(lengthLimit), found \(length)")
    }
    do throws(PackingError) { return try frames.unpack(bytes, length: Int(length)) } catch {
      throw CatalogError.damagedDocument(revisionID: revisionID, text: "\(error)")
    }
  }
}
