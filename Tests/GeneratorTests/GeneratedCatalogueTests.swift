import Generator
import Sealing
import Testing
import UpdateModel
import WireFormat

@Suite("A generated catalogue")
struct GeneratedCatalogueTests {
  static let shape = CatalogueShape(revisions: 3_000, seed: 11, contentSize: 3_000_000)
  static let revisions = Result { try all(CatalogueGenerator(shape).revisions()) }

  static func all(_ iterator: RevisionIterator) throws -> [GeneratedRevision] {
    var iterator = iterator
    var revisions: [GeneratedRevision] = []
    while let revision = try iterator.next() { revisions.append(revision) }
    return revisions
  }

  @Test("has exactly the revisions that were asked for, each once", arguments: [1, 40, 41, 100, 777, 3_000])
  func count(revisions: Int) throws {
    let shape = CatalogueShape(revisions: revisions, contentSize: 1_000)
    let made = try Self.all(CatalogueGenerator(shape).revisions())
    #expect(made.count == max(revisions, CatalogueShape.fewestRevisions))
    #expect(Set(made.map(\.metadata.identity)).count == made.count)
  }

  @Test("the same seed gives the same bytes, another seed others")
  func determinism() throws {
    let shape = CatalogueShape(revisions: 400, seed: 5, contentSize: 100_000)
    let first = try Self.all(CatalogueGenerator(shape).revisions())
    #expect(try Self.all(CatalogueGenerator(shape).revisions()) == first)
    var other = shape
    other.seed = 6
    let second = try Self.all(CatalogueGenerator(other).revisions())
    #expect(Set(first.map(\.document)).isDisjoint(with: second.map(\.document)))
    #expect(Set(first.map(\.metadata.identity)).isDisjoint(with: second.map(\.metadata.identity)))
  }

  @Test("its bytes stay the same from version to version")
  func pinned() throws {
    let shape = CatalogueShape(revisions: 60, seed: 1, contentSize: 10_000)
    var digester = try FileDigester()
    for revision in try Self.all(CatalogueGenerator(shape).revisions()) { try digester.update(revision.document) }
    let found = try digester.finish().sha1.hex
    #expect(
      found == "CA8AE808F03147D94D8A18EA867FF4F32AB70B92", "a change here makes every benchmark's catalogue another one"
    )
  }

  @Test("every reference names an earlier revision, so that the graph is closed and without circles")
  func graph() throws {
    var updates: Set<GUID> = []
    var identities: Set<UpdateIdentity> = []
    for revision in try Self.revisions.get() {
      let metadata = revision.metadata
      #expect(metadata.prerequisites.flatMap(\.updateIDs).allSatisfy(updates.contains))
      #expect(metadata.supersededUpdates.allSatisfy(updates.contains))
      #expect(metadata.bundledUpdates.flatMap(\.identities).allSatisfy(identities.contains))
      updates.insert(metadata.identity.updateID)
      identities.insert(metadata.identity)
    }
  }

  @Test("documents read back to their metadata")
  func documents() throws {
    for revision in try Self.revisions.get() {
      let read = try UpdateMetadataParser.parse(revision.document, expecting: revision.metadata.identity)
      #expect(read == revision.metadata)
    }
  }

  @Test("half of the documents are shorter than 6 KB, give or take a seventh, and a few are very long")
  func sizes() throws {
    let sizes = try Self.revisions.get().map(\.document.count).sorted()
    #expect((5_200...6_900).contains(sizes[sizes.count / 2]))
    #expect(sizes[sizes.count * 99 / 100] > 15_000)
    #expect(sizes[0] > 500)
  }

  @Test("declared digests and lengths are those of the content")
  func digests() throws {
    let files = Dictionary(
      try Self.revisions.get().flatMap(\.files).map { ($0.content.seed, $0) }, uniquingKeysWith: { first, _ in first })
    #expect(files.count > 1_000)
    for file in files.values.sorted(by: { $0.content.seed < $1.content.seed }).prefix(300) {
      var digester = try FileDigester()
      for offset in stride(from: 0, to: file.content.length, by: GeneratedContent.chunkSize) {
        try digester.update(file.content.chunk(at: offset))
      }
      #expect(digester.byteCount == file.file.size)
      let digests = try digester.finish()
      #expect(digests.sha1 == file.file.digest && digests.sha256 == file.file.sha256)
      #expect(file.location.digest == file.file.digest)
    }
  }

  @Test("all files together have the wanted size within a twentieth")
  func contentSize() throws {
    let files = try Self.revisions.get().flatMap(\.files)
    let lengths = Dictionary(files.map { ($0.file.digest, $0.content.length) }, uniquingKeysWith: { first, _ in first })
    let sum = Double(lengths.values.reduce(0, +))
    #expect((0.95...1.05).contains(sum / Double(Self.shape.contentSize)))
  }

  @Test("chunks of long content fit together and the last one is cut")
  func chunks() {
    let content = GeneratedContent(seed: 9, length: Int64(GeneratedContent.chunkSize) * 2 + 3)
    let lengths = (0...3).map { content.chunk(at: Int64($0 * GeneratedContent.chunkSize)).count }
    #expect(lengths == [GeneratedContent.chunkSize, GeneratedContent.chunkSize, 3, 0])
    #expect(content.chunk(at: 0) != content.chunk(at: Int64(GeneratedContent.chunkSize)))
  }
}
