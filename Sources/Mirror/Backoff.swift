/// Growing pauses between tries, with jitter so that many DSSs do not come back at the same moment.
package struct Backoff: Hashable, Sendable {
  /// Seconds before the first retry.
  package let base: Double
  /// No pause is longer than this many seconds.
  package let cap: Double
  /// How many retries follow the first try.
  package let retries: Int

  package init(base: Double, cap: Double, retries: Int) {
    self.base = base
    self.cap = cap
    self.retries = retries
  }

  /// A busy USS is asked 4 times in all, with 1 to 5 minutes between (guide 13).
  package static let serverBusy = Backoff(base: 120, cap: 300, retries: 3)
  /// A failing content download is tried 5 times in all (guide 9.2, rule 4).
  package static let download = Backoff(base: 1, cap: 30, retries: 4)

  /// The pause before retry `attempt` (0 is the first), or nil when no retry is left.
  ///
  /// - Parameter fraction: a random number in 0..<1; half of the pause depends on it.
  package func pause(attempt: Int, fraction: Double) -> Double? {
    guard attempt >= 0, attempt < retries else { return nil }
    var full = base
    for _ in 0..<attempt where full < cap { full *= 2 }
    full = min(full, cap)
    return full / 2 + full / 2 * min(max(fraction, 0), 1)
  }
}

/// A small repeatable random source (SplitMix64): a run with the same seed waits the same.
package struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// In 0..<1.
  package mutating func fraction() -> Double { Double(next() >> 11) / Double(UInt64(1) << 53) }
}
