/// How far a run with a Windows metadata package is.
public struct PackageProgress: Hashable, Sendable {
  public enum Phase: String, Hashable, Sendable {
    /// The catalogue is read, to find the order.
    case plan
    case write
    /// The package is read and checked; `total` is not known.
    case check
    case stage
  }

  public var phase: Phase
  /// Revisions.
  public var done = 0
  /// 0: not known.
  public var total = 0
  /// Bytes of metadata.
  public var bytes: Int64 = 0

  public init(phase: Phase, total: Int = 0) {
    self.phase = phase
    self.total = total
  }

  mutating func add(_ document: [UInt8]) {
    done += 1
    bytes += Int64(document.count)
  }
}
