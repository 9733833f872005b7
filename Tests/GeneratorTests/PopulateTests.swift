import Catalog
import ContentStore
import Foundation
import Generator
import Testing
import UpdateModel

@Suite("Populating a catalogue")
struct PopulateTests {
  private static let clock: @Sendable () -> Timestamp = { Timestamp(year: 2026, month: 10, day: 20) }

  private func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "generator-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
  }

  @Test("everything is published, its references are there, and its content verifies")
  func whole() async throws {
    try await withFolder { folder in
      let catalog = try await Catalog.open(path: folder + "/catalog.sqlite", clock: Self.clock)
      let store = try ContentStore(state: folder)
      let generator = CatalogueGenerator(CatalogueShape(revisions: 300, seed: 4, contentSize: 400_000))
      let progress = try await generator.populate(catalog, store: store)
      #expect(progress.revisions == 300 && progress.files > 100)
      let counts = try await catalog.counts()
      #expect(counts.stagedRevisions == 0 && counts.updates > 100)
      #expect(counts.liveDeployments > 10 && counts.hiddenUpdates > 0 && counts.unresolvedDeployments == 0)
      let missing = try await catalog.missingReferences(limit: 10)
      #expect(missing.identities.isEmpty)
      #expect(try await catalog.missingPrerequisites(limit: 10).isEmpty)
      let content = try await store.statistics().content
      let present = try await catalog.contentCounts().presentFiles
      #expect(content.bytes == progress.storedBytes && content.files == present)
      for digest in try await store.allDigests() {
        let finding = try await store.verify(digest)
        #expect(finding == nil)
      }
    }
  }

  @Test("groups are nested, and an ended run can be repeated up to the administration")
  func groups() async throws {
    try await withFolder { folder in
      let catalog = try await Catalog.open(path: folder + "/catalog.sqlite", clock: Self.clock)
      let generator = CatalogueGenerator(CatalogueShape(revisions: 120, contentSize: 0))
      try await generator.populate(catalog, store: nil)
      let groups = try await catalog.groups()
      let parents = Set(groups.map(\.parentGroupID))
      #expect(groups.filter { !$0.isBuiltin && parents.contains($0.targetGroupID) }.count == 3)
      let before = try await catalog.counts()
      await #expect(throws: CatalogError.self) { try await generator.populate(catalog, store: nil) }
      #expect(try await catalog.counts().revisions == before.revisions)
    }
  }

  @Test("growth is visible after it was populated")
  func growth() async throws {
    try await withFolder { folder in
      let catalog = try await Catalog.open(path: folder + "/catalog.sqlite", clock: Self.clock)
      let generator = CatalogueGenerator(CatalogueShape(revisions: 300, contentSize: 0))
      try await generator.populate(catalog, store: nil)
      let before = try await catalog.counts()
      let growth = generator.growth(revisions: 60)
      try await growth.populate(catalog, store: nil)
      let after = try await catalog.counts()
      #expect(after.lastSequence > before.lastSequence && after.stagedRevisions == 0)
      #expect(after.hiddenUpdates > before.hiddenUpdates)
      let all = { (counts: CatalogCounts) in
        counts.revisions + counts.categories + counts.classifications + counts.detectoids
      }
      #expect(all(after) == all(before) + 60)
    }
  }
}
