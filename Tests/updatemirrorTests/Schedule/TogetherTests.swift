import ServiceLifecycle
import TestSupport
import Testing

@testable import updatemirror

@Suite("Services together", .timeLimit(.minutes(5)))
struct TogetherTests {
  private struct Refused: Error {}

  private struct Failing: Service {
    func run() async throws { throw Refused() }
  }

  /// Ends when it is cancelled.
  private struct Waiting: Service {
    let gate: Gate

    func run() async throws { await gate.wait() }
  }

  @Test("the first service that fails ends all of them: a taken port does not leave the schedule running")
  func failure() async {
    await #expect(throws: Refused.self) {
      try await Together(services: [Waiting(gate: Gate()), Failing(), Waiting(gate: Gate())]).run()
    }
  }
}
