import Dispatch
import Synchronization

/// Passes batches from a reader that blocks to a task that takes them; the reader waits while two are under way.
final class BatchHandover<Batch: Sendable>: Sendable {
  /// What the task iterates over; ends with ``end(_:)``.
  let batches: AsyncThrowingStream<Batch, any Error>
  private let input: AsyncThrowingStream<Batch, any Error>.Continuation
  /// Counts up from 0: a semaphore below its first value cannot be freed.
  private let room = DispatchSemaphore(value: 0)
  private let isClosed = Atomic(false)

  init() {
    (batches, input) = AsyncThrowingStream.makeStream()
    for _ in 0..<2 { room.signal() }
  }

  // MARK: The reader

  /// Blocks until there is room.
  ///
  /// - Throws: `CancellationError` when nobody takes batches any more.
  func give(_ batch: Batch) throws(CancellationError) {
    room.wait()
    if isClosed.load(ordering: .acquiring) { throw CancellationError() }
    input.yield(batch)
  }

  /// - Parameter error: what stopped the reader; nil: it gave everything.
  func end(_ error: (any Error)?) { input.finish(throwing: error) }

  // MARK: The taker

  /// A batch is done with.
  func taken() { room.signal() }

  /// Nothing more will be taken: the reader stops at its next batch.
  func close() {
    isClosed.store(true, ordering: .releasing)
    room.signal()
  }
}
