import Synchronization

/// Counts expensive requests and turns the surplus away (ServerBusy, AMB-14).
final class BusyGate: Sendable {
  private let limit: Int
  private let running = Mutex(0)

  init(limit: Int) { self.limit = limit }

  /// - Returns: nil when `limit` requests are running.
  func enter() -> Pass? {
    let isFree = running.withLock { running in
      guard running < limit else { return false }
      running += 1
      return true
    }
    return isFree ? Pass(gate: self) : nil
  }

  /// One running request. Its end is the end of this object, also when the answer is
  /// dropped half-way because the client went away.
  final class Pass: Sendable {
    private let gate: BusyGate

    fileprivate init(gate: BusyGate) { self.gate = gate }

    deinit { gate.running.withLock { $0 -= 1 } }
  }
}
