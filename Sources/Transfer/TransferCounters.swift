internal import Synchronization

/// What a client has moved so far.
public struct TransferCounts: Hashable, Sendable {
  /// Bytes of reply bodies, after decoding.
  public let received: Int64
  /// Bytes of request bodies.
  public let sent: Int64
  /// Transfers in hand, waiting ones included.
  public let active: Int
  /// Transfers begun since the client was made.
  public let started: Int
}

/// Counts as bytes move; read from any thread.
final class TransferCounters: Sendable {
  private let receivedBytes = Atomic<Int64>(0)
  private let sentBytes = Atomic<Int64>(0)
  private let startedTransfers = Atomic<Int>(0)
  private let endedTransfers = Atomic<Int>(0)

  func received(_ count: Int) { receivedBytes.add(Int64(count), ordering: .relaxed) }
  func sent(_ count: Int) { sentBytes.add(Int64(count), ordering: .relaxed) }
  func started() { startedTransfers.add(1, ordering: .relaxed) }
  func ended() { endedTransfers.add(1, ordering: .relaxed) }

  var counts: TransferCounts {
    let ended = endedTransfers.load(ordering: .relaxed)
    let started = startedTransfers.load(ordering: .relaxed)
    return TransferCounts(
      received: receivedBytes.load(ordering: .relaxed), sent: sentBytes.load(ordering: .relaxed),
      active: max(0, started - ended), started: started)
  }
}
