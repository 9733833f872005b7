public import UpdateModel

/// A fixed share of all digests: part `index` of `count`, by the first four bytes.
public struct VerifySubset: Hashable, Sendable, LosslessStringConvertible {
  public static let all = VerifySubset()
  /// 1 to ``count``.
  public let index: Int
  /// 1 to 10,000.
  public let count: Int

  private init() {
    index = 1
    count = 1
  }

  /// - Returns: nil unless 1 <= `index` <= `count` <= 10,000.
  public init?(index: Int, count: Int) {
    guard (1...10_000).contains(count), (1...count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// Reads `1/30`.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]) else { return nil }
    self.init(index: index, count: count)
  }

  public var description: String { "\(index)/\(count)" }

  public func contains(_ digest: FileDigest) -> Bool {
    let prefix = digest.bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    return prefix % count == index - 1
  }
}
