import Platform

/// One run at a time: those of this process wait for each other in order, those of other processes are kept apart by
/// the lock of the state directory.
actor SyncTurn {
  private let state: StateDirectory
  private var isTaken = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ state: StateDirectory) { self.state = state }

  /// Waits for its turn in this process, takes the lock, and runs `work`.
  ///
  /// - Throws: ``FileLockError/held(path:processID:)`` at once when another process has the lock;
  ///   `CancellationError` when the task was cancelled before its turn came; what `work` throws.
  func run<T: Sendable>(_ work: @Sendable () async throws -> T) async throws -> T {
    await take()
    defer { give() }
    try Task.checkCancellation()
    let lock = try state.lock()
    defer { withExtendedLifetime(lock) {} }
    return try await work()
  }

  /// The one before ends soon after this task is cancelled, as both are cancelled by the same stop.
  private func take() async {
    guard isTaken else {
      isTaken = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  /// Hands the turn on; it is never free in between, so nobody overtakes.
  private func give() {
    guard !waiting.isEmpty else {
      isTaken = false
      return
    }
    waiting.removeFirst().resume()
  }
}
