import ContentStore
import Foundation
import Platform
import Synchronization
import Testing
import UpdateModel

/// Kills this process at one call, before or after the call does its work.
private final class Executioner: Sendable {
  private let count = Mutex(0)
  private let fatal: Int
  private let isAfter: Bool

  init(at fatal: Int, after isAfter: Bool) {
    self.fatal = fatal
    self.isAfter = isAfter
  }

  var calls: Int { count.withLock { $0 } }

  private func around<Answer>(_ call: () -> Answer) -> Answer {
    let number = count.withLock { count in
      count += 1
      return count
    }
    if number == fatal && !isAfter { kill(getpid(), SIGKILL) }
    let answer = call()
    if number == fatal { kill(getpid(), SIGKILL) }
    return answer
  }

  var systemCalls: SystemCalls {
    let real = SystemCalls.real
    return SystemCalls(
      write: { fd, bytes, count, offset in self.around { real.write(fd, bytes, count, offset) } },
      sync: { fd in self.around { real.sync(fd) } },
      truncate: { fd, length in self.around { real.truncate(fd, length) } },
      rename: { from, name, to, new in self.around { real.rename(from, name, to, new) } },
      freeBytes: real.freeBytes)
  }
}

/// The run that is killed: a whole ingest in an empty state directory.
private func ingest(state: String, killAt: Int, after: Bool) async throws -> Int {
  let executioner = Executioner(at: killAt, after: after)
  let content = try TestContent(size: 2_500_000)
  let store = try ContentStore(state: state, calls: executioner.systemCalls)
  try await store.ingest(content.file, content.bytes)
  return executioner.calls
}

@Suite struct KilledIngestTests {
  @Test("SIGKILL before or after any write, fsync or rename leaves nothing half visible, and the next run ends well")
  func killed() async throws {
    let undisturbed = try TemporaryState()
    let calls = try await ingest(state: undisturbed.path, killAt: 0, after: false)
    #expect(calls >= 10)
    for number in 1...calls {
      for isAfter in [false, true] {
        let state = try TemporaryState()
        await #expect(processExitsWith: .signal(SIGKILL)) {
          [path = state.path as String, number = number as Int, isAfter = isAfter as Bool] in
          _ = try await ingest(state: path, killAt: number, after: isAfter)
        }
        try await checkSurvivor(state, "call \(number), \(isAfter ? "after" : "before")")
      }
    }
  }

  private func checkSurvivor(_ state: TemporaryState, _ point: Comment) async throws {
    let content = try TestContent(size: 2_500_000)
    let store = try ContentStore(state: state.path)
    let report = try await store.verifyAll(declared: { _ in content.file })
    #expect(report.bad.isEmpty && report.foreign.isEmpty, point)
    #expect(try state.names("quarantine").isEmpty, point)
    try await store.ingest(content.file, content.bytes)
    #expect(try await store.contents(content.file.digest) == content.data, point)
    #expect(try await store.verify(content.file.digest, declared: content.file) == nil, point)
    #expect(try state.names("staging").isEmpty, point)
    #expect(try state.names("content") == [content.file.digest.folder], point)
    #expect(try state.names("content/\(content.file.digest.folder)") == [content.file.contentName], point)
  }

  @Test("a killed download continues from its part file with the validator it had")
  func continues() async throws {
    let state = try TemporaryState()
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = state.path as String] in
      let content = try TestContent(size: 2_500_000)
      let session = try await ContentStore(state: path).session(content.file)
      try await session.restart(validator: "\"v1\"")
      try await session.append(Array(content.bytes.prefix(2_000_000)))
      try await session.park()
      kill(getpid(), SIGKILL)
    }
    let content = try TestContent(size: 2_500_000)
    let session = try await ContentStore(state: state.path).session(content.file)
    #expect(await session.offset == 2_000_000)
    #expect(await session.validator == "\"v1\"")
    try await session.feed(content.bytes)
    #expect(try await session.commit().size == 2_500_000)
  }
}
