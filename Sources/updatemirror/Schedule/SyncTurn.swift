import Platform

/// One run at a time: those of this process wait for each other in order, those of other processes are kept apart by
/// the lock of the state directory.
actor SyncTurn {
  private struct Waiter {
    let number: Int
    /// Resumed with false when the turn is not wanted any more.
    let continuation: CheckedContinuation<Bool, Never>
  }

  private let state: StateDirectory
  private var isTaken = false
  private var waiting: [Waiter] = []
  private var last = 0

  init(_ state: StateDirectory) { self.state = state }

  /// Waits for its turn in this process, takes the lock, and runs `work`.
  ///
  /// - Throws: ``FileLockError/held(path:processID:)`` at once when another process has the lock;
  ///   `CancellationError` when the task is cancelled before its turn comes; what `work` throws.
  func run<T: Sendable>(_ work: @Sendable () async throws -> T) async throws -> T {
    try await take()
    defer { give() }
    try Task.checkCancellation()
    let lock = try state.lock()
    defer { withExtendedLifetime(lock) {} }
    return try await work()
  }

  private func take() async throws {
    guard isTaken else {
      isTaken = true
      return
    }
    last += 1
    let number = last
    let hasTurn = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled { return continuation.resume(returning: false) }
        waiting.append(Waiter(number: number, continuation: continuation))
      }
    } onCancel: {
      Task { await self.leave(number) }
    }
    guard hasTurn else { throw CancellationError() }
  }

  private func leave(_ number: Int) {
    guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
    waiting.remove(at: index).continuation.resume(returning: false)
  }

  /// Hands the turn on; it is never free in between, so nobody overtakes.
  private func give() {
    guard !waiting.isEmpty else {
      isTaken = false
      return
    }
    waiting.removeFirst().continuation.resume(returning: true)
  }
}
