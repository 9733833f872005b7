internal import Synchronization

/// Wakes listeners of this process when there may be files to fetch.
final class RequestSignal: Sendable {
  private struct State {
    var last = 0
    var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
  }

  private let state = Mutex(State())

  /// A stream with an element for what happened since the last one was taken; several happenings are one element.
  func listen() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.last += 1
      state.listeners[state.last] = continuation
      return state.last
    }
    continuation.onTermination = { [weak self] _ in
      _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
    }
    return stream
  }

  func raise() {
    let listeners = state.withLock { Array($0.listeners.values) }
    for listener in listeners { listener.yield() }
  }
}

extension Catalog {
  /// An element whenever this process has recorded that files are asked for (``requestFiles(_:)``) or are gone
  /// (``markAbsent(_:)``). Several such moments may be one element. Ends with the task that reads it.
  public func fileRequests() -> AsyncStream<Void> { requestSignal.listen() }
}
