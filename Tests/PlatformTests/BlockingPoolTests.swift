import Dispatch
import Foundation
import Platform
import Synchronization
import Testing
import UpdateModel

/// Counts who is inside; the first three wait for each other, so the pool really is as wide as it says.
private final class Gauge: Sendable {
  private let state = Mutex((now: 0, most: 0, done: 0))
  private let gate = DispatchSemaphore(value: 0)

  var most: Int { state.withLock { $0.most } }
  var done: Int { state.withLock { $0.done } }

  func pass() {
    let number = state.withLock { state in
      state.now += 1
      state.most = max(state.most, state.now)
      return state.now + state.done
    }
    if number == 3 { for _ in 0..<30 { gate.signal() } }
    gate.wait()
    state.withLock { state in
      state.now -= 1
      state.done += 1
    }
  }
}

@Suite struct BlockingPoolTests {
  struct Refusal: Error {}

  @Test("no more than the width runs at once, and everything runs")
  func width() async throws {
    let pool = BlockingPool(width: 3, name: "test")
    let gauge = Gauge()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<30 {
        group.addTask { try await pool.run { gauge.pass() } }
      }
      try await group.waitForAll()
    }
    #expect(gauge.most == 3 && gauge.done == 30)
  }

  @Test("a result and an error come back to the caller")
  func results() async throws {
    #expect(try await BlockingPool.shared.run { 42 } == 42)
    await #expect(throws: Refusal.self) { try await BlockingPool.shared.run { throw Refusal() } }
  }

  @Test("the clock agrees with Foundation's")
  func clock() {
    let before = Date().timeIntervalSince1970
    let now = SystemClock.now().unixSeconds
    #expect((before - 1...Date().timeIntervalSince1970 + 1).contains(now))
  }
}
