import NIOCore
import Synchronization

/// Bytes that all connections together may send in a second.
///
/// A piece is paid for when it is sent; who overdraws waits until the debt is paid, so pieces leave
/// in the order of asking.
final class BandwidthBudget: Sendable {
  /// A pause in sending saves up no more than this.
  private static let burst: Int64 = 100_000_000

  private let nanosecondsPerMebibyte: Int64
  /// When everything granted so far has been paid for.
  private let paidUntil = Mutex(NIODeadline.uptimeNanoseconds(0))

  /// - Parameter bytesPerSecond: at least 1.
  init(bytesPerSecond: Int) {
    nanosecondsPerMebibyte = max(1, (1 << 20) * 1_000_000_000 / Int64(max(1, bytesPerSecond)))
  }

  /// - Returns: how long to wait before `count` bytes may leave.
  func take(_ count: Int64, at now: NIODeadline) -> TimeAmount {
    let price = TimeAmount.nanoseconds(max(1, count * nanosecondsPerMebibyte / (1 << 20)))
    return paidUntil.withLock { paidUntil in
      paidUntil = max(paidUntil, now - .nanoseconds(Self.burst))
      let start = paidUntil
      paidUntil = paidUntil + price
      return start > now ? start - now : .zero
    }
  }
}
