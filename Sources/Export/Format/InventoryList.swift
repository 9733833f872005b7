import UpdateModel

/// A record of an inventory list (docs/archive-format.md section 5).
protocol ListRecord: Hashable, Sendable {
  /// Bytes of one record.
  static var width: Int { get }
  /// Reads one record; nil when its numbers are out of range.
  init?(record: ArraySlice<UInt8>)
  /// Adds the record to others.
  func append(to bytes: inout [UInt8])
  /// Whether a list may hold `next` right behind this one.
  func mayPrecede(_ next: Self) -> Bool
}

/// A revision and the digest of its document: 52 bytes.
struct RevisionListing: ListRecord {
  static let width = 52
  let identity: UpdateIdentity
  let sha256: InlineSHA256

  init(identity: UpdateIdentity, sha256: InlineSHA256) {
    self.identity = identity
    self.sha256 = sha256
  }

  init?(record: ArraySlice<UInt8>) {
    guard let identity = IdentityRecord.identity(record.prefix(IdentityRecord.width)),
      let sha256 = InlineSHA256(bytes: record.dropFirst(IdentityRecord.width))
    else { return nil }
    self.init(identity: identity, sha256: sha256)
  }

  func append(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: IdentityRecord.bytes(identity))
    sha256.withBytes { bytes.append(contentsOf: $0) }
  }

  /// The order is that of the metadata.
  func mayPrecede(_ next: RevisionListing) -> Bool { identity != next.identity }
}

/// A content file with its length and SHA-256: 60 bytes.
struct ContentListing: ListRecord {
  static let width = 60
  let digest: FileDigest
  let size: Int64
  let sha256: InlineSHA256

  init(digest: FileDigest, size: Int64, sha256: InlineSHA256) {
    self.digest = digest
    self.size = size
    self.sha256 = sha256
  }

  init?(record: ArraySlice<UInt8>) {
    guard let digest = FileDigest(bytes: Array(record.prefix(20))),
      let size = Int64(exactly: BigEndian.number(record.dropFirst(20).prefix(8))),
      let sha256 = InlineSHA256(bytes: record.dropFirst(28))
    else { return nil }
    self.init(digest: digest, size: size, sha256: sha256)
  }

  func append(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: digest.bytes)
    withUnsafeBytes(of: UInt64(clamping: size).bigEndian) { bytes.append(contentsOf: $0) }
    sha256.withBytes { bytes.append(contentsOf: $0) }
  }

  func mayPrecede(_ next: ContentListing) -> Bool { digest < next.digest }
}

/// One of the two inventory lists: records behind each other, read where they lie.
struct InventoryList<Record: ListRecord>: Sequence, Sendable {
  let bytes: [UInt8]

  /// Checks every record and the order.
  ///
  /// - Throws: ``FormatError`` with the offset of the record.
  init(_ bytes: [UInt8], document: String) throws(FormatError) {
    self.bytes = bytes
    guard bytes.count.isMultiple(of: Record.width) else {
      throw FormatError(
        place: document, expected: "records of \(Record.width) bytes", found: "\(bytes.count % Record.width) bytes more"
      )
    }
    var last: Record?
    for index in 0..<count {
      let start = index * Record.width
      guard let next = self.record(at: index) else {
        throw FormatError(place: document, offset: start, expected: "a record", found: "numbers out of range")
      }
      if let last, !last.mayPrecede(next) {
        throw FormatError(place: document, offset: start, expected: "another record in order", found: "\(next)")
      }
      last = next
    }
  }

  static func append(_ record: Record, to bytes: inout [UInt8]) { record.append(to: &bytes) }

  var count: Int { bytes.count / Record.width }

  /// nil outside 0 to `count` - 1.
  func record(at index: Int) -> Record? {
    guard index >= 0, index < count else { return nil }
    return Record(record: bytes[index * Record.width..<(index + 1) * Record.width])
  }

  func makeIterator() -> AnyIterator<Record> {
    var next = 0
    return AnyIterator {
      defer { next += 1 }
      return record(at: next)
    }
  }
}

typealias RevisionList = InventoryList<RevisionListing>
typealias ContentList = InventoryList<ContentListing>

extension InventoryList where Record == ContentListing {
  /// The record of a content file, found by halves.
  func listing(_ digest: FileDigest) -> ContentListing? {
    let index = bytes.withUnsafeBytes { records in
      digest.bytes.withUnsafeBytes { wanted in
        var low = 0
        var high = count
        while low < high {
          let middle = (low + high) / 2
          let record = records[(middle * ContentListing.width)...].prefix(wanted.count)
          if record.lexicographicallyPrecedes(wanted) { low = middle + 1 } else { high = middle }
        }
        return low
      }
    }
    return record(at: index).flatMap { $0.digest == digest ? $0 : nil }
  }
}

/// A revision in 20 bytes: GUID as its text reads, revision number big endian.
enum IdentityRecord {
  static let width = 20

  static func bytes(_ identity: UpdateIdentity) -> [UInt8] {
    identity.updateID.bytes + BigEndian.bytes(UInt64(UInt32(bitPattern: identity.revisionNumber)), 4)
  }

  /// - Returns: nil unless there are 20 bytes and the number is not negative.
  static func identity(_ bytes: ArraySlice<UInt8>) -> UpdateIdentity? {
    guard bytes.count == width, let updateID = GUID(bytes: bytes.prefix(16)),
      let number = Int32(exactly: BigEndian.number(bytes.dropFirst(16)))
    else { return nil }
    return UpdateIdentity(updateID: updateID, revisionNumber: number)
  }
}

/// Numbers with the most significant byte first.
enum BigEndian {
  static func number(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

  static func bytes(_ number: UInt64, _ width: Int) -> [UInt8] {
    (0..<width).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
  }
}
