/// Bytes that may pass now, refilled at a rate. Pure: the caller tells the time.
struct TokenBucket {
  /// Bytes per second.
  let rate: Double
  /// Most bytes that a pause can save up: a tenth of a second's worth, at least one delivery of libcurl.
  let capacity: Double
  private(set) var tokens: Double
  private var filled: Duration

  /// - Parameter now: time since any fixed moment.
  init(rate: Int64, now: Duration) {
    self.rate = Double(max(1, rate))
    capacity = max(16_384, self.rate / 10)
    tokens = capacity
    filled = now
  }

  mutating func refill(now: Duration) {
    guard now > filled else { return }
    tokens = min(capacity, tokens + (now - filled).seconds * rate)
    filled = now
  }

  var isEmpty: Bool { tokens <= 0 }

  /// May leave a debt of less than `count`, which the next refill pays.
  mutating func take(_ count: Int) { tokens -= Double(count) }

  /// Until there is something to take worth waking for.
  var delay: Duration {
    let wanted = min(capacity, 16_384)
    return tokens >= wanted ? .zero : .seconds((wanted - tokens) / rate)
  }
}

extension Duration {
  var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  /// Whole milliseconds, rounded up.
  var milliseconds: Int { Int((min(seconds, 1e9) * 1000).rounded(.up)) }
}
