import Synchronization
public import UpdateModel

/// A clock that stands until a test moves it.
public final class TestClock: Sendable {
  private let current: Mutex<Timestamp>

  public init(_ start: Timestamp = Timestamp(year: 2026, month: 3, day: 10)) { current = Mutex(start) }

  public var now: Timestamp { current.withLock { $0 } }

  /// For everything that takes its time from a closure.
  public var clock: @Sendable () -> Timestamp {
    { self.now }
  }

  public func advance(seconds: Double) { current.withLock { $0 = $0.adding(seconds: seconds) } }

  public func set(_ time: Timestamp) { current.withLock { $0 = time } }
}
