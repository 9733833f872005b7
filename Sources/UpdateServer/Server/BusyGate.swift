import Synchronization

/// Counts expensive requests, or their bytes, and turns the surplus away (ServerBusy, AMB-14).
final class BusyGate: Sendable {
  private let limit: Int
  private let running = Mutex(0)

  init(limit: Int) { self.limit = limit }

  /// - Parameter weight: what the request counts for, at least 0.
  /// - Returns: nil when more than `limit` would be running.
  func enter(weight: Int = 1) -> Pass? {
    let isFree = running.withLock { running in
      guard weight <= limit - running else { return false }
      running += weight
      return true
    }
    return isFree ? Pass(gate: self, weight: weight) : nil
  }

  /// One running request. Its end is the end of this object, also when the answer is
  /// dropped half-way because the client went away.
  final class Pass: Sendable {
    private let gate: BusyGate
    private let weight: Int

    fileprivate init(gate: BusyGate, weight: Int) {
      self.gate = gate
      self.weight = weight
    }

    deinit { gate.running.withLock { $0 -= weight } }
  }
}
