/// Finds where the document of one record ends; goes on where it stopped when more bytes have come.
struct RecordScan: Sendable {
  enum Result: Equatable {
    /// More bytes are needed.
    case more
    /// The document has so many bytes; CR LF follows.
    case document(Int)
    /// Neither count ends before CR LF.
    case mismatch
    /// The document may have more bytes than the limit, and the byte count does not fit.
    case tooLong
  }

  /// Where the stated number of UTF-16 code units ends; nil before that is known.
  private(set) var unitsEnd: Int?
  /// The count ends inside a character, or beyond the limit.
  private var isUnitCountImpossible = false
  private var position: Int?
  private var units = 0

  /// - Parameters:
  ///   - length: as stated, in units or bytes; not above `limit`.
  ///   - from: where the document begins.
  ///   - isLast: nothing comes after `buffer`.
  mutating func find(_ length: Int, in buffer: [UInt8], from: Int, limit: Int, isLast: Bool) -> Result {
    count(length, in: buffer, from: from, limit: limit)
    let bytesEnd = from + length
    if let unitsEnd, unitsEnd == bytesEnd {
      // Both counts agree, as for all ASCII: no need to look further.
      return settle([unitsEnd], in: buffer, from: from, isLast: isLast, looksAhead: false)
    }
    if isUnitCountImpossible {
      let result = settle([bytesEnd], in: buffer, from: from, isLast: isLast, looksAhead: false)
      return result == .mismatch && unitsEnd == nil ? .tooLong : result
    }
    guard let unitsEnd else {
      guard isLast else { return .more }
      let result = settle([bytesEnd], in: buffer, from: from, isLast: true)
      return result == .mismatch ? .more : result
    }
    return settle([unitsEnd, bytesEnd], in: buffer, from: from, isLast: isLast)
  }

  /// Follows a removal of `count` bytes from the front of the buffer.
  mutating func moveBack(by count: Int) {
    position = position.map { $0 - count }
    unitsEnd = unitsEnd.map { $0 - count }
  }

  /// Goes through the characters up to the stated number of units.
  private mutating func count(_ length: Int, in buffer: [UInt8], from: Int, limit: Int) {
    guard unitsEnd == nil, !isUnitCountImpossible else { return }
    var index = position ?? from
    let end = min(buffer.count, from + limit + 1)
    buffer.withUnsafeBufferPointer { bytes in
      while index < end {
        let next = UTF16Length.units(bytes[index])
        // The character in front is whole when another one begins.
        if next > 0, units >= length { break }
        units += next
        index += 1
      }
    }
    position = index
    if index < end {
      unitsEnd = index
      isUnitCountImpossible = units > length
    } else if index > from + limit {
      isUnitCountImpossible = true
    }
  }

  /// Takes the first of `ends` that fits with what follows, else the first that CR LF follows.
  private func settle(
    _ ends: [Int], in buffer: [UInt8], from: Int, isLast: Bool, looksAhead: Bool = true
  ) -> Result {
    let needed = PackageRecord.lineEnd.count + (looksAhead ? RecordPrefix.byteCount : 0)
    guard isLast || ends.allSatisfy({ $0 + needed <= buffer.count }) else { return .more }
    let ended = ends.filter { isLineEnd(at: $0, in: buffer) }
    guard let first = ended.first else { return .mismatch }
    let fitting = looksAhead ? ended.first { isRecordStart(at: $0 + PackageRecord.lineEnd.count, in: buffer) } : first
    return .document((fitting ?? first) - from)
  }

  private func isLineEnd(at index: Int, in buffer: [UInt8]) -> Bool {
    index + 2 <= buffer.count && buffer[index] == 0x0D && buffer[index + 1] == 0x0A
  }

  private func isRecordStart(at index: Int, in buffer: [UInt8]) -> Bool {
    guard index < buffer.count else { return true }
    guard index + RecordPrefix.byteCount <= buffer.count else { return false }
    return (try? RecordPrefix(buffer[index...], at: WireLocation())) != nil
  }
}
