import Synchronization
import UpdateModel

/// Who writes which digest: one writer each, the others wait for it.
final class IngestTable: Sendable {
  /// How a writer ended.
  enum Outcome: Sendable {
    /// Stored, parked or given up: look again.
    case ended
    /// The bytes or the disk were bad: those who waited get the same answer.
    case failed(any Error)
  }

  private typealias Waiter = CheckedContinuation<Bool, any Error>

  private struct Entry {
    var reserved: Int64 = 0
    var waiters: [Int: Waiter] = [:]
  }

  private struct State {
    var entries: [FileDigest: Entry] = [:]
    var nextWaiter = 0
    /// What writers of imports still need.
    var imports: Int64 = 0
  }

  private let state = Mutex(State())

  /// How many sessions are open.
  var count: Int { state.withLock { $0.entries.count } }

  func isOpen(_ digest: FileDigest) -> Bool { state.withLock { $0.entries[digest] != nil } }

  /// Returns when the caller is the one writer of `digest`.
  ///
  /// - Throws: the error of the writer it waited for, or `CancellationError`.
  func take(_ digest: FileDigest) async throws {
    while try await !takeOnce(digest) {}
  }

  /// Ends the caller's turn.
  func release(_ digest: FileDigest, _ outcome: Outcome) {
    let entry = state.withLock { $0.entries.removeValue(forKey: digest) }
    for waiter in (entry?.waiters ?? [:]).values {
      switch outcome {
      case .ended: waiter.resume(returning: false)
      case .failed(let error): waiter.resume(throwing: error)
      }
    }
  }

  /// Notes how many bytes the writer of `digest` still needs.
  func reserve(_ bytes: Int64, for digest: FileDigest) {
    state.withLock { $0.entries[digest]?.reserved = max(0, bytes) }
  }

  /// Changes how many bytes the writers of imports still need.
  func adjustImports(by bytes: Int64) { state.withLock { $0.imports += bytes } }

  /// What all writers but that of `digest` still need.
  func reserved(besides digest: FileDigest?) -> Int64 {
    state.withLock { state in
      state.entries.reduce(state.imports) { $0 + ($1.key == digest ? 0 : $1.value.reserved) }
    }
  }

  /// - Returns: false when it waited and has to ask again.
  private func takeOnce(_ digest: FileDigest) async throws -> Bool {
    let number = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { register($0, number, digest) }
    } onCancel: {
      // Runs after the task counts as cancelled, so a waiter that is not yet here sees that itself.
      let waiter = state.withLock { $0.entries[digest]?.waiters.removeValue(forKey: number) }
      waiter?.resume(throwing: CancellationError())
    }
  }

  private func register(_ waiter: Waiter, _ number: Int, _ digest: FileDigest) {
    let answer: Result<Bool, any Error>? = state.withLock { state in
      if Task.isCancelled { return .failure(CancellationError()) }
      if state.entries[digest] == nil {
        state.entries[digest] = Entry()
        return .success(true)
      }
      state.entries[digest]?.waiters[number] = waiter
      return nil
    }
    if let answer { waiter.resume(with: answer) }
  }
}
