import Foundation
import Platform
import TestSupport
import Testing

@testable import updatemirror

@Suite("One run at a time")
struct SyncTurnTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  @Test("runs of one process wait for each other, and never two have the lock")
  func inOrder() async throws {
    let turn = SyncTurn(StateDirectory(path: folder.path))
    let running = Watched(0)
    let done = Watched<[Int]>([])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask {
          try await turn.run {
            let count = running.update { running in
              running += 1
              return running
            }
            #expect(count == 1)
            await Task.yield()
            running.update { $0 -= 1 }
            done.update { $0.append(number) }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(done.value.sorted() == Array(0..<20))
  }

  @Test("a lock that somebody else has is an error at once, and the turn goes on to the next")
  func heldElsewhere() async throws {
    let state = StateDirectory(path: folder.path)
    let turn = SyncTurn(state)
    var other: FileLock? = try state.lock()
    await #expect(throws: FileLockError.self) { try await turn.run {} }
    withExtendedLifetime(other) {}
    other = nil
    #expect(try await turn.run { 7 } == 7)
  }

  @Test("who is cancelled while waiting does not run, and does not keep the turn")
  func cancelledWhileWaiting() async throws {
    let turn = SyncTurn(StateDirectory(path: folder.path))
    let (began, release) = (Gate(), Gate())
    let first = Task {
      try await turn.run {
        began.open()
        await release.wait()
      }
    }
    await began.wait()
    let second = Task { try await turn.run { Issue.record("it ran") } }
    second.cancel()
    await #expect(throws: CancellationError.self, "also while the first goes on") { try await second.value }
    release.open()
    try await first.value
    #expect(try await turn.run { true })
  }

  @Test("a run that throws gives the turn and the lock back")
  func throwing() async throws {
    struct Broken: Error {}
    let state = StateDirectory(path: folder.path)
    let turn = SyncTurn(state)
    await #expect(throws: Broken.self) {
      try await turn.run { () throws -> Void in throw Broken() }
    }
    let lock = try state.lock()
    withExtendedLifetime(lock) {}
  }
}

@Suite("Requested files")
struct RequestPacingTests {
  @Test("pauses grow while nothing comes, begin anew with each file, and end when nothing is missing")
  func pauses() {
    var pacing = RequestPacing()
    #expect((0..<7).map { _ in pacing.pause(fetched: 0, missing: 3) } == [60, 120, 300, 600, 1_800, 3_600, 3_600])
    #expect(pacing.pause(fetched: 1, missing: 2) == 60)
    #expect(pacing.pause(fetched: 0, missing: 2) == 60)
    #expect(pacing.pause(fetched: 0, missing: 2) == 120)
    #expect(pacing.pause(fetched: 2, missing: 0) == nil)
    #expect(pacing.pause(fetched: 0, missing: 1) == 60)
  }
}
