import ContentStore
import Foundation
import Platform
import Testing
import UpdateModel

@Suite struct LinkAttackTests {
  private let state: TemporaryState
  private let store: ContentStore
  private let content: TestContent

  init() throws {
    state = try TemporaryState()
    store = try ContentStore(state: state.path)
    content = try TestContent(size: 1_000)
    try FileManager.default.createDirectory(atPath: state.path + "/outside", withIntermediateDirectories: true)
  }

  @Test("link attack: a link in place of a stored file is neither opened nor verified nor collected")
  func linkedFile() async throws {
    try DurableFile.write(content.bytes, to: state.path + "/outside/victim")
    _ = try Folder.make(path: "\(state.path)/content/\(content.file.digest.folder)")
    symlink(state.path + "/outside/victim", state.path(of: content.file))
    #expect(throws: ContentStoreError.notRegular(path: state.path(of: content.file))) {
      _ = try store.open(content.file.digest, fileExtension: "cab").file
    }
    let report = try await store.verifyAll(VerifyOptions(withdrawsBadFiles: true))
    #expect(report.files == 0)
    #expect(report.foreign == ["\(content.file.digest.folder)/\(content.file.contentName)"])
    _ = try await store.collectGarbage(preview: false) { _ in [] }
    #expect(try DurableFile.read(state.path + "/outside/victim", limit: 2_000) == content.bytes)
  }

  @Test("link attack: a link in place of a folder stops the ingest before anything leaves the store")
  func linkedFolder() async throws {
    symlink(state.path + "/outside", "\(state.path)/content/\(content.file.digest.folder)")
    await #expect(throws: ContentStoreError.self) { try await store.ingest(content.file, content.bytes) }
    #expect(try state.names("outside").isEmpty)
    #expect(try await store.verifyAll().foreign == [content.file.digest.folder])
    #expect(try await store.statistics().foreignNames == 1)
  }

  @Test("link attack: a link in place of a part file or its sidecar is replaced, not followed")
  func linkedPart() async throws {
    try DurableFile.write([1], to: state.path + "/outside/victim")
    for suffix in [".part", ".json", ".json.new"] {
      symlink("../outside/victim", "\(state.path)/staging/\(content.file.digest.hex)\(suffix)")
    }
    do { try await store.ingest(content.file, content.bytes) } catch is ContentStoreError {}
    #expect(try DurableFile.read(state.path + "/outside/victim", limit: 2_000) == [1])
    try? FileManager.default.removeItem(atPath: "\(state.path)/staging/\(content.file.digest.hex).json.new")
    try await store.ingest(content.file, content.bytes)
    #expect(try DurableFile.read(state.path + "/outside/victim", limit: 2_000) == [1])
    #expect(try await store.contents(content.file.digest) == content.data)
  }

  @Test("foreign names are reported and left alone")
  func foreign() async throws {
    try await store.ingest(content.file, content.bytes)
    let folder = content.file.digest.folder
    let strange = ["\(folder)/README", "\(folder)/\(content.file.digest.hex.lowercased()).cab", "web.config"]
    for name in strange { try DurableFile.write([1], to: "\(state.path)/content/\(name)") }
    let wrong = "\(state.path)/content/\(folder == "00" ? "01" : "00")"
    _ = try Folder.make(path: wrong)
    try DurableFile.write(content.bytes, to: "\(wrong)/\(content.file.contentName)")
    let report = try await store.verifyAll()
    #expect(report.foreignCount == 4 && report.bad.isEmpty && report.files == 1)
    #expect(Set(strange).isSubset(of: report.foreign))
    _ = try await store.collectGarbage(preview: false) { _ in [] }
    #expect(try state.names("content/\(folder)").count == 2)
  }
}
