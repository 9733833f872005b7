import ContentStore
import Foundation
import Platform
import Testing
import UpdateModel

@Suite struct ImportTests {
  private let state: TemporaryState
  private let store: ContentStore
  private let content: TestContent
  private let name = "3f2c6a10-0000-4000-8000-000000000001"

  init() throws {
    state = try TemporaryState()
    store = try ContentStore(state: state.path)
    content = try TestContent(size: 2_500_000)
  }

  @Test("an imported file is invisible until it is published, then it is there, read-only and right")
  func publishes() async throws {
    let staging = try await store.beginImport(name)
    try await staging.store(content)
    #expect(try await staging.place(content) == .staged)
    #expect(try await store.contains(content.file.digest) == false)
    let summary = try await staging.publish()
    #expect(summary.published == ContentStatistics.Tally(files: 1, bytes: 2_500_000))
    #expect(try await store.contents(content.file.digest) == content.data)
    #expect(try await store.verify(content.file.digest, declared: content.file) == nil)
    let attributes = try FileManager.default.attributesOfItem(atPath: state.path(of: content.file))
    #expect(attributes[.posixPermissions] as? Int == 0o444)
    #expect(try state.names("staging/import").isEmpty)
    await #expect(throws: ContentStoreError.importClosed(name: name)) { try await staging.checkpoint() }
  }

  @Test("small files come in batches, also empty ones, and the progress ends at their number")
  func batches() async throws {
    let contents = try (1...40).map { try TestContent(size: $0 == 1 ? 0 : 4_096, seed: $0, name: "a.txt") }
    let staging = try await store.beginImport(name)
    let batch = try contents.map { ImportBytes(file: try $0.announced(), bytes: $0.bytes) }
    try await staging.add(batch)
    try await staging.add(Array(batch.prefix(3)))
    #expect(staging.tally == ContentStatistics.Tally(files: 40, bytes: 39 * 4_096))
    #expect(staging.pending.files == 40)
    try await staging.checkpoint()
    #expect(staging.pending == ContentStatistics.Tally())
    let seen = Seen()
    let summary = try await staging.publish { seen.progress.append($0) }
    #expect(summary.published.files == 40)
    let last = try #require(seen.progress.last)
    #expect(last.files == 40 && last.totalFiles == 40 && last.bytes == 39 * 4_096 && last.totalBytes == last.bytes)
    for content in contents { #expect(try await store.contents(content.file.digest) == content.data) }
  }

  @Test("files that come in while a checkpoint goes on count with the next one")
  func checkpointBesideWriting() async throws {
    let contents = try (1...600).map { try TestContent(size: 100, seed: $0, name: "a.txt") }
    let staging = try await store.beginImport(name)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for start in stride(from: 0, to: contents.count, by: 50) {
        try await staging.add(
          contents[start..<start + 50].map { ImportBytes(file: try $0.announced(), bytes: $0.bytes) })
        group.addTask { try await staging.checkpoint() }
      }
      try await group.waitForAll()
    }
    #expect(staging.pending == ContentStatistics.Tally())
    staging.leave()
    let again = try await store.beginImport(name)
    #expect(again.tally == ContentStatistics.Tally(files: 600, bytes: 60_000))
    for content in contents { #expect(try await again.place(content) == .staged) }
  }

  @Test("many files are opened one after the other, under any extension, and a folder that comes later is found")
  func storedFiles() async throws {
    let files = StoredFiles(store)
    #expect(throws: ContentStoreError.notFound(digest: content.file.digest)) {
      _ = try files.open(content.file.digest)
    }
    let staging = try await store.beginImport(name)
    try await staging.store(content)
    _ = try await staging.publish()
    for fileExtension in [content.file.fileExtension, "other", "../../etc", nil] {
      let file = try files.open(content.file.digest, fileExtension: fileExtension).file
      #expect(file.name == ContentName(content.file) && file.size == 2_500_000)
    }
  }

  /// Written by one publication at a time.
  private final class Seen: @unchecked Sendable { var progress: [ImportProgress] = [] }

  @Test("what a checkpoint covered is there again after the object is gone; what none covered is not")
  func resumes() async throws {
    let other = try TestContent(size: 1_000, seed: 2)
    do {
      let staging = try await store.beginImport(name)
      try await staging.store(content)
      try await staging.checkpoint()
      try await staging.store(other)
      staging.leave()
    }
    let again = try await store.beginImport(name)
    #expect(try await again.place(content) == .staged)
    #expect(try await again.place(other) == .absent)
    #expect(try state.staged(name) == [content.file.contentName])
    #expect(try await again.begin(content.announced()) == nil)
    try await again.store(other)
    #expect(try await again.publish().published.files == 2)
  }

  @Test("an import is held by one at a time, and close gives it up")
  func locked() async throws {
    let first = try await store.beginImport(name)
    await #expect(throws: ContentStoreError.importElsewhere(name: name)) { _ = try await store.beginImport(name) }
    let other = try ContentStore(state: state.path)
    await #expect(throws: ContentStoreError.importElsewhere(name: name)) { _ = try await other.beginImport(name) }
    #expect(try await other.stagedImports().map(\.isHeld) == [true])
    try await first.close()
    #expect(try await other.stagedImports().map(\.isHeld) == [false])
    try await other.beginImport(name).discard()
    #expect(try await other.stagedImports().isEmpty)
    #expect(try state.names("staging/import").isEmpty)
  }

  @Test("names of imports cannot leave their folder", arguments: ["", ".", "..", "a/b", "A", "a b", "a.b"])
  func hostileNames(name: String) async throws {
    await #expect(throws: ContentStoreError.malformedImportName(name)) { _ = try await store.beginImport(name) }
  }

  @Test("a file that the store has is passed over, also under another extension")
  func stored() async throws {
    try await store.ingest(content.file, content.bytes)
    let staging = try await store.beginImport(name)
    let renamed = ImportFile(
      name: try #require(ContentName(content.file.digest.hex + ".zzz")), size: 2_500_000,
      sha256: try #require(content.file.sha256))
    #expect(try await staging.places(of: [content.announced(), renamed]) == [.stored, .stored])
    #expect(try await staging.begin(renamed) == nil)
    try await staging.add([ImportBytes(file: renamed, bytes: content.bytes)])
    #expect(staging.tally.files == 0)
  }

  @Test("publishing never replaces a stored file of the right length, and quarantines one of another")
  func neverReplaces() async throws {
    let short = try TestContent(size: 1_000, seed: 2)
    let staging = try await store.beginImport(name)
    try await staging.store(content)
    try await staging.store(short)
    try await store.ingest(content.file, content.bytes)
    let before = try await store.stored(content.file.digest)?.modified
    _ = try Folder.make(path: "\(state.path)/content/\(short.file.digest.folder)")
    try DurableFile.write([1, 2, 3], to: state.path(of: short.file))
    let summary = try await staging.publish()
    #expect(summary.present == ContentStatistics.Tally(files: 1, bytes: 2_500_000))
    #expect(summary.published == ContentStatistics.Tally(files: 1, bytes: 1_000))
    #expect(try await store.stored(content.file.digest)?.modified == before)
    #expect(try await store.contents(short.file.digest) == short.data)
    #expect(try await store.statistics().quarantine.files == 1)
  }

  @Test("statistics count an import, and a collection leaves it while it is held or young")
  func collected() async throws {
    let staging = try await store.beginImport(name)
    try await staging.store(content)
    try await staging.checkpoint()
    let future = SystemClock.now().adding(seconds: 3_600)
    let counted = ContentStatistics.Tally(files: 1, bytes: 2_500_000)
    #expect(try await store.statistics().imports == counted)
    #expect(try await store.collectGarbage(preview: false, stagingBefore: future) { _ in [] }.imports.files == 0)
    try await staging.close()
    #expect(try await store.collectGarbage(preview: false) { _ in [] }.imports.files == 0)
    let past = SystemClock.now().adding(seconds: -3_600)
    #expect(try await store.collectGarbage(preview: false, stagingBefore: past) { _ in [] }.imports.files == 0)
    #expect(try await store.collectGarbage(preview: true, stagingBefore: future) { _ in [] }.imports == counted)
    #expect(try state.staged(name).count == 1)
    #expect(try await store.collectGarbage(preview: false, stagingBefore: future) { _ in [] }.imports == counted)
    #expect(try await store.statistics().imports.files == 0)
    #expect(try state.names("staging/import").isEmpty)
  }

  @Test("a torn, zeroed or foreign line of the journal is passed over, and nothing is believed without one")
  func tornJournal() async throws {
    let other = try TestContent(size: 12_345, seed: 2)
    let staging = try await store.beginImport(name)
    try await staging.store(content)
    try await staging.store(other)
    try await staging.close()
    let path = "\(state.path)/staging/import/\(name)/journal"
    let lines = String(decoding: try DurableFile.read(path, limit: 10_000), as: UTF8.self)
    #expect(lines.hasPrefix("updatemirror import 1\n"))
    let torn = lines.dropLast(3)
    try DurableFile.write(Array(torn.utf8) + [0, 0, 0], to: path)
    let again = try await store.beginImport(name)
    #expect(try await again.place(content) == .staged)
    #expect(try await again.place(other) == .absent)
    try await again.close()
    try DurableFile.write(Array(lines.replacing("import 1", with: "import 2").utf8), to: path)
    let last = try await store.beginImport(name)
    #expect(last.tally.files == 0)
    #expect(try state.staged(name).isEmpty)
  }

  @Test("a line about a file that is gone does not vouch for the next one of that name")
  func staleLine() async throws {
    let staging = try await store.beginImport(name)
    try await staging.store(content)
    try await staging.close()
    try FileManager.default.removeItem(atPath: "\(state.path)/staging/import/\(name)/\(content.file.contentName)")
    do {
      let second = try await store.beginImport(name)
      #expect(try await second.place(content) == .absent)
      try await second.store(content)
      second.leave()
    }
    let third = try await store.beginImport(name)
    #expect(try await third.place(content) == .absent)
  }
}
