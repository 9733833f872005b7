import UpdateModel

/// Writes the fields of a cookie: big-endian numbers, counted texts and lists, no padding.
struct CookieWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(_ guid: GUID) { bytes += guid.bytes }

  mutating func append(_ number: UInt64) {
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  mutating func append(_ moment: Timestamp) { append(UInt64(bitPattern: moment.ticks)) }

  /// Up to 255 bytes; a longer text is cut, which no text of this server is.
  mutating func append(_ text: String) {
    let utf8 = text.utf8.prefix(Int(UInt8.max))
    bytes.append(UInt8(utf8.count))
    bytes += utf8
  }

  /// Up to 65,535 groups.
  mutating func append(_ groups: [GUID]) {
    let kept = groups.prefix(Int(UInt16.max))
    bytes.append(UInt8(kept.count >> 8))
    bytes.append(UInt8(kept.count & 0xFF))
    for group in kept { append(group) }
  }
}

/// Reads what ``CookieWriter`` wrote. Every read answers nil past the end.
struct CookieReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// Trailing bytes are an error: one value has one encoding.
  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() -> UInt8? { rest.popFirst() }

  mutating func guid() -> GUID? { take(16).flatMap { GUID(bytes: $0) } }

  mutating func number() -> UInt64? { take(8)?.reduce(0) { $0 << 8 | UInt64($1) } }

  mutating func moment() -> Timestamp? {
    guard let ticks = number().map({ Int64(bitPattern: $0) }) else { return nil }
    return (0...Timestamp.endOfTime.ticks).contains(ticks) ? Timestamp(ticks: ticks) : nil
  }

  mutating func text() -> String? {
    guard let count = byte(), let field = take(Int(count)) else { return nil }
    return String(validating: field, as: UTF8.self)
  }

  mutating func groups() -> [GUID]? {
    guard let high = byte(), let low = byte() else { return nil }
    var groups: [GUID] = []
    for _ in 0..<(Int(high) << 8 | Int(low)) {
      guard let group = guid() else { return nil }
      groups.append(group)
    }
    return groups
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
