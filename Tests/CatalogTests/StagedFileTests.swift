import Catalog
import Testing
import UpdateModel

/// Files that published and staged revisions share.
struct StagedFileTests {
  let folder = try! TemporaryFolder()
  let policy = ContentPolicy(isLazy: false)

  /// 1 publishes file 7 as an express file without size or SHA-256.
  private func catalogue() async throws -> Catalog {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [Self.unsized(1, url: "http://mu.example/published")])
    return catalog
  }

  private static func unsized(_ number: Int, url: String?) -> StagedRevision {
    let declared = ContentFile(digest: digest(7), fileName: "file7.CAB", size: nil, patchingType: .express)
    var made = revision(number) { $0.files = [declared] }
    made.locations = [FileLocation(digest: digest(7), muURL: url)]
    return made
  }

  private static func sized(_ number: Int) -> StagedRevision {
    var made = revision(number) { $0.files = [file(7, size: 70)] }
    made.locations = [FileLocation(digest: digest(7), muURL: "http://mu.example/staged")]
    return made
  }

  @Test("a staged revision changes nothing of a file that published revisions show, until it is published")
  func invisible() async throws {
    let catalog = try await catalogue()
    let before = try await catalog.files([digest(7)])
    let counts = try await catalog.contentCounts()
    #expect(before.first?.muURL == "http://mu.example/published")
    try await catalog.stage(.updates, [Self.sized(2), revision(3) { $0.files = [file(8)] }])
    #expect(try await catalog.files([digest(7)]) == before)
    #expect(try await catalog.contentCounts() == counts)
    #expect(try await catalog.wantedFiles(policy, limit: 10) == [])
    try await catalog.publish(.updates)
    let wanted = try await catalog.wantedFiles(policy, limit: 10)
    #expect(wanted.map(\.file.digest) == [digest(7), digest(8)])
    #expect(wanted.first?.muURL == "http://mu.example/staged")
    #expect(wanted.first?.file.size == 70)
    #expect(wanted.first?.file.sha256 != nil)
    #expect(try await catalog.contentCounts().files == 2)
  }

  @Test("an abandoned listing leaves nothing of its revisions in a shared file")
  func abandoned() async throws {
    let catalog = try await catalogue()
    let before = try await catalog.files([digest(7)])
    try await catalog.stage(.updates, [Self.sized(2)])
    try await catalog.abandonListing(.updates, keepingStaged: false)
    #expect(try await catalog.files([digest(7)]) == before)
    try await catalog.add(.updates, [Self.unsized(4, url: nil)])
    #expect(try await catalog.files([digest(7)]) == before)
  }

  @Test("of the values of one publication the first size and the last location hold")
  func order() async throws {
    let catalog = try await folder.catalog()
    try await catalog.stage(.updates, [Self.unsized(1, url: "http://mu.example/a"), Self.sized(2)])
    try await catalog.stage(.updates, [Self.unsized(3, url: "http://mu.example/c"), Self.unsized(4, url: nil)])
    try await catalog.publish(.updates)
    let record = try #require(try await catalog.files([digest(7)]).first)
    #expect(record.muURL == "http://mu.example/c")
    #expect(record.file.size == 70)
  }

  @Test("a file that was found on disk before its revisions came is express when they all say so")
  func foundBefore() async throws {
    let catalog = try await folder.catalog()
    try await catalog.markPresent([digest(7)])
    try await catalog.add(.updates, [revision(1) { $0.files = [file(7, express: true)] }])
    try await catalog.markAbsent([digest(7)])
    #expect(try await catalog.wantedFiles(policy, limit: 10) == [])
    #expect(try await catalog.wantedFiles(ContentPolicy(isLazy: false, includesExpress: true), limit: 10).count == 1)
  }
}
