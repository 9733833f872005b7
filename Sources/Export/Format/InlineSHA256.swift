public import UpdateModel

/// A SHA-256 in four words, without an allocation of its own: a manifest holds up to two million of them.
public struct InlineSHA256: Hashable, Sendable {
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64
  private let fourth: UInt64

  /// 32 zeros: stands in a plan for what is known when the volumes are written.
  static let unknown = InlineSHA256()

  private init() { (first, second, third, fourth) = (0, 0, 0, 0) }

  /// - Returns: nil unless there are exactly 32 bytes.
  public init?(bytes: some RandomAccessCollection<UInt8>) {
    guard bytes.count == SHA256Digest.byteCount else { return nil }
    let words = bytes.withContiguousStorageIfAvailable { UnsafeRawBufferPointer($0).bigEndianWords }
    (first, second, third, fourth) =
      words ?? (Self.word(bytes, 0), Self.word(bytes, 1), Self.word(bytes, 2), Self.word(bytes, 3))
  }

  public init(_ digest: SHA256Digest) {
    (first, second, third, fourth) = digest.bytes.withUnsafeBytes { $0.bigEndianWords }
  }

  /// Reads 64 lower-case hexadecimal digits, the only spelling of section 2; nil for anything else.
  init?(lowerHex text: UnsafeRawBufferPointer) {
    guard text.count == 2 * SHA256Digest.byteCount,
      let first = LowerHex.word(text, at: 0), let second = LowerHex.word(text, at: 16),
      let third = LowerHex.word(text, at: 32), let fourth = LowerHex.word(text, at: 48)
    else { return nil }
    self.first = first
    self.second = second
    self.third = third
    self.fourth = fourth
  }

  public var bytes: [UInt8] {
    withUnsafeBytes(of: (first.bigEndian, second.bigEndian, third.bigEndian, fourth.bigEndian)) { [UInt8]($0) }
  }

  /// The bytes in place.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(of: (first.bigEndian, second.bigEndian, third.bigEndian, fourth.bigEndian), body)
  }

  /// 64 lower-case hexadecimal digits, as in manifests.
  public var hex: String { Hex.lower(bytes) }

  /// Adds ``hex`` to a text.
  func appendHex(to text: inout [UInt8]) { withBytes { Hex.append($0, .lower, to: &text) } }

  private static func word(_ bytes: some RandomAccessCollection<UInt8>, _ number: Int) -> UInt64 {
    let start = bytes.index(bytes.startIndex, offsetBy: number * 8)
    return bytes[start...].prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension UnsafeRawBufferPointer {
  /// The four numbers that 32 bytes make.
  fileprivate var bigEndianWords: (UInt64, UInt64, UInt64, UInt64) {
    let word = { UInt64(bigEndian: loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) }
    return (word(0), word(1), word(2), word(3))
  }
}

extension InlineSHA256: CustomStringConvertible {
  public var description: String { hex }
}

extension InlineSHA256: Comparable {
  public static func < (left: InlineSHA256, right: InlineSHA256) -> Bool {
    (left.first, left.second, left.third, left.fourth) < (right.first, right.second, right.third, right.fourth)
  }
}

extension SHA256Digest {
  /// The same digest with bytes of its own; nil never happens.
  public init?(_ digest: InlineSHA256) { self.init(bytes: digest.bytes) }
}

/// Hexadecimal digits in exactly one letter case, read from bytes.
enum LowerHex {
  /// Sixteen lower-case digits as a number.
  static func word(_ text: UnsafeRawBufferPointer, at start: Int) -> UInt64? {
    var value: UInt64 = 0
    for index in start..<start + 16 {
      switch text[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(text[index] - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(text[index] - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return value
  }
}
