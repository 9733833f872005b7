import UpdateModel

/// Content files by SHA-1: 20 bytes each.
struct DigestSet: Hashable, Sendable {
  private(set) var records = RecordSet(width: FileDigest.byteCount)

  init() {}
  init(_ records: RecordSet) { self.records = records }

  /// Digests in any order.
  init(_ digests: some Sequence<FileDigest>) {
    for digest in digests { records.add(digest.bytes) }
    records.sort()
  }

  var count: Int { records.count }

  /// - Returns: false, and nothing is added, unless the digest is greater than all others.
  mutating func append(_ digest: FileDigest) -> Bool { records.append(digest.bytes) }

  func contains(_ digest: FileDigest) -> Bool { records.contains(digest.bytes) }
}

/// Revisions: 20 bytes each.
struct IdentitySet: Hashable, Sendable {
  private(set) var records = RecordSet(width: IdentityRecord.width)

  init() {}
  init(_ records: RecordSet) { self.records = records }

  /// Identities in any order.
  init(_ identities: some Sequence<UpdateIdentity>) {
    for identity in identities { records.add(IdentityRecord.bytes(identity)) }
    records.sort()
  }

  var count: Int { records.count }

  /// - Returns: false, and nothing is added, unless the identity is greater than all others.
  mutating func append(_ identity: UpdateIdentity) -> Bool { records.append(IdentityRecord.bytes(identity)) }

  func contains(_ identity: UpdateIdentity) -> Bool { records.contains(IdentityRecord.bytes(identity)) }
}

/// Records of one width, sorted by their bytes, each once, where they lie.
struct RecordSet: Hashable, Sendable {
  let width: Int
  private(set) var bytes: [UInt8] = []

  init(width: Int) { self.width = width }

  /// - Throws: ``FormatError`` unless the records are whole and each is greater than the one before.
  init(_ bytes: [UInt8], width: Int, place: String) throws(FormatError) {
    self.width = width
    self.bytes = bytes
    guard bytes.count.isMultiple(of: width) else {
      throw FormatError(place: place, expected: "records of \(width) bytes", found: "\(bytes.count) bytes")
    }
    for index in 0..<max(count - 1, 0) where !record(index).lexicographicallyPrecedes(record(index + 1)) {
      throw FormatError(
        place: place, expected: "each record once and in order", found: "record \(index + 1) before record \(index + 2)"
      )
    }
  }

  var count: Int { bytes.count / width }

  func record(_ index: Int) -> ArraySlice<UInt8> { bytes[index * width..<(index + 1) * width] }

  /// - Returns: false, and nothing is added, unless the record is greater than the last.
  mutating func append(_ record: [UInt8]) -> Bool {
    let isNext = count == 0 || self.record(count - 1).lexicographicallyPrecedes(record)
    guard isNext, record.count == width else { return false }
    bytes.append(contentsOf: record)
    return true
  }

  func contains(_ wanted: [UInt8]) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if record(middle).lexicographicallyPrecedes(wanted) { low = middle + 1 } else { high = middle }
    }
    return low < count && record(low).elementsEqual(wanted)
  }

  /// Adds a record at the end, in whatever order; ``sort()`` must follow.
  fileprivate mutating func add(_ record: [UInt8]) { bytes.append(contentsOf: record) }

  /// Brings the records into order and drops those that are there twice.
  fileprivate mutating func sort() {
    let isSorted = (1..<max(count, 1)).allSatisfy { record($0 - 1).lexicographicallyPrecedes(record($0)) }
    if isSorted { return }
    let order = (0..<count).sorted { record($0).lexicographicallyPrecedes(record($1)) }
    var sorted: [UInt8] = []
    sorted.reserveCapacity(bytes.count)
    for index in order where !sorted.suffix(width).elementsEqual(record(index)) {
      sorted.append(contentsOf: record(index))
    }
    bytes = sorted
  }
}
