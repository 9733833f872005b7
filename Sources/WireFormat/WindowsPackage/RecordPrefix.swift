import UpdateModel

/// The fixed front of a record: identity and length, each with its comma.
struct RecordPrefix {
  static let byteCount = 36 + 1 + 8 + 1 + 8 + 1
  private static let comma = UInt8(ascii: ",")

  let identity: UpdateIdentity
  /// As stated: UTF-16 code units, or bytes.
  let length: Int

  init(identity: UpdateIdentity, length: Int) {
    self.identity = identity
    self.length = length
  }

  func append(to bytes: inout [UInt8]) {
    WireText.append(identity.updateID, to: &bytes)
    for number in [Int(identity.revisionNumber), length] {
      bytes.append(Self.comma)
      for shift in stride(from: 28, through: 0, by: -4) {
        let digit = UInt8(truncatingIfNeeded: number >> shift & 15)
        bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
      }
    }
    bytes.append(Self.comma)
  }

  /// Reads digits in any letter case.
  ///
  /// - Parameters:
  ///   - bytes: at least ``byteCount``.
  ///   - place: where `bytes` begins.
  init(_ bytes: ArraySlice<UInt8>, at place: WireLocation) throws(WireError) {
    let field = { (start: Int, count: Int) in bytes.dropFirst(start).prefix(count) }
    guard let guid = GUID(String(decoding: field(0, 36), as: UTF8.self)) else {
      throw Self.error(place, 0, "a GUID", field(0, 36))
    }
    for offset in [36, 45, 54] where bytes[bytes.startIndex + offset] != Self.comma {
      throw Self.error(place, offset, "a comma", field(offset, 1))
    }
    guard let revision = Self.number(field(37, 8)).flatMap({ Int32(exactly: $0) }) else {
      throw Self.error(place, 37, "a revision number of 8 hexadecimal digits up to 7fffffff", field(37, 8))
    }
    guard let length = Self.number(field(46, 8)), length > 0 else {
      throw Self.error(place, 46, "a length of 8 hexadecimal digits above 0", field(46, 8))
    }
    self.init(identity: UpdateIdentity(updateID: guid, revisionNumber: revision), length: length)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for byte in digits {
      guard let digit = Hex.digit(byte) else { return nil }
      value = value << 4 | Int(digit)
    }
    return value
  }

  private static func error(
    _ place: WireLocation, _ offset: Int, _ expected: String, _ found: ArraySlice<UInt8>
  ) -> WireError {
    var exact = place
    exact.offset = (place.offset ?? 0) + offset
    return .invalidValue(exact, expected: expected, found: shown(found))
  }

  /// Printable ASCII, anything else as a dot.
  static func shown(_ bytes: ArraySlice<UInt8>) -> String {
    let characters = bytes.prefix(60).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }
    return "\"\(String(decoding: characters, as: UTF8.self))\""
  }
}
