import ContentStore
import Foundation
import Platform
import Sealing
import Synchronization
import Testing
import UpdateModel

/// Counts system calls, and lets one of them fail or be the last thing this process does.
final class Saboteur: Sendable {
  enum Deed: Sendable, Equatable {
    case fail(Int32)
    case killBefore, killAfter
  }

  private let count = Mutex(0)
  private let target: Int
  private let deed: Deed

  /// - Parameter target: the number of the call, from 1; 0 for none.
  init(at target: Int, _ deed: Deed) {
    self.target = target
    self.deed = deed
  }

  var calls: Int { count.withLock { $0 } }

  private func around<Answer: SignedInteger>(_ call: () -> Answer) -> Answer {
    let isTarget = count.withLock { count in
      count += 1
      return count == target
    }
    if !isTarget { return call() }
    if case .fail(let code) = deed {
      errno = code
      return -1
    }
    if deed == .killBefore { kill(getpid(), SIGKILL) }
    let answer = call()
    kill(getpid(), SIGKILL)
    return answer
  }

  private func admit() -> Int32 { around { Int32(0) } == -1 ? errno : 0 }

  var systemCalls: SystemCalls {
    let real = SystemCalls.real
    return SystemCalls(
      write: { fd, bytes, count, offset in self.around { real.write(fd, bytes, count, offset) } },
      sync: { fd in self.around { real.sync(fd) } },
      truncate: { fd, length in self.around { real.truncate(fd, length) } },
      rename: { from, name, to, new in self.around { real.rename(from, name, to, new) } },
      freeBytes: real.freeBytes,
      // The real one would wait for whatever else this machine writes.
      syncFileSystem: { _ in self.around { Int32(0) } },
      admit: { _ in self.admit() })
  }
}

/// The import of every test here: small files in a batch, a large one, a split one in two runs, one that is there.
private struct Journey {
  static let name = "journey"
  let small: [TestContent]
  let large: TestContent
  let split: TestContent
  let present: TestContent

  init() throws {
    small = try (10..<30).map { try TestContent(size: 500, seed: $0, name: "a.txt") }
    large = try TestContent(size: 1_500_000, seed: 2)
    split = try TestContent(size: 90_000, seed: 3)
    present = try TestContent(size: 700, seed: 4)
  }

  var all: [TestContent] { small + [large, split, present] }

  /// Does what is left of the import, wherever it was stopped.
  func run(_ store: ContentStore) async throws {
    try await using(store) { staging in
      try await staging.store(split, part: 40_000..<90_000)
      try await staging.add(small.map { ImportBytes(file: try $0.announced(), bytes: $0.bytes) })
      try await staging.close()
    }
    try await using(store) { staging in
      try await staging.store(large)
      try await staging.store(present)
      try await staging.checkpoint()
      try await staging.store(split, part: 0..<40_000)
      if try await staging.place(split) == .partial(missing: []) { try await staging.assemble(split.announced()) }
      _ = try await staging.publish()
    }
  }

  private func using(_ store: ContentStore, _ body: (ImportStaging) async throws -> Void) async throws {
    let staging = try await store.beginImport(Self.name)
    do { try await body(staging) } catch {
      staging.leave()
      throw error
    }
  }

  /// Nothing wrong is visible, now and after the import was done again.
  func check(_ state: TemporaryState, _ point: Comment) async throws {
    let store = try ContentStore(state: state.path, calls: Saboteur(at: 0, .fail(0)).systemCalls)
    let declared = Dictionary(uniqueKeysWithValues: all.map { ($0.file.digest, $0.file) })
    let before = try await store.verifyAll(declared: { declared[$0] })
    #expect(before.bad.isEmpty && before.foreign.isEmpty, point)
    try await run(store)
    for content in all { #expect(try await store.contents(content.file.digest) == content.data, point) }
    #expect(try await store.statistics().content.files == all.count, point)
    #expect(try state.names("staging/import").isEmpty, point)
    #expect(try state.names("quarantine").isEmpty, point)
    let mode = try FileManager.default.attributesOfItem(atPath: state.path(of: large.file))[.posixPermissions]
    #expect(mode as? Int == 0o444, point)
  }

  /// A state directory that has one of the files already.
  func preparedState() async throws -> TemporaryState {
    let state = try TemporaryState()
    try await ContentStore(state: state.path).ingest(present.file, present.bytes)
    return state
  }

  static func sabotaged(_ path: String, at call: Int, _ deed: Saboteur.Deed) async throws -> Int {
    let saboteur = Saboteur(at: call, deed)
    try await Journey().run(try ContentStore(state: path, calls: saboteur.systemCalls))
    return saboteur.calls
  }
}

@Suite struct ImportFaultTests {
  @Test(
    "an error at any one system call leaves a state from which the same import ends well", arguments: [ENOSPC, EIO])
  func failures(code: Int32) async throws {
    let journey = try Journey()
    let undisturbed = try await journey.preparedState()
    let calls = try await Journey.sabotaged(undisturbed.path, at: 0, .fail(0))
    try await journey.check(undisturbed, "undisturbed")
    #expect(calls > 100)
    for number in 1...calls + 5 {
      let state = try await journey.preparedState()
      do {
        _ = try await Journey.sabotaged(state.path, at: number, .fail(code))
      } catch let error as ContentStoreError {
        switch error {
        case .noSpace: #expect(code == ENOSPC, "call \(number)")
        case .system(let system): #expect(system.code == code, "call \(number): \(system)")
        default: Issue.record("call \(number): found \(error)")
        }
      }
      try await journey.check(state, "call \(number)")
    }
  }

  @Test("SIGKILL before or after any system call leaves nothing half visible, and the same import ends well")
  func killed() async throws {
    let journey = try Journey()
    let undisturbed = try await journey.preparedState()
    let calls = try await Journey.sabotaged(undisturbed.path, at: 0, .fail(0))
    try await journey.check(undisturbed, "undisturbed")
    for number in Array(stride(from: 1, to: calls, by: 4)) + Array(max(1, calls - 40)...calls - 8) {
      let state = try await journey.preparedState()
      let isBefore = number.isMultiple(of: 2)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = state.path as String, number = number as Int, isBefore = isBefore as Bool] in
        _ = try await Journey.sabotaged(path, at: number, isBefore ? .killBefore : .killAfter)
      }
      try await journey.check(state, "call \(number)")
    }
  }

  @Test("the reserve is refused before the first byte, and room makes the same import go on")
  func reserve() async throws {
    let free = Mutex<Int64>(1_000_000)
    let room = Room(free)
    let state = try TemporaryState()
    var calls = SystemCalls.real
    calls.freeBytes = { _ in room.free.withLock { $0 } }
    let store = try ContentStore(state: state.path, minimumFree: 400_000, calls: calls)
    let content = try TestContent(size: 700_000)
    await #expect(throws: ContentStoreError.noSpace(needed: 700_000, free: 1_000_000)) {
      try await store.checkRoom(for: 700_000)
    }
    let staging = try await store.beginImport("room")
    let expected = ContentStoreError.noSpace(needed: 700_000, free: 1_000_000)
    await #expect(throws: expected) { _ = try await staging.begin(content.announced()) }
    await #expect(throws: expected) {
      try await staging.add([ImportBytes(file: content.announced(), bytes: content.bytes)])
    }
    #expect(try state.staged("room").isEmpty)
    room.free.withLock { $0 = 1_100_000 }
    let writer = try #require(try await staging.begin(content.announced()))
    await #expect(throws: ContentStoreError.noSpace(needed: 700_001, free: 1_100_000)) {
      try await store.checkRoom(for: 1)
    }
    await writer.abandon()
    try await store.checkRoom(for: 700_000)
    try await staging.store(content)
    try await store.checkRoom(for: 700_000)
    #expect(try await staging.publish().published.files == 1)
  }

  private final class Room: Sendable {
    let free: Mutex<Int64>
    init(_ free: consuming Mutex<Int64>) { self.free = free }
  }
}
