import Synchronization

/// Tells of each listener that is up, and of the last one.
final class Countdown: Sendable {
  private let left: Mutex<Int>
  private let onZero: @Sendable () -> Void

  init(_ count: Int, onZero: @escaping @Sendable () -> Void) {
    left = Mutex(count)
    self.onZero = onZero
  }

  func step(_ words: String) {
    StandardError.write("updatemirror: " + words)
    let isLast = left.withLock { left in
      left -= 1
      return left == 0
    }
    if isLast { onZero() }
  }
}
