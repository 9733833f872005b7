import UpdateModel

/// Simple values of XML Schema as bytes of text.
enum WireText {
  /// Reads 8-4-4-4-12 hexadecimal digits with white space around them.
  static func guid(_ text: some BidirectionalCollection<UInt8>) -> GUID? {
    let digits = ASCII.trimmed(text)
    guard digits.count == 36 else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    var position = 0
    for byte in digits {
      if position == 8 || position == 13 || position == 18 || position == 23 {
        guard byte == UInt8(ascii: "-") else { return nil }
      } else {
        guard let digit = Hex.digit(byte) else { return nil }
        if position < 18 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
      }
      position += 1
    }
    return GUID(high: high, low: low)
  }

  /// Reads a signed 32-bit integer with white space around it and an optional sign.
  static func int32(_ text: some BidirectionalCollection<UInt8>) -> Int32? {
    var digits = ASCII.trimmed(text)
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
    guard !digits.isEmpty else { return nil }
    var value: Int64 = 0
    for byte in digits {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - 0x30)
      guard value <= Int64(Int32.max) + 1 else { return nil }
    }
    return Int32(exactly: isNegative ? -value : value)
  }

  static func bool(_ text: some BidirectionalCollection<UInt8>) -> Bool? {
    let word = ASCII.trimmed(text)
    if word.elementsEqual("true".utf8) || word.elementsEqual("1".utf8) { return true }
    if word.elementsEqual("false".utf8) || word.elementsEqual("0".utf8) { return false }
    return nil
  }

  static func timestamp(_ text: some BidirectionalCollection<UInt8>) -> Timestamp? {
    Timestamp(String(decoding: ASCII.trimmed(text), as: UTF8.self))
  }

  static func append(_ guid: GUID, to output: inout [UInt8]) {
    for shift in stride(from: 60, through: 0, by: -4) {
      if shift == 28 || shift == 12 { output.append(UInt8(ascii: "-")) }
      output.append(digit(guid.high >> UInt64(shift)))
    }
    output.append(UInt8(ascii: "-"))
    for shift in stride(from: 60, through: 0, by: -4) {
      if shift == 44 { output.append(UInt8(ascii: "-")) }
      output.append(digit(guid.low >> UInt64(shift)))
    }
  }

  @inline(__always)
  private static func digit(_ value: UInt64) -> UInt8 {
    let nibble = UInt8(truncatingIfNeeded: value & 15)
    return nibble < 10 ? 0x30 + nibble : 0x57 + nibble
  }
}
