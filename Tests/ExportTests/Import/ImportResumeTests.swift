import Catalog
import ContentStore
import Foundation
import Glibc
import Platform
import Sealing
import Synchronization
import TestSupport
import Testing
import UpdateModel

@testable import Export

@Suite("Interrupted imports") struct ImportResumeTests {
  @Test("an import that is cancelled at any point goes on to the same site", arguments: [1, 2, 3, 5, 8, 12, 30, 60])
  func cancelled(stop: Int) async throws {
    let (source, site) = try await sites()
    let before = try await site.seen()
    let reports = Count()
    let task = Task {
      try await site.importer().apply([source.folder.path("disk")]) { _ in
        if reports.add(1) == stop { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    let outcome = await task.result
    if case .failure(let error) = outcome {
      #expect(error is CancellationError)
      #expect(try await Answers(site.catalog) == before.answers)
    }
    let result = try await site.importer().apply([source.folder.path("disk")])
    if case .waiting = result { Issue.record("expected a finished import") }
    #expect(try await Answers(site.catalog) == Answers(source.catalog))
    #expect(try await site.importer().waiting().isEmpty)
  }

  @Test("a disk that cannot be read is named, what was read stays, and another copy continues")
  func unreadable() async throws {
    var (source, site) = try await sites()
    let before = try await site.seen()
    site.medium = MediumReads { path, offset in
      if offset >= 1 << 20 { throw SystemError(call: "pread", path: path, code: EIO) }
    }
    await #expect {
      try await site.importer().apply([source.folder.path("disk")])
    } throws: { error in
      guard case .unreadable(let volume, _, let offset, _)? = error as? ImportError else { return false }
      return volume == "volumes/0001.tar" && offset > 0
    }
    #expect(try await site.seen() == before)
    let waiting = try #require(try await site.importer().waiting().first)
    #expect(waiting.files > 0)
    site.medium = MediumReads()
    let result = try await site.importer().apply([source.folder.path("disk")])
    let applied = try #require(result.applied)
    #expect(applied.files == applied.manifest.counts.contentFiles)
    #expect(try await Answers(site.catalog) == Answers(source.catalog))
  }

  @Test("what was read before is not read again")
  func readsOnce() async throws {
    var (source, site) = try await sites()
    let disk = try AlteredArchive(source.folder.path("disk"))
    try #require(disk.manifest.volumes.count == 2)
    let second = try disk.bytes("volumes/0002.tar")
    try disk.remove("volumes/0002.tar")
    #expect(try await site.importer().apply([disk.path]).waiting == [2])
    try disk.write(second, to: "volumes/0002.tar")
    site.medium = MediumReads { path, _ in
      if path.hasSuffix("0001.tar") { throw SystemError(call: "pread", path: path, code: EIO) }
    }
    #expect(try await site.importer().apply([disk.path]).applied != nil)
    #expect(try await Answers(site.catalog) == Answers(source.catalog))
  }

  @Test("a disk without room is named before anything is read, and the same import goes on with room")
  func fullDisk() async throws {
    let (source, _) = try await sites()
    let site = try await ImportingSite(trusting: [source.key.certificate], minimumFree: 1 << 60)
    let before = try await site.seen()
    await #expect {
      try await site.importer().apply([source.folder.path("disk")])
    } throws: { error in
      guard case .noSpace(let needed, _)? = error as? ContentStoreError else { return false }
      return needed > 0
    }
    #expect(try await site.seen() == before)
    let store = try ContentStore(state: site.state, policy: .sha256Required, minimumFree: 0)
    let importer = ArchiveImport(
      catalog: site.catalog, store: store, state: site.state, serverID: ImportingSite.serverID, clock: site.clock.clock)
    #expect(try await importer.apply([source.folder.path("disk")]).applied != nil)
    #expect(try await Answers(site.catalog) == Answers(source.catalog))
  }

  @Test("a disk that fills up while content is written is named, and the import goes on with room")
  func diskFillsUp() async throws {
    let (source, site) = try await sites()
    let before = try await site.seen()
    var calls = SystemCalls.real
    let written = Count()
    let write = calls.write
    calls.write = { number, bytes, count, offset in
      if written.add(count) > 1_000_000 {
        errno = ENOSPC
        return -1
      }
      return write(number, bytes, count, offset)
    }
    let full = try ContentStore(state: site.state, policy: .sha256Required, minimumFree: 0, calls: calls)
    let importer = ArchiveImport(
      catalog: site.catalog, store: full, state: site.state, serverID: ImportingSite.serverID, clock: site.clock.clock)
    await #expect {
      try await importer.apply([source.folder.path("disk")])
    } throws: { error in
      guard case .noSpace? = error as? ContentStoreError else { return false }
      return true
    }
    #expect(try await site.seen() == before)
    #expect(try await site.importer().apply([source.folder.path("disk")]).applied != nil)
    #expect(try await Answers(site.catalog) == Answers(source.catalog))
  }

  @Test("an import that is discarded leaves nothing, and can begin anew")
  func discarded() async throws {
    let (source, site) = try await sites()
    let disk = try AlteredArchive(source.folder.path("disk"))
    let second = try disk.bytes("volumes/0002.tar")
    try disk.remove("volumes/0002.tar")
    _ = try await site.importer().apply([disk.path])
    #expect(try await site.importer().discard() == [disk.manifest.archiveID])
    #expect(try await site.importer().waiting().isEmpty)
    #expect(try await site.store.stagedImports().isEmpty)
    try disk.write(second, to: "volumes/0002.tar")
    #expect(try await site.importer().apply([disk.path]).applied != nil)
    #expect(try await Answers(site.catalog) == Answers(source.catalog))
  }

  @Test("metadata that stood before a fault is kept, and only the rest is read again")
  func faultInMetadata() async throws {
    let (source, site) = try await sites()
    let disk = try AlteredArchive(source.folder.path("disk"))
    let good = try disk.bytes("volumes/0001.tar")
    let spool = ImportSpool(state: site.state, archiveID: disk.manifest.archiveID)
    let packed = disk.manifest.entries.filter { $0.name.isPacked }
    let last = disk.offset(ofEntry: packed.count - 1) + UstarHeader.blockSize
    try disk.change("volumes/0001.tar") { $0[last] ^= 1 }
    await #expect {
      try await site.importer().apply([disk.path])
    } throws: { ($0 as? ArchiveRefusal)?.step == .volume }
    #expect(try spool.sizes().count == packed.count - 1)
    #expect(try spool.sizes().keys.allSatisfy { $0.hasSuffix(".zst") })
    try disk.write(good, to: "volumes/0001.tar")
    #expect(try await site.importer().apply([disk.path]).applied != nil)
    #expect(try await Answers(site.catalog) == Answers(source.catalog))
  }

  @Test("a packed object that rotted while it waited is read again")
  func rottenSpool() async throws {
    let (source, site) = try await sites()
    let disk = try AlteredArchive(source.folder.path("disk"))
    let second = try disk.bytes("volumes/0002.tar")
    try disk.remove("volumes/0002.tar")
    _ = try await site.importer().apply([disk.path])
    let spool = ImportSpool(state: site.state, archiveID: disk.manifest.archiveID)
    var bytes = try AlteredArchive.read(spool.path + "/metadata-000001.zst")
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: spool.path + "/metadata-000001.zst"))
    try disk.write(second, to: "volumes/0002.tar")
    await #expect(throws: ImportError.self) { try await site.importer().apply([disk.path]) }
    #expect(try await site.importer().apply([disk.path]).applied != nil)
    #expect(try await Answers(site.catalog) == Answers(source.catalog))
  }

  /// An archive of two volumes, and an empty site that trusts its signer.
  private func sites() async throws -> (SourceSite, ImportingSite) {
    let source = try await SourceSite()
    _ = try await source.export().create(
      SourceSite.options { $0.volumeLimit = .bytes(2 << 20) }, into: source.folder.path("disk"), keys: [source.key])
    return (source, try await ImportingSite(trusting: [source.key.certificate]))
  }
}

/// A number that several threads add to.
private final class Count: Sendable {
  private let sum = Mutex(0)

  /// - Returns: the sum after it.
  func add(_ number: Int) -> Int {
    sum.withLock { sum in
      sum += number
      return sum
    }
  }
}
