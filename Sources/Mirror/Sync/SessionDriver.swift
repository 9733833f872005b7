import UpdateModel

/// Does what a ``SyncSession`` decides: calls beside each other, steps one at a time.
struct SessionDriver: Sendable {
  typealias Payloads = [CallID: CallPayload]

  let sender: CallSender
  let stop: StopSignal
  let clock: @Sendable () -> Timestamp
  /// Waits; tests pass their own.
  let sleep: @Sendable (Double) async -> Void
  let onWait: @Sendable (Double) -> Void

  /// Runs the session to its end.
  ///
  /// - Parameter perform: does a step; what it throws ends the run with the calls in flight cut off.
  /// - Throws: the session's failure, `CancellationError` after ``StopSignal/raise()``.
  func run(
    _ session: inout SyncSession, perform: (SyncStep, inout Payloads) async throws -> SyncStepResult
  ) async throws {
    var state = session
    defer { session = state }
    try await withThrowingTaskGroup(of: CallSender.Delivery.self) { group in
      var payloads: Payloads = [:]
      var isStopping = false
      while true {
        if stop.isRaised, !isStopping {
          isStopping = true
          state.receive(.cancel, now: clock())
        }
        switch state.next(now: clock()) {
        case .post(let id, let call): group.addTask { await sender.send(id, call) }
        case .perform(let step):
          payloads = payloads.filter { step.mayUse($0.key) }
          state.receive(.stepped(try await perform(step, &payloads)), now: clock())
        case .awaitAnswer:
          guard let delivery = try await group.next() else {
            throw SyncError.lostAnswer(step: "session")
          }
          payloads[delivery.call] = delivery.payload
          // A call that broke because it was cut must not count as a failure of the USS.
          if Task.isCancelled, !isStopping {
            isStopping = true
            state.receive(.cancel, now: clock())
          }
          state.receive(delivery.event, now: clock())
        case .wait(let seconds):
          onWait(seconds)
          await stop.sleep { await sleep(seconds) }
          state.receive(.waited, now: clock())
        case .finished: return
        case .cancelled: throw CancellationError()
        case .failed(let error): throw error
        }
      }
    }
  }
}
