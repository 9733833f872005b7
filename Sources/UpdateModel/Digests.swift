/// The SHA-1 of a content file: its key in metadata, on the wire and in the
/// update content directory (MS-WSUSSS 2.1, 3.1.1).
public struct FileDigest: Hashable, Sendable {
  public static let byteCount = 20
  public let bytes: [UInt8]

  /// - Returns: nil unless there are exactly 20 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Reads 40 hexadecimal digits in any letter case.
  public init?(hex: some StringProtocol) {
    guard let bytes = Hex.bytes(hex) else { return nil }
    self.init(bytes: bytes)
  }

  /// 40 upper-case hexadecimal digits, as in content URLs.
  public var hex: String { Hex.upper(bytes) }

  /// The folder below `/Content`: the last byte as two upper-case digits (AMB-01, SSS-253).
  public var folder: String { Hex.upper(bytes.suffix(1)) }
}

extension FileDigest: CustomStringConvertible {
  public var description: String { hex }
}

extension FileDigest: Comparable {
  public static func < (left: FileDigest, right: FileDigest) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

/// The SHA-256 of a content file.
public struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
  public static let byteCount = 32
  public let bytes: [UInt8]

  /// - Returns: nil unless there are exactly 32 bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Reads 64 hexadecimal digits in any letter case.
  public init?(hex: some StringProtocol) {
    guard let bytes = Hex.bytes(hex) else { return nil }
    self.init(bytes: bytes)
  }

  public var hex: String { Hex.upper(bytes) }
  public var description: String { hex }
}
