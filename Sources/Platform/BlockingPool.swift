import Foundation

/// A bounded number of threads for work that blocks: files, fsync, large digests, archives.
///
/// Nothing of that kind may run on the cooperative threads of Swift's tasks: with two cores, two blocking
/// calls would stop every other task.
public final class BlockingPool: Sendable {
  /// How many pieces of work run at the same time.
  public let width: Int
  private let queue: OperationQueue

  /// - Parameter width: at least 1; smaller values count as 1.
  public init(width: Int, name: String) {
    self.width = max(1, width)
    queue = OperationQueue()
    queue.name = name
    queue.maxConcurrentOperationCount = self.width
  }

  /// The pool for everything that has no reason for its own: as wide as the machine has cores, at least 4.
  public static let shared = BlockingPool(
    width: max(4, ProcessInfo.processInfo.activeProcessorCount), name: "updatemirror.blocking")

  /// Runs `work` on a thread of the pool, in the order of asking.
  ///
  /// Once asked for, the work runs, also when the task is cancelled: look at `Task.isCancelled` before.
  public func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      queue.addOperation { continuation.resume(with: Swift.Result(catching: work)) }
    }
  }
}
