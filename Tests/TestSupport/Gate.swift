import Foundation
import Synchronization

/// Closed until opened, once. Tasks await it, server threads block on it.
public final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var lastWaiter: UInt64 = 0
  }

  private let state = Mutex(State())
  private let condition = NSCondition()

  public init() {}

  public var isOpen: Bool { state.withLock { $0.isOpen } }

  /// Lets everybody through, now and later.
  public func open() {
    let waiters = state.withLock { state in
      state.isOpen = true
      defer { state.waiters = [:] }
      return state.waiters
    }
    for waiter in waiters.values { waiter.resume() }
    condition.lock()
    condition.broadcast()
    condition.unlock()
  }

  /// Returns when the gate is open, or when the task is cancelled.
  public func wait() async {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mayPass = state.withLock { state in
          if state.isOpen || Task.isCancelled { return true }
          state.waiters[id] = continuation
          return false
        }
        if mayPass { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  /// Blocks the calling thread until the gate is open or `isAbandoned` says that nobody will open it.
  public func block(unless isAbandoned: () -> Bool) {
    condition.lock()
    defer { condition.unlock() }
    while !isOpen, !isAbandoned() { _ = condition.wait(until: Date(timeIntervalSinceNow: 0.02)) }
  }
}
