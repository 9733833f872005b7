import ContentStore
import Foundation
import Platform
import Testing
import UpdateModel

@Suite struct IngestTests {
  private let state: TemporaryState
  private let store: ContentStore

  init() throws {
    state = try TemporaryState()
    store = try ContentStore(state: state.path)
  }

  @Test("SSS-253, SSS-254: a file is at content/XX/<40 HEX>.<ext>, read-only, with its SHA-1 as strong validator")
  func layout() async throws {
    let content = try TestContent(size: 1_000, name: "Windows-KB1.CAB")
    let stored = try await store.ingest(content.file, content.bytes)
    #expect(stored.path == state.path(of: content.file))
    #expect(stored.path.hasSuffix("/content/\(content.file.digest.hex.suffix(2))/\(content.file.digest.hex).cab"))
    #expect(stored.validator == "\"\(content.file.digest.hex)\"")
    let status = try Folder(path: state.path + "/content/" + content.file.digest.folder).status(stored.name.text)
    #expect(status?.permissions == 0o444)
    #expect(status?.modified == stored.modified && status?.size == 1_000)
    #expect(try state.names("staging").isEmpty)
    let again = try store.open(content.file.digest).file
    #expect(again == stored)
  }

  @Test(
    "SSS-265: a hostile file name becomes no path",
    arguments: [
      "../../../etc/passwd", "/etc/shadow", "a.c/b", "x.cab/../..", "x.\0ab", "x.ca b", "x.verylongextension", "..",
      "x.",
      "C:\\x.exe:stream", "x.ćab",
    ])
  func hostileNames(name: String) async throws {
    let content = try TestContent(size: 10, name: name)
    let stored = try await store.ingest(content.file, content.bytes)
    #expect(stored.path.hasPrefix("\(state.path)/content/\(content.file.digest.folder)/\(content.file.digest.hex)"))
    #expect(ContentName(stored.name.text) == stored.name)
    #expect(try state.names("content") == [content.file.digest.folder])
  }

  @Test("any extension finds the file, also one never met before")
  func extensions() async throws {
    let content = try TestContent(size: 10, name: "x.zzz")
    try await store.ingest(content.file, content.bytes)
    let fresh = try ContentStore(state: state.path)
    #expect(try fresh.open(content.file.digest, fileExtension: "cab").file.name.fileExtension == "zzz")
    #expect(try fresh.open(content.file.digest, fileExtension: "../../x").file.size == 10)
  }

  @Test("quarantine keeps the bytes and a note with both values, when and from where")
  func note() async throws {
    let content = try TestContent(size: 1_000)
    let other = try TestContent(size: 1_000, seed: 2)
    await #expect(throws: ContentStoreError.self) { try await store.ingest(content.file, other.bytes) }
    let hex = content.file.digest.hex
    #expect(try state.names("quarantine") == ["\(hex).bad", "\(hex).json"])
    #expect(try DurableFile.read("\(state.path)/quarantine/\(hex).bad", limit: 2_000) == other.bytes)
    let data = Data(try DurableFile.read("\(state.path)/quarantine/\(hex).json", limit: 4_000))
    let note = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(note["expectedSHA1"] as? String == hex)
    #expect(note["actualSHA1"] as? String == other.file.digest.hex)
    #expect(note["source"] as? String == "test")
    #expect((note["when"] as? String).flatMap { Timestamp($0) } != nil)
    #expect(try state.names("staging").isEmpty)
  }

  @Test("a second ingest waits for the first and gets its error")
  func sharedFailure() async throws {
    let content = try TestContent(size: 1_000)
    let session = try await store.session(content.file)
    async let second = store.beginIngest(content.file)
    try await session.append([UInt8](repeating: 0, count: 1_000))
    // Whether the second asked before or after the end, the file is not there and it never hangs.
    await #expect(throws: ContentStoreError.self) { _ = try await session.commit() }
    if case .present? = try? await second { Issue.record("a refused file is present") }
    try await store.ingest(content.file, content.bytes)
  }

  @Test("a waiting ingest can be cancelled, and a dropped session lets the next one in")
  func waiting() async throws {
    let content = try TestContent(size: 1_000)
    var session: IngestSession? = try await store.session(content.file)
    try await session?.append([1, 2, 3])
    let store = store
    let file = content.file
    let waiter = Task { try await store.beginIngest(file) }
    waiter.cancel()
    await #expect(throws: CancellationError.self) { _ = try await waiter.value }
    session = nil
    try await store.ingest(content.file, content.bytes)
    #expect(try await store.contents(file.digest) == content.data)
  }

  @Test("the validator and the source live beside the part file, and go with a restart")
  func validators() async throws {
    let content = try TestContent(size: 1_000)
    let first = try await store.session(content.file)
    try await first.restart(validator: "\"etag-1\"", source: "http://uss/Content/x")
    try await first.append(Array(content.bytes.prefix(400)))
    try await first.park()
    let fresh = try ContentStore(state: state.path)
    let second = try await fresh.session(content.file)
    #expect(await second.offset == 400)
    #expect(await second.validator == "\"etag-1\"")
    #expect(await second.source == "http://uss/Content/x")
    try await second.restart(validator: String(repeating: "x", count: 5_000))
    #expect(await second.offset == 0)
    #expect(await second.validator == nil)
    try await second.feed(content.bytes)
    #expect(try await second.commit().size == 1_000)
  }

  @Test("a part file of another declared size, or longer than it, is not continued")
  func otherDeclaration() async throws {
    let content = try TestContent(size: 1_000)
    let first = try await store.session(content.declared(size: 2_000))
    try await first.restart(validator: "\"a\"")
    try await first.append(Array(content.bytes.prefix(400)))
    try await first.park()
    let second = try await store.session(content.file)
    #expect(await second.offset == 0)
    try await second.feed(content.bytes)
    _ = try await second.commit()
  }

  @Test("damage in a part file between two runs is refused at the end")
  func damagedPart() async throws {
    let content = try TestContent(size: 1_000)
    let first = try await store.session(content.file)
    try await first.append(Array(content.bytes.prefix(400)))
    try await first.park()
    try DurableFile.write(
      [UInt8](repeating: 0, count: 400), to: "\(state.path)/staging/\(content.file.digest.hex).part")
    await #expect(throws: ContentStoreError.self) { try await store.ingest(content.file, content.bytes) }
    try await store.ingest(content.file, content.bytes)
    #expect(try await store.verify(content.file.digest) == nil)
  }

  @Test("an ended session takes no more, and parking it again does nothing")
  func ended() async throws {
    let content = try TestContent(size: 1_000)
    let session = try await store.session(content.file)
    try await session.feed(content.bytes)
    _ = try await session.commit()
    await #expect(throws: ContentStoreError.sessionClosed(digest: content.file.digest)) {
      try await session.append([1])
    }
    await #expect(throws: ContentStoreError.self) { _ = try await session.commit() }
    try await session.park()
  }

  @Test("a stored file of another length than declared makes way for the right one")
  func wrongLengthPresent() async throws {
    let content = try TestContent(size: 1_000)
    try await store.ingest(content.file, content.bytes)
    truncate(state.path(of: content.file), 10)
    try await store.ingest(content.file, content.bytes)
    #expect(try await store.contents(content.file.digest) == content.data)
    #expect(try await store.statistics().quarantine.files == 1)
  }

  @Test("another process that writes the same part file is respected")
  func elsewhere() async throws {
    let content = try TestContent(size: 1_000)
    let other = try ContentStore(state: state.path)
    let session = try await other.session(content.file)
    await #expect(throws: ContentStoreError.ingestElsewhere(digest: content.file.digest)) {
      _ = try await store.beginIngest(content.file)
    }
    try await session.park()
    try await store.ingest(content.file, content.bytes)
  }
}
