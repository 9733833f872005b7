import Synchronization

/// A value that tasks can await a condition of.
public final class Watched<Value: Sendable>: Sendable {
  private struct Waiter {
    let number: Int
    let isMet: @Sendable (Value) -> Bool
    let continuation: CheckedContinuation<Value, Never>
  }

  private struct State {
    var value: Value
    var waiters: [Waiter] = []
    var lastWaiter = 0
  }

  private let state: Mutex<State>

  public init(_ value: Value) { state = Mutex(State(value: value)) }

  public var value: Value { state.withLock { $0.value } }

  @discardableResult
  public func update<Result: Sendable>(_ change: (inout Value) -> Result) -> Result {
    let (result, value, ready) = state.withLock { state in
      let result = change(&state.value)
      let value = state.value
      let ready = state.waiters.filter { $0.isMet(value) }
      state.waiters.removeAll { $0.isMet(value) }
      return (result, value, ready)
    }
    for waiter in ready { waiter.continuation.resume(returning: value) }
    return result
  }

  /// Returns the first value from now on that meets the condition; when the task is cancelled, as by the time limit of
  /// its test, the value that there is.
  public func value(where isMet: @escaping @Sendable (Value) -> Bool) async -> Value {
    let number = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let known: Value? = state.withLock { state in
          if isMet(state.value) || Task.isCancelled { return state.value }
          state.waiters.append(Waiter(number: number, isMet: isMet, continuation: continuation))
          return nil
        }
        if let known { continuation.resume(returning: known) }
      }
    } onCancel: {
      giveUp(number)
    }
  }

  private func giveUp(_ number: Int) {
    let (waiter, value) = state.withLock { state in
      let index = state.waiters.firstIndex { $0.number == number }
      return (index.map { state.waiters.remove(at: $0) }, state.value)
    }
    waiter?.continuation.resume(returning: value)
  }
}
