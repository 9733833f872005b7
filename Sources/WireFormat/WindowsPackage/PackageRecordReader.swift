import UpdateModel

/// Reads `metadata.txt` from pieces of any size: bytes in, records out.
///
/// The stated length counts UTF-16 code units. A count of bytes is accepted only where it fits and the other does
/// not: a record fits when CR LF follows it and then the end or the front of another record. Errors name the number
/// of the record (from 1), the byte, what was expected and what was found. The documents are not parsed here; give
/// each to ``UpdateMetadataParser/parse(_:expecting:)``.
///
/// Holds one record and the piece it came in, and 16 bytes or so for each identity seen. A file that was cut
/// exactly behind a record looks whole: compare with `package.xml` (``WindowsPackageComparison``). After an error
/// the reader is of no more use.
public struct PackageRecordReader: Sendable {
  private let limits: WindowsPackageLimits
  /// What was not read yet begins at `start`.
  private var buffer: [UInt8] = []
  private var start = 0
  /// Bytes of the file before the buffer.
  private var discarded = 0
  private var isAtFileStart = true
  private var prefix: RecordPrefix?
  private var scan = RecordScan()
  private var seen: Set<UpdateIdentity> = []

  public init(limits: WindowsPackageLimits = WindowsPackageLimits()) { self.limits = limits }

  /// Records that were read so far.
  public var count: Int { seen.count }

  /// Takes the next piece of the file.
  ///
  /// - Returns: the records that are complete now.
  public mutating func push(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> [PackageRecord] {
    buffer.append(contentsOf: bytes)
    guard discarded + buffer.count <= limits.totalBytes else {
      throw .limitExceeded(place, limit: .total, maximum: limits.totalBytes)
    }
    return try read(isLast: false)
  }

  /// Ends the file.
  ///
  /// - Returns: the last records: whether their length fits could depend on what follows.
  public mutating func finish() throws(WireError) -> [PackageRecord] {
    let records = try read(isLast: true)
    guard start == buffer.count else {
      let expected = prefix == nil ? "a record of \(RecordPrefix.byteCount) bytes and its document" : "a whole document"
      throw .malformed(place, reason: "the end after \(buffer.count - start) bytes instead of \(expected)")
    }
    return records
  }

  private var place: WireLocation {
    WireLocation(operation: "metadata.txt record \(seen.count + 1)", offset: discarded + start)
  }

  private mutating func read(isLast: Bool) throws(WireError) -> [PackageRecord] {
    var records: [PackageRecord] = []
    guard skipByteOrderMark(isLast: isLast) else { return records }
    while let prefix = try nextPrefix() {
      let text = start + RecordPrefix.byteCount
      let result = scan.find(prefix.length, in: buffer, from: text, limit: limits.documentBytes, isLast: isLast)
      switch result {
      case .more: return compacted(records)
      case .document(let count):
        records.append(PackageRecord(identity: prefix.identity, document: buffer[text..<(text + count)].copy))
        start = text + count + PackageRecord.lineEnd.count
        seen.insert(prefix.identity)
        self.prefix = nil
        scan = RecordScan()
      case .mismatch: throw mismatch(prefix, text)
      case .tooLong: throw .limitExceeded(place, limit: .text, maximum: limits.documentBytes)
      }
    }
    return compacted(records)
  }

  private mutating func skipByteOrderMark(isLast: Bool) -> Bool {
    guard isAtFileStart else { return true }
    guard isLast || buffer.count >= 3 else { return false }
    isAtFileStart = false
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
    return true
  }

  private mutating func nextPrefix() throws(WireError) -> RecordPrefix? {
    if let prefix { return prefix }
    guard buffer.count - start >= RecordPrefix.byteCount else { return nil }
    guard seen.count < limits.updates else { throw .limitExceeded(place, limit: .items, maximum: limits.updates) }
    let next = try RecordPrefix(buffer[start...], at: place)
    guard next.length <= limits.documentBytes else {
      throw .limitExceeded(place, limit: .text, maximum: limits.documentBytes)
    }
    guard !seen.contains(next.identity) else {
      throw .invalidValue(place, expected: "each update once", found: "\(next.identity) again")
    }
    prefix = next
    return next
  }

  private func mismatch(_ prefix: RecordPrefix, _ text: Int) -> WireError {
    let end = scan.unitsEnd ?? min(text + prefix.length, buffer.count)
    var location = place
    location.offset = discarded + end
    return .invalidValue(
      location, expected: "CR LF after a document of \(prefix.length) UTF-16 units or bytes",
      found: RecordPrefix.shown(buffer[end...].prefix(2)))
  }

  /// Drops what was read, now and then.
  private mutating func compacted(_ records: [PackageRecord]) -> [PackageRecord] {
    guard start > buffer.count / 2 else { return records }
    buffer.removeFirst(start)
    scan.moveBack(by: start)
    discarded += start
    start = 0
    return records
  }
}
