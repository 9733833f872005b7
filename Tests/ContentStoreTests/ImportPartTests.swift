import ContentStore
import Foundation
import Platform
import Sealing
import Testing
import UpdateModel

@Suite struct ImportPartTests {
  private let state: TemporaryState
  private let store: ContentStore
  private let content: TestContent
  private let name = "split"
  private let parts: [Range<Int64>] = [0..<1_100_000, 1_100_000..<2_200_000, 2_200_000..<2_500_000]

  init() throws {
    state = try TemporaryState()
    store = try ContentStore(state: state.path)
    content = try TestContent(size: 2_500_000)
  }

  @Test(
    "parts come in any order, and the last one makes the file whole", arguments: [[0, 1, 2], [2, 0, 1], [1, 2, 0]])
  func anyOrder(order: [Int]) async throws {
    let staging = try await store.beginImport(name)
    for number in order.dropLast() {
      guard case .partial? = try await staging.store(content, part: parts[number]) else {
        Issue.record("part \(number) made the file whole")
        return
      }
    }
    #expect(try await staging.place(content) == .partial(missing: [parts[order[2]]]))
    #expect(try await staging.store(content, part: parts[order[2]]) == .staged)
    #expect(try await staging.store(content, part: parts[0]) == nil)
    #expect(try await staging.publish().published.files == 1)
    #expect(try await store.contents(content.file.digest) == content.data)
  }

  @Test("parts come in several runs, and an import with unfinished files stays after publishing the others")
  func severalRuns() async throws {
    let other = try TestContent(size: 1_000, seed: 2)
    for number in [2, 0] {
      let staging = try await store.beginImport(name)
      try await staging.store(content, part: parts[number])
      try await staging.store(other)
      try await staging.close()
    }
    let third = try await store.beginImport(name)
    #expect(try await third.place(content) == .partial(missing: [parts[1]]))
    #expect(try await third.store(content, part: parts[0]) == nil)
    #expect(try await third.publish().published.files == 1)
    #expect(try await store.contains(content.file.digest) == false)
    let fourth = try await store.beginImport(name)
    #expect(try await fourth.place(other) == .stored)
    #expect(try await fourth.store(content, part: parts[1]) == .staged)
    _ = try await fourth.publish()
    #expect(try await store.contents(content.file.digest) == content.data)
  }

  @Test("a part that no checkpoint covered does not count, though its bytes are there")
  func uncovered() async throws {
    do {
      let staging = try await store.beginImport(name)
      try await staging.store(content, part: parts[1])
      try await staging.checkpoint()
      try await staging.store(content, part: parts[0])
      staging.leave()
    }
    let again = try await store.beginImport(name)
    #expect(try await again.place(content) == .partial(missing: [parts[0], parts[2]]))
  }

  @Test("a wrong part is refused with both values and leaves the others")
  func wrongPart() async throws {
    let staging = try await store.beginImport(name)
    try await staging.store(content, part: parts[0])
    let expected = try FileDigester.digests(of: content.part(parts[1])).sha256
    let wrong = [UInt8](repeating: 7, count: parts[1].count)
    let writer = try #require(try await staging.begin(content.announced(), part: parts[1], sha256: expected))
    try await writer.feed(wrong)
    let error = ContentStoreError.partMismatch(
      digest: content.file.digest, offset: 1_100_000, expected: expected,
      actual: try FileDigester.digests(of: wrong).sha256)
    await #expect(throws: error) { _ = try await writer.finish() }
    #expect(try await staging.place(content) == .partial(missing: [1_100_000..<2_500_000]))
    try await staging.store(content, part: parts[1])
    #expect(try await staging.store(content, part: parts[2]) == .staged)
  }

  @Test("mix-and-match: right parts of a file that is not the announced one are removed for good")
  func wrongWhole() async throws {
    let other = try TestContent(size: 2_500_000, seed: 9)
    let lie = ImportFile(
      name: ContentName(content.file), size: 2_500_000, sha256: try #require(other.file.sha256))
    let staging = try await store.beginImport(name)
    for part in parts.dropLast() { try await put(part, of: other, as: lie, in: staging) }
    try await staging.checkpoint()
    let error = ContentStoreError.digestMismatch(expected: content.file.digest, actual: other.file.digest)
    await #expect(throws: error) { try await put(parts[2], of: other, as: lie, in: staging) }
    #expect(try state.staged(name).isEmpty)
    try await staging.store(content, part: parts[2])
    try await staging.close()
    let again = try await store.beginImport(name)
    #expect(try await again.place(content) == .partial(missing: [0..<2_200_000]))
  }

  private func put(
    _ part: Range<Int64>, of content: TestContent, as file: ImportFile, in staging: ImportStaging
  ) async throws {
    let sha256 = try FileDigester.digests(of: content.part(part)).sha256
    let writer = try #require(try await staging.begin(file, part: part, sha256: sha256))
    try await writer.feed(content.part(part))
    _ = try await writer.finish()
  }
}
