import ContentStore
import Foundation
import Testing
import UpdateModel

/// What every content store backend must pass.
@Suite struct StoreSuiteTests {
  private func backend(
    _ factory: StoreFactory, policy: DigestPolicy = .sha256Required, limit: Int64 = 1 << 20
  ) throws -> any StoreBackend {
    try factory.make(policy, limit)
  }

  private func ingest(_ file: ContentFile, _ bytes: [UInt8], into backend: some StoreBackend) async throws {
    guard let session = try await backend.begin(file) else { return }
    try await session.add(Array(bytes.dropFirst(Int(session.start))))
    try await session.complete()
  }

  private func refuses(
    _ file: ContentFile, _ bytes: [UInt8], _ backend: some StoreBackend, with expected: ContentStoreError
  ) async throws {
    await #expect(throws: expected) { try await ingest(file, bytes, into: backend) }
    #expect(try await backend.bytes(of: file.digest) == nil)
    #expect(try await backend.digests().isEmpty)
  }

  @Test("a file with the declared length and digests is stored, any size", arguments: StoreFactory.all)
  func stores(factory: StoreFactory) async throws {
    let backend = try backend(factory)
    for (index, size) in [0, 1, 65_536, 3_000_001].enumerated() {
      let content = try TestContent(size: size, seed: UInt64(index))
      try await ingest(content.file, content.bytes, into: backend)
      #expect(try await backend.bytes(of: content.file.digest) == content.data)
      #expect(try await backend.problem(of: content.file.digest) == nil)
    }
    #expect(try await backend.digests().count == 4)
  }

  @Test("a file that is there is not written again", arguments: StoreFactory.all)
  func present(factory: StoreFactory) async throws {
    let backend = try backend(factory)
    let content = try TestContent(size: 1_000)
    try await ingest(content.file, content.bytes, into: backend)
    #expect(try await isPresent(content.file, backend))
    #expect(try await isPresent(content.declared(size: .some(nil)), backend))
  }

  private func isPresent(_ file: ContentFile, _ backend: some StoreBackend) async throws -> Bool {
    try await backend.begin(file) == nil
  }

  @Test("SSS-258: bytes with another SHA-1 are never visible and go to quarantine", arguments: StoreFactory.all)
  func wrongDigest(factory: StoreFactory) async throws {
    let backend = try backend(factory)
    let content = try TestContent(size: 1_000)
    let other = try TestContent(size: 1_000, seed: 2)
    try await refuses(
      content.file, other.bytes, backend,
      with: .digestMismatch(expected: content.file.digest, actual: other.file.digest))
    #expect(try await backend.quarantined() == 1)
    try await ingest(content.file, content.bytes, into: backend)
    #expect(try await backend.bytes(of: content.file.digest) == content.data)
  }

  @Test("SSS-259: a right SHA-1 with a wrong SHA-256 is refused, under both policies", arguments: StoreFactory.all)
  func wrongSHA256(factory: StoreFactory) async throws {
    let content = try TestContent(size: 1_000)
    let wrong = try #require(SHA256Digest(bytes: [UInt8](repeating: 7, count: 32)))
    let right = try #require(content.file.sha256)
    for policy in DigestPolicy.allCases {
      try await refuses(
        content.declared(sha256: wrong.bytes), content.bytes, try backend(factory, policy: policy),
        with: .sha256Mismatch(digest: content.file.digest, expected: wrong, actual: right))
    }
  }

  @Test("a file without SHA-256 is refused before a byte, unless the policy allows it", arguments: StoreFactory.all)
  func missingSHA256(factory: StoreFactory) async throws {
    let content = try TestContent(size: 1_000, declaresSHA256: false)
    let strict = try backend(factory)
    await #expect(throws: ContentStoreError.sha256Missing(digest: content.file.digest)) {
      try await begin(content.file, strict)
    }
    let lenient = try backend(factory, policy: .sha1Allowed)
    try await ingest(content.file, content.bytes, into: lenient)
    #expect(try await lenient.bytes(of: content.file.digest) == content.data)
  }

  private func begin(_ file: ContentFile, _ backend: some StoreBackend) async throws {
    _ = try await backend.begin(file)
  }

  @Test("a short body is refused with both lengths", arguments: StoreFactory.all)
  func short(factory: StoreFactory) async throws {
    let content = try TestContent(size: 1_000)
    try await refuses(
      content.file, Array(content.bytes.dropLast()), try backend(factory),
      with: .lengthMismatch(digest: content.file.digest, expected: 1_000, actual: 999))
  }

  @Test("a long body is refused at its first byte too many", arguments: StoreFactory.all)
  func long(factory: StoreFactory) async throws {
    let content = try TestContent(size: 1_000)
    try await refuses(
      content.file, content.bytes + [0], try backend(factory),
      with: .lengthMismatch(digest: content.file.digest, expected: 1_000, actual: 1_001))
  }

  @Test("a file of undeclared size is bounded by the setting", arguments: StoreFactory.all)
  func unsized(factory: StoreFactory) async throws {
    let content = try TestContent(size: 1_001)
    let file = content.declared(size: .some(nil))
    try await refuses(
      file, content.bytes, try backend(factory, limit: 1_000), with: .tooLong(digest: file.digest, limit: 1_000))
    let roomy = try backend(factory, limit: 1_001)
    try await ingest(file, content.bytes, into: roomy)
    #expect(try await roomy.bytes(of: file.digest) == content.data)
  }

  @Test("a negative size and a SHA-256 of the wrong length are refused", arguments: StoreFactory.all)
  func malformed(factory: StoreFactory) async throws {
    let content = try TestContent(size: 10)
    let backend = try backend(factory, policy: .sha1Allowed)
    for file in [content.declared(size: -1), content.declared(sha256: [1, 2, 3])] {
      await #expect(throws: ContentStoreError.self) { try await begin(file, backend) }
    }
  }

  @Test("a parked session goes on where it stopped", arguments: StoreFactory.all)
  func parks(factory: StoreFactory) async throws {
    let backend = try backend(factory)
    let content = try TestContent(size: 300_000)
    try await park(content, upTo: 123_456, backend)
    #expect(try await backend.bytes(of: content.file.digest) == nil)
    #expect(try await resumeOffset(content.file, backend) == 123_456)
    try await ingest(content.file, content.bytes, into: backend)
    #expect(try await backend.bytes(of: content.file.digest) == content.data)
  }

  private func park(_ content: TestContent, upTo count: Int, _ backend: some StoreBackend) async throws {
    let session = try #require(try await backend.begin(content.file))
    try await session.add(Array(content.bytes.prefix(count)))
    try await session.leave()
  }

  private func resumeOffset(_ file: ContentFile, _ backend: some StoreBackend) async throws -> Int64 {
    let session = try #require(try await backend.begin(file))
    let offset = await session.start
    try await session.leave()
    return offset
  }

  @Test("eight tasks that ingest one digest write it once", arguments: StoreFactory.all)
  func concurrent(factory: StoreFactory) async throws {
    let backend = try backend(factory)
    let content = try TestContent(size: 500_000)
    let writers = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 { group.addTask { try await self.writes(content, backend) } }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(writers == 1)
    #expect(try await backend.bytes(of: content.file.digest) == content.data)
  }

  private func writes(_ content: TestContent, _ backend: some StoreBackend) async throws -> Bool {
    guard let session = try await backend.begin(content.file) else { return false }
    try await session.add(content.bytes)
    try await session.complete()
    return true
  }

  @Test("damaged bytes are found, withdrawn and stored anew", arguments: StoreFactory.all)
  func damaged(factory: StoreFactory) async throws {
    let backend = try backend(factory)
    let content = try TestContent(size: 10_000)
    try await ingest(content.file, content.bytes, into: backend)
    try await backend.damage(content.file.digest)
    let problem = try await backend.problem(of: content.file.digest)
    guard case .digestMismatch(content.file.digest, _)? = problem else {
      Issue.record("found \(String(describing: problem))")
      return
    }
    #expect(try await backend.withdraw(content.file.digest))
    #expect(try await !backend.withdraw(content.file.digest))
    try await ingest(content.file, content.bytes, into: backend)
    #expect(try await backend.problem(of: content.file.digest) == nil)
  }

  @Test("collection removes what nobody wants, and a preview removes nothing", arguments: StoreFactory.all)
  func collects(factory: StoreFactory) async throws {
    let backend = try backend(factory)
    let contents = try (1...5).map { try TestContent(size: 100, seed: $0) }
    for content in contents { try await ingest(content.file, content.bytes, into: backend) }
    let kept = Set(contents.prefix(2).map(\.file.digest))
    #expect(try await backend.collect(keeping: kept, preview: true) == 3)
    #expect(try await backend.digests().count == 5)
    #expect(try await backend.collect(keeping: kept, preview: false) == 3)
    #expect(try await Set(backend.digests()) == kept)
  }
}
