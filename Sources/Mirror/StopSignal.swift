import Synchronization

/// Says that a run should end soon. Calls in flight do not see it: they are finished first (SSS-276).
package final class StopSignal: Sendable {
  private struct State {
    var isRaised = false
    var lastID = 0
    var sleepers: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  package var isRaised: Bool { state.withLock { $0.isRaised } }

  package func raise() {
    let sleepers = state.withLock { state in
      state.isRaised = true
      defer { state.sleepers = [:] }
      return state.sleepers
    }
    for sleeper in sleepers.values { sleeper.resume() }
  }

  /// Returns when the signal is raised or the task is cancelled.
  private func raised() async {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.isRaised || Task.isCancelled { return true }
          state.sleepers[id] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: id) }?.resume()
    }
  }

  /// Runs `pause`, but not beyond the moment when the signal is raised.
  package func sleep(_ pause: @escaping @Sendable () async -> Void) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await pause() }
      group.addTask { await self.raised() }
      await group.next()
      group.cancelAll()
    }
  }

  /// Runs `work` in a task that is cancelled when the signal is raised: for work that need not be finished.
  package func cancelling<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let task = Task { try await work() }
    let watch = Task {
      await raised()
      if isRaised { task.cancel() }
    }
    defer { watch.cancel() }
    return try await task.value
  }

  /// Runs `work` in a task that the caller's cancellation does not reach; it raises the signal instead.
  ///
  /// - Parameter bound: seconds after which the work is cancelled when the signal alone has not ended it.
  package func shield<Result: Sendable>(
    bound: Double, _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let task = Task { try await work() }
    let watch = Task {
      await raised()
      do { try await Task.sleep(for: .seconds(bound)) } catch { return }
      task.cancel()
    }
    defer { watch.cancel() }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      raise()
    }
  }
}
