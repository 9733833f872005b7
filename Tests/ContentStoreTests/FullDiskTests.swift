import ContentStore
import Foundation
import Platform
import Synchronization
import Testing
import UpdateModel

/// A disk that can be full at one kind of call.
private final class Disk: Sendable {
  enum Call: Sendable, CaseIterable { case write, sync, rename }

  private let full = Mutex<Call?>(nil)
  private let allowed = Mutex(0)

  /// Fails `call` after `count` more of it.
  func fill(_ call: Call?, after count: Int = 0) {
    full.withLock { $0 = call }
    allowed.withLock { $0 = count }
  }

  private func isFull(_ call: Call) -> Bool {
    guard full.withLock({ $0 == call }) else { return false }
    let isLeft = allowed.withLock { left in
      left -= 1
      return left >= 0
    }
    if !isLeft { errno = ENOSPC }
    return !isLeft
  }

  var calls: SystemCalls {
    var calls = SystemCalls.real
    let real = SystemCalls.real
    calls.write = { self.isFull(.write) ? -1 : real.write($0, $1, $2, $3) }
    calls.sync = { self.isFull(.sync) ? -1 : real.sync($0) }
    calls.rename = { self.isFull(.rename) ? -1 : real.rename($0, $1, $2, $3) }
    return calls
  }
}

@Suite struct FullDiskTests {
  private let state: TemporaryState
  private let disk = Disk()
  private let store: ContentStore
  private let content: TestContent

  init() throws {
    state = try TemporaryState()
    store = try ContentStore(state: state.path, calls: disk.calls)
    content = try TestContent(size: 3_000_000)
  }

  @Test("files that begin together never reserve more than the room there is")
  func parallelStarts() async throws {
    let contents = try (1...16).map { try TestContent(size: 1_000, seed: $0) }
    for _ in 0..<20 {
      let state = try TemporaryState()
      var calls = SystemCalls.real
      calls.freeBytes = { _ in 13_500 }
      let store = try ContentStore(state: state.path, minimumFree: 10_000, calls: calls)
      let sessions = await withTaskGroup(of: IngestSession?.self) { group in
        for content in contents { group.addTask { try? await store.session(content.file) } }
        return await group.reduce(into: [IngestSession]()) { if let session = $1 { $0.append(session) } }
      }
      #expect(sessions.count == 3)
      for session in sessions { try await session.park() }
    }
  }

  @Test("a full disk at any call leaves nothing half visible, and room makes it go on", arguments: Disk.Call.allCases)
  fileprivate func full(call: Disk.Call) async throws {
    for count in 0..<8 {
      disk.fill(call, after: count)
      do {
        try await store.ingest(content.file, content.bytes)
      } catch let error as ContentStoreError {
        guard case .noSpace = error else {
          Issue.record("\(call) \(count): found \(error)")
          continue
        }
      }
      disk.fill(nil)
      if let stored = try await store.stored(content.file.digest) {
        #expect(stored.size == 3_000_000)
        #expect(try await store.verify(content.file.digest, declared: content.file) == nil)
      }
      try await store.ingest(content.file, content.bytes)
      #expect(try await store.contents(content.file.digest) == content.data)
      #expect(try state.names("staging").isEmpty, "\(call) \(count)")
      _ = try await store.collectGarbage(preview: false) { _ in [] }
    }
  }

  @Test("after a full disk the bytes that were written are continued, not fetched again")
  func resumes() async throws {
    let session = try await store.session(content.file)
    try await session.restart(validator: "\"v\"")
    disk.fill(.write, after: 12)
    await #expect(throws: ContentStoreError.self) {
      try await session.feed(content.bytes); _ = try await session.commit()
    }
    disk.fill(nil)
    let next = try await store.session(content.file)
    #expect(await next.offset > 0)
    #expect(await next.validator == "\"v\"")
    try await next.feed(content.bytes)
    #expect(try await next.commit().size == 3_000_000)
  }

  @Test("bytes that fail an fsync are not trusted again")
  func failedSync() async throws {
    let session = try await store.session(content.file)
    try await session.feed(content.bytes)
    disk.fill(.sync)
    await #expect(throws: ContentStoreError.self) { _ = try await session.commit() }
    #expect(try state.names("staging").isEmpty)
    #expect(try await store.contains(content.file.digest) == false)
  }

  @Test("bad bytes on a full disk lose their note, never become visible")
  func quarantineFull() async throws {
    let session = try await store.session(content.file)
    try await session.append([UInt8](repeating: 0, count: 3_000_000))
    disk.fill(.rename)
    await #expect(throws: ContentStoreError.self) { _ = try await session.commit() }
    disk.fill(nil)
    #expect(try await store.contains(content.file.digest) == false)
    try await store.ingest(content.file, content.bytes)
  }

  @Test("the reserve is refused before the first byte, counting what others still need")
  func reserveBefore() async throws {
    var calls = SystemCalls.real
    calls.freeBytes = { _ in 10_000_000 }
    let store = try ContentStore(state: state.path + "/small", minimumFree: 4_500_000, calls: calls)
    let session = try await store.session(content.file)
    let other = try TestContent(size: 3_000_000, seed: 2)
    await #expect(throws: ContentStoreError.noSpace(needed: 6_000_000, free: 10_000_000)) {
      _ = try await store.beginIngest(other.file)
    }
    try await session.feed(content.bytes)
    _ = try await session.commit()
    _ = try await store.ingest(other.file, other.bytes)
  }

  @Test("the reserve is looked at again while bytes arrive")
  func reserveDuring() async throws {
    let free = FreeBytes()
    var calls = SystemCalls.real
    calls.freeBytes = { _ in free.value.withLock { $0 } }
    let store = try ContentStore(
      state: state.path + "/small", policy: .sha1Allowed, minimumFree: 1_000, calls: calls)
    let digest = try #require(FileDigest(bytes: [UInt8](repeating: 1, count: 20)))
    let session = try await store.session(ContentFile(digest: digest, fileName: "x.cab", size: 200 << 20))
    free.value.withLock { $0 = 999 }
    let error = await #expect(throws: ContentStoreError.self) {
      for _ in 0..<100 { try await session.append([UInt8](repeating: 0, count: 1 << 20)) }
    }
    guard case .noSpace(_, 999)? = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
    #expect(await session.offset < 80 << 20)
  }

  private final class FreeBytes: Sendable { let value = Mutex<Int64>(1 << 40) }
}
