import NIOCore

/// What a connection is waiting for, and until when.
struct ConnectionClock {
  enum Phase: Hashable {
    /// For the head of a request, or its rest.
    case head
    /// For the rest of a request.
    case request
    /// For the client to take an answer.
    case answer
    /// For the next request.
    case idle
    /// For the client's end, after ours.
    case ending
  }

  struct Limits: Hashable, Sendable {
    var head: TimeAmount = .seconds(30)
    var request: TimeAmount = .seconds(60)
    /// Between two looks at how much an answer has moved.
    var answer: TimeAmount = .seconds(60)
    var idle: TimeAmount = .seconds(120)
    var ending: TimeAmount = .seconds(10)

    func amount(_ phase: Phase) -> TimeAmount {
      switch phase {
      case .head: head
      case .request: request
      case .answer: answer
      case .idle: idle
      case .ending: ending
      }
    }
  }

  let limits: Limits
  private(set) var phase: Phase
  private(set) var deadline: NIODeadline

  init(limits: Limits, now: NIODeadline) {
    self.limits = limits
    phase = .head
    deadline = now + limits.head
  }

  /// Begins a phase, also the same one again.
  mutating func begin(_ phase: Phase, now: NIODeadline) {
    self.phase = phase
    deadline = now + limits.amount(phase)
  }
}
