/// A protocol version: two integers, not a decimal, so 1.20 is newer than 1.8
/// (MS-WSUSSS 1.7, SSS-057).
public struct ProtocolVersion: Hashable, Sendable, Comparable, LosslessStringConvertible {
  public let major: Int
  public let minor: Int

  public init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads exactly `x.y` with decimal digits (SSS-058).
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isNumber = { (part: Substring) in
      (1...9).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
    guard parts.count == 2, parts.allSatisfy(isNumber), let major = Int(parts[0]), let minor = Int(parts[1])
    else { return nil }
    self.init(major: major, minor: minor)
  }

  public var description: String { "\(major).\(minor)" }

  public static func < (left: ProtocolVersion, right: ProtocolVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  /// What this software announces (product policy; SSS-056).
  public static let announced = ProtocolVersion(major: 1, minor: 20)
  /// The first version whose filter names languages and that rolls reporting up (SSS-062, SSS-064).
  public static let firstWithReporting = ProtocolVersion(major: 1, minor: 3)
  /// The first version whose filter carries Get63LanguageOnly (SSS-063).
  public static let firstWith511Languages = ProtocolVersion(major: 1, minor: 2)
}
