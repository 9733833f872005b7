import Synchronization

/// Ends blocking work of a task that was cancelled.
final class StopFlag: Sendable {
  private let isRaised = Atomic(false)

  func check() throws(CancellationError) {
    if isRaised.load(ordering: .relaxed) { throw CancellationError() }
  }

  /// Runs `work` with a flag that rises when the task is cancelled.
  static func during<Result: Sendable>(_ work: (StopFlag) async throws -> Result) async throws -> Result {
    let flag = StopFlag()
    return try await withTaskCancellationHandler {
      try await work(flag)
    } onCancel: {
      flag.isRaised.store(true, ordering: .relaxed)
    }
  }
}
