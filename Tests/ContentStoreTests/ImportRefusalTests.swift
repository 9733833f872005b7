import ContentStore
import Foundation
import Platform
import Sealing
import Testing
import UpdateModel

@Suite struct ImportRefusalTests {
  private let state: TemporaryState
  private let store: ContentStore
  private let content: TestContent
  private let name = "refused"

  init() throws {
    state = try TemporaryState()
    store = try ContentStore(state: state.path)
    content = try TestContent(size: 2_500_000)
  }

  private func expectNothing(_ staging: ImportStaging) async throws {
    #expect(try state.staged(name).isEmpty)
    #expect(try await staging.place(content) == .absent)
    try await staging.store(content)
    #expect(try await staging.publish().published.files == 1)
    #expect(try await store.contents(content.file.digest) == content.data)
  }

  @Test("bytes with another SHA-1 are removed, both values are told, and the right ones can follow")
  func otherSHA1() async throws {
    let staging = try await store.beginImport(name)
    let wrong = try TestContent(size: 2_500_000, seed: 9)
    let writer = try #require(try await staging.begin(content.announced(sha256: wrong.file.sha256)))
    try await writer.feed(wrong.bytes)
    let expected = ContentStoreError.digestMismatch(expected: content.file.digest, actual: wrong.file.digest)
    await #expect(throws: expected) { _ = try await writer.finish() }
    try await expectNothing(staging)
  }

  @Test("bytes with another SHA-256 are removed")
  func otherSHA256() async throws {
    let staging = try await store.beginImport(name)
    let other = try #require(try TestContent(size: 1, seed: 9).file.sha256)
    let file = try content.announced(sha256: other)
    let writer = try #require(try await staging.begin(file))
    try await writer.feed(content.bytes)
    let expected = ContentStoreError.sha256Mismatch(
      digest: file.digest, expected: other, actual: try #require(content.file.sha256))
    await #expect(throws: expected) { _ = try await writer.finish() }
    await #expect(throws: expected) { try await staging.add([ImportBytes(file: file, bytes: content.bytes)]) }
    try await expectNothing(staging)
  }

  @Test("too many bytes end the writer at once, too few at its end")
  func otherLength() async throws {
    let staging = try await store.beginImport(name)
    let writer = try #require(try await staging.begin(content.announced()))
    let long = ContentStoreError.lengthMismatch(digest: content.file.digest, expected: 2_500_000, actual: 2_500_001)
    await #expect(throws: long) { try await writer.append(content.bytes + [0]) }
    await #expect(throws: ContentStoreError.sessionClosed(digest: content.file.digest)) {
      try await writer.append([1])
    }
    let second = try #require(try await staging.begin(content.announced()))
    try await second.append(Array(content.bytes.dropLast()))
    let short = ContentStoreError.lengthMismatch(digest: content.file.digest, expected: 2_500_000, actual: 2_499_999)
    await #expect(throws: short) { _ = try await second.finish() }
    try await expectNothing(staging)
  }

  @Test("declarations that cannot be are refused before a byte is written")
  func declarations() async throws {
    let staging = try await store.beginImport(name)
    await #expect(throws: ContentStoreError.self) { _ = try await staging.begin(content.announced(size: -1)) }
    let sha256 = try #require(content.file.sha256)
    await #expect(throws: ContentStoreError.self) {
      _ = try await staging.begin(content.announced(), part: 0..<2_500_001, sha256: sha256)
    }
    try await expectNothing(staging)
  }

  @Test("one file has one writer, and a dropped or abandoned one lets the next in")
  func oneWriter() async throws {
    let staging = try await store.beginImport(name)
    var writer = try await staging.begin(content.announced())
    try await writer?.append(content.bytes)
    await #expect(throws: ContentStoreError.ingestElsewhere(digest: content.file.digest)) {
      _ = try await staging.begin(content.announced())
    }
    await writer?.abandon()
    #expect(try state.staged(name).isEmpty)
    writer = try await staging.begin(content.announced())
    try await writer?.append([1])
    writer = nil
    try await staging.store(content)
    #expect(try await staging.publish().published.files == 1)
  }

  @Test("link attack: links in an import are neither followed nor kept")
  func links() async throws {
    let staging = try await store.beginImport(name)
    try await staging.close()
    let outside = state.path + "/outside"
    try DurableFile.write([1, 2, 3], to: outside)
    let folder = "\(state.path)/staging/import/\(name)"
    symlink(outside, "\(folder)/\(content.file.contentName)")
    try FileManager.default.removeItem(atPath: folder + "/journal")
    symlink(outside, folder + "/journal")
    let again = try await store.beginImport(name)
    try await expectNothing(again)
    #expect(try DurableFile.read(outside, limit: 10) == [1, 2, 3])
  }

  @Test("link attack: an import whose folder is a link is not opened")
  func linkedFolder() async throws {
    _ = try Folder.make(path: state.path + "/staging/import")
    _ = try Folder.make(path: state.path + "/elsewhere")
    symlink(state.path + "/elsewhere", "\(state.path)/staging/import/\(name)")
    await #expect(throws: ContentStoreError.self) { _ = try await store.beginImport(name) }
    #expect(try state.names("elsewhere").isEmpty)
  }
}
