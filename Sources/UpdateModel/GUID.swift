/// A 128-bit identifier, compared by value and printed in lower case.
///
/// Peers send GUIDs in any letter case; two spellings of the same value are the
/// same identifier (MS-WSUSSS 2.2.5.1, SSS-023, SSS-024).
public struct GUID: Hashable, Sendable {
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// All bits zero: "no parent" in target groups and roll-ups.
  public static let zero = GUID(high: 0, low: 0)

  /// A random (version 4) GUID.
  public static func random(using generator: inout some RandomNumberGenerator) -> GUID {
    let high = generator.next() & ~0xF000 | 0x4000
    let low = generator.next() & ~(0b11 << 62) | (0b10 << 62)
    return GUID(high: high, low: low)
  }

  public static func random() -> GUID {
    var generator = SystemRandomNumberGenerator()
    return random(using: &generator)
  }

  /// The 16 bytes in the order in which the text form prints them.
  public var bytes: [UInt8] {
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { [UInt8]($0) }
  }

  /// - Returns: nil unless there are exactly 16 bytes.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    let fold = { (part: Slice<[UInt8]>) in part.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    let all = Array(bytes)
    self.init(high: fold(Slice(base: all, bounds: 0..<8)), low: fold(Slice(base: all, bounds: 8..<16)))
  }
}

extension GUID: LosslessStringConvertible {
  private static let hyphenOffsets: [Int] = [8, 13, 18, 23]

  /// Reads 8-4-4-4-12 hexadecimal digits without braces, in any letter case.
  public init?(_ text: String) {
    var high: UInt64 = 0
    var low: UInt64 = 0
    var offset = 0
    for byte in text.utf8 {
      if Self.hyphenOffsets.contains(offset) {
        guard byte == UInt8(ascii: "-") else { return nil }
      } else {
        guard let digit = Hex.digit(byte) else { return nil }
        if offset < 18 { high = high << 4 | UInt64(digit) } else { low = low << 4 | UInt64(digit) }
      }
      offset += 1
    }
    guard offset == 36 else { return nil }
    self.init(high: high, low: low)
  }

  public var description: String {
    let digits = Array(Hex.lower(bytes).utf8)
    return String(unsafeUninitializedCapacity: 36) { buffer in
      var next = 0
      for index in 0..<36 {
        if Self.hyphenOffsets.contains(index) {
          buffer[index] = UInt8(ascii: "-")
        } else {
          buffer[index] = digits[next]
          next += 1
        }
      }
      return 36
    }
  }
}

extension GUID: Comparable {
  public static func < (left: GUID, right: GUID) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

extension GUID: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let guid = GUID(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a GUID: \(text)")
    }
    self = guid
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
