/// How often something took how long, in fixed steps.
struct LatencyHistogram: Hashable, Sendable {
  /// Upper ends of the steps, in seconds.
  static let bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120]

  private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
  private(set) var sum = 0.0

  mutating func add(_ duration: Duration) {
    let parts = duration.components
    let seconds = max(0, Double(parts.seconds) + Double(parts.attoseconds) * 1e-18)
    sum += seconds
    counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
  }

  var total: Int { counts.reduce(0, +) }
}
