import ContentStore
import Foundation
import Platform
import Synchronization
import Testing
import UpdateModel

/// A clock that goes one second further at each look.
private final class SteppingClock: Sendable {
  private let ticks = Mutex<Int64>(Timestamp.unixEpochTicks)

  @Sendable func now() -> Timestamp {
    ticks.withLock { ticks in
      ticks += Timestamp.ticksPerSecond
      return Timestamp(ticks: ticks)
    }
  }
}

@Suite struct VerifyTests {
  private let state: TemporaryState
  private let store: ContentStore
  private let backend: LocalBackend
  private let clock = SteppingClock()
  private let contents: [TestContent]

  init() throws {
    state = try TemporaryState()
    store = try ContentStore(state: state.path, clock: clock.now)
    backend = LocalBackend(state: state, store: store)
    contents = try (1...20).map { try TestContent(size: 5_000, seed: $0) }
  }

  private func fill() async throws {
    for content in contents { try await store.ingest(content.file, content.bytes) }
  }

  @Test("every damaged file is found, and withdrawn when asked")
  func finds() async throws {
    try await fill()
    let damaged = Set(contents.prefix(3).map(\.file.digest))
    for digest in damaged { try await backend.damage(digest) }
    let looked = try await store.verifyAll()
    #expect(looked.files == 20 && looked.bytes == 100_000)
    #expect(Set(looked.bad.map(\.name.digest)) == damaged)
    #expect(try await store.allDigests().count == 20)
    let cleaned = try await store.verifyAll(VerifyOptions(withdrawsBadFiles: true))
    #expect(cleaned.bad.count == 3 && cleaned.bad.allSatisfy(\.isWithdrawn))
    #expect(try await store.allDigests().count == 17)
    #expect(try await store.statistics().quarantine.files == 3)
  }

  @Test("a bad file is told of before it goes, while its name is still there")
  func toldFirst() async throws {
    try await fill()
    let digest = contents[3].file.digest
    try await backend.damage(digest)
    let told = Mutex<[FileDigest]>([])
    let store = store
    _ = try await store.verifyAll(
      VerifyOptions(withdrawsBadFiles: true),
      withdrawing: { digest in
        let stored = try await store.allDigests()
        #expect(stored.contains(digest))
        told.withLock { $0.append(digest) }
      })
    #expect(told.withLock { $0 } == [digest])
    #expect(try await store.allDigests().contains(digest) == false)
  }

  private struct Stopped: Error {}

  /// Stops a verification where a kill would: the file is told of and not yet withdrawn.
  private func stopBeforeWithdrawal(of digest: FileDigest) async throws {
    try await backend.damage(digest)
    await #expect(throws: Stopped.self) {
      try await store.verifyAll(VerifyOptions(withdrawsBadFiles: true), withdrawing: { _ in throw Stopped() })
    }
    #expect(try await store.allDigests().contains(digest))
  }

  @Test("a bad file whose withdrawal was cut off is fetched again, never found present")
  func cutOffThenFetched() async throws {
    try await fill()
    let content = contents[3]
    try await stopBeforeWithdrawal(of: content.file.digest)
    let again = try ContentStore(state: state.path)
    try await again.ingest(content.file, content.bytes)
    #expect(try await again.contents(content.file.digest) == content.data)
    #expect(try await again.statistics().quarantine.files == 1)
    guard case .present = try await again.beginIngest(content.file) else {
      Issue.record("expected the fetched file to be present")
      return
    }
    #expect(try state.names("quarantine").map { $0.suffix(4) } == [".bad", "json"])
  }

  @Test("a bad file whose withdrawal was cut off is withdrawn by the next verification, whatever its subset")
  func cutOffThenVerified() async throws {
    try await fill()
    let digest = contents[3].file.digest
    try await stopBeforeWithdrawal(of: digest)
    let other = try #require(
      (1...20).compactMap { VerifySubset("\($0)/20") }.first { !$0.contains(digest) })
    let report = try await store.verifyAll(VerifyOptions(subset: other, withdrawsBadFiles: true))
    #expect(report.bad.map(\.name.digest) == [digest])
    #expect(try await store.allDigests().contains(digest) == false)
  }

  @Test("what the metadata declares is compared too")
  func declared() async throws {
    let content = contents[0]
    try await store.ingest(content.file, content.bytes)
    let wrong = content.declared(sha256: [UInt8](repeating: 1, count: 32))
    let report = try await store.verifyAll(declared: { _ in wrong })
    #expect(report.bad.count == 1)
    #expect(try await store.verify(content.file.digest, declared: content.declared(size: 4)) != nil)
    #expect(try await store.verify(content.file.digest, declared: content.file) == nil)
  }

  @Test("the subsets together are everything, each file once")
  func subsets() async throws {
    try await fill()
    var files = 0
    for index in 1...7 {
      files += try await store.verifyAll(VerifyOptions(subset: try #require(VerifySubset(index: index, count: 7))))
        .files
    }
    #expect(files == 20)
  }

  @Test(
    "a subset reads as n/m and nothing else",
    arguments: ["", "1", "0/3", "4/3", "1/0", "-1/3", "1/3/5", "a/b", "1/20000"])
  func subsetText(text: String) {
    #expect(VerifySubset(text) == nil)
    #expect(VerifySubset("2/30")?.description == "2/30")
  }

  @Test("a cancelled verification goes on where it stopped, and the one after it starts with the oldest")
  func resumes() async throws {
    try await fill()
    let store = store
    let run = Task {
      try await store.verifyAll(progress: { progress in
        if progress.files == 8 { withUnsafeCurrentTask { $0?.cancel() } }
      })
    }
    await #expect(throws: CancellationError.self) { _ = try await run.value }
    let rest = try await ContentStore(state: state.path, clock: clock.now).verifyAll()
    #expect(rest.files == 12 && rest.filesCheckedBefore == 8)
    let again = try await store.verifyAll()
    #expect(again.files == 20 && again.filesCheckedBefore == 0)
  }

  @Test("a killed verification and a torn journal line cost only that file's reading")
  func tornJournal() async throws {
    try await fill()
    _ = try await store.verifyAll()
    let path = state.path + "/verify.state"
    var lines = String(decoding: try DurableFile.read(path, limit: 1 << 20), as: UTF8.self).split(separator: "\n")
    #expect(lines.last == "end")
    lines.removeLast(2)
    let torn = lines.joined(separator: "\n") + "\nchecked 00FF"
    try DurableFile.write(Array(torn.utf8), to: path)
    let report = try await store.verifyAll()
    #expect(report.files == 1 && report.filesCheckedBefore == 19)
  }

  @Test(
    "a journal of nonsense is as good as none",
    arguments: ["", "\n\n", "PK\u{3}\u{4}", "updatemirror verify 1\nchecked x y\npass 0/0 z\n"])
  func nonsense(text: String) async throws {
    try await fill()
    try DurableFile.write(Array(text.utf8), to: state.path + "/verify.state")
    #expect(try await store.verifyAll().files == 20)
  }

  @Test("two verifications of one store at once are refused")
  func alone() async throws {
    try await fill()
    let store = store
    let report = try await store.verifyAll(declared: { _ in
      await #expect(throws: ContentStoreError.verifyRunning) { _ = try await store.verifyAll() }
      return nil
    })
    #expect(report.files == 20)
  }

  @Test("a bounded rate still reads everything")
  func rate() async throws {
    try await store.ingest(contents[0].file, contents[0].bytes)
    #expect(try await store.verifyAll(VerifyOptions(bytesPerSecond: 1 << 30)).bytes == 5_000)
  }

  @Test("statistics count files, bytes, part files and quarantine; collection takes old part files")
  func statistics() async throws {
    try await fill()
    let unfinished = try TestContent(size: 1_000, seed: 99)
    let session = try await store.session(unfinished.file)
    try await session.restart(validator: "\"v\"")
    try await session.append(Array(unfinished.bytes.prefix(10)))
    #expect(try await store.collectGarbage(preview: false, stagingBefore: .endOfTime) { Set($0) }.partFiles == 0)
    try await session.park()
    let statistics = try await store.statistics()
    #expect(
      statistics.content == ContentStatistics.Tally(files: 20, bytes: 100_000)
        && statistics.staging == ContentStatistics.Tally(files: 1, bytes: 10))
    #expect(statistics.freeBytes > 0)
    #expect(try await store.collectGarbage(preview: false) { Set($0) }.partFiles == 0)
    let preview = try await store.collectGarbage(preview: true, stagingBefore: .endOfTime) { Set($0) }
    #expect(preview.partFiles == 1 && preview.partBytes == 10 && preview.files == 0)
    #expect(try await store.collectGarbage(preview: false, stagingBefore: .endOfTime) { Set($0) }.partFiles == 1)
    #expect(try state.names("staging").isEmpty)
  }

  @Test("a clock that stands still or steps back does not make a new pass skip files")
  func clockStepsBack() async throws {
    try await fill()
    _ = try await store.verifyAll()
    for now in [Timestamp.unixEpochTicks, Timestamp.unixEpochTicks, Timestamp.unixEpochTicks + 1] {
      let again = try await ContentStore(state: state.path, clock: { Timestamp(ticks: now) }).verifyAll()
      #expect(again.files == 20 && again.filesCheckedBefore == 0)
    }
  }
}
