import Generator
import Testing
import UpdateModel

@Suite("A month of growth")
struct CatalogueGrowthTests {
  private let generator = CatalogueGenerator(CatalogueShape(revisions: 1_000, seed: 3, contentSize: 500_000))

  @Test("adds exactly the wanted revisions, new ones and newer ones of old updates, some expired")
  func counts() throws {
    let base = try GeneratedCatalogueTests.all(generator.revisions())
    let growth = try GeneratedCatalogueTests.all(generator.growth(revisions: 200).revisions())
    let known = Dictionary(grouping: base, by: \.metadata.identity.updateID)
    #expect(growth.count == 200)
    let newer = growth.filter { known[$0.metadata.identity.updateID] != nil }
    #expect(!newer.isEmpty && newer.count < growth.count)
    #expect(newer.contains { $0.metadata.isExpired })
    for revision in newer {
      let earlier = known[revision.metadata.identity.updateID, default: []].map(\.metadata.identity.revisionNumber)
      #expect(earlier.allSatisfy { $0 < revision.metadata.identity.revisionNumber })
    }
    #expect(Set((base + growth).map(\.metadata.identity)).count == base.count + growth.count)
  }

  @Test("refers only to what is there, month after month")
  func closed() throws {
    var updates = Set(try GeneratedCatalogueTests.all(generator.revisions()).map(\.metadata.identity.updateID))
    for month in 1...3 {
      let growth = generator.growth(month: month, revisions: 150)
      let made = try GeneratedCatalogueTests.all(growth.revisions())
      var identities: Set<UpdateIdentity> = []
      for metadata in made.map(\.metadata) {
        #expect(metadata.prerequisites.flatMap(\.updateIDs).allSatisfy(updates.contains))
        #expect(metadata.supersededUpdates.allSatisfy(updates.contains))
        #expect(metadata.bundledUpdates.flatMap(\.identities).allSatisfy(identities.contains))
        updates.insert(metadata.identity.updateID)
        #expect(identities.insert(metadata.identity).inserted)
      }
      #expect(made.count == 150 && !growth.declines.isEmpty && growth.declines.allSatisfy(updates.contains))
    }
  }

  @Test("is the same each time")
  func determinism() throws {
    let first = try GeneratedCatalogueTests.all(generator.growth(month: 2, revisions: 90).revisions())
    #expect(try GeneratedCatalogueTests.all(generator.growth(month: 2, revisions: 90).revisions()) == first)
  }
}
