import Generator
import Testing
import UpdateModel

@Suite("Variety of a generated catalogue")
struct CatalogueVarietyTests {
  private static func metadata() throws -> [UpdateMetadata] {
    try GeneratedCatalogueTests.revisions.get().map(\.metadata)
  }

  @Test("has every kind of revision")
  func kinds() throws {
    let kinds = Set(try Self.metadata().map(\.kind))
    let expected: Set<UpdateKind> = [
      .detectoid, .software, .driver, .category(.company), .category(.productFamily), .category(.product),
      .category(.updateClassification),
    ]
    #expect(kinds == expected)
  }

  @Test("bundles own no files, members own about three each and are not deployable")
  func bundles() throws {
    let all = try Self.metadata()
    let bundles = all.filter { !$0.bundledUpdates.isEmpty }
    let members = Set(bundles.flatMap(\.bundledUpdates).flatMap(\.identities))
    let owners = all.filter { members.contains($0.identity) }
    #expect(bundles.count > 100 && bundles.allSatisfy { $0.files.isEmpty && $0.isExplicitlyDeployable })
    #expect(owners.allSatisfy { !$0.files.isEmpty && !$0.isExplicitlyDeployable })
    let mean = Double(owners.reduce(0) { $0 + $1.files.count }) / Double(owners.count)
    #expect((2.5...3.5).contains(mean))
  }

  @Test("an update with files has as many as were asked for, each once", arguments: [1, 30, 200])
  func filesPerUpdate(count: Int) throws {
    let shape = CatalogueShape(revisions: 200, seed: 3, contentSize: 2_000_000, filesPerUpdate: count)
    let owners = try GeneratedCatalogueTests.all(CatalogueGenerator(shape).revisions()).filter { !$0.files.isEmpty }
    #expect(!owners.isEmpty)
    for owner in owners {
      // Some are runtimes that many updates share, also twice in one; a delta file comes beside them.
      let digests = owner.files.map(\.file.digest)
      #expect(digests.count >= count * 9 / 10 && digests.count <= count + 1)
      #expect(Set(digests).count == digests.count)
    }
  }

  @Test("has express and encrypted files, EULAs, supersedence, older revisions and expired updates")
  func rareThings() throws {
    let all = try Self.metadata()
    let files = all.flatMap(\.files)
    #expect(files.contains { $0.patchingType == .express })
    #expect(files.contains { $0.isEncrypted } && all.contains { $0.needsDecryptionKeys })
    #expect(all.contains { $0.isSecure })
    #expect(all.contains { $0.eulaID != nil } && all.contains { $0.supersededUpdates.count > 2 })
    #expect(all.contains { $0.isExpired } && all.contains { !$0.languages.isEmpty })
    #expect(Set(all.map(\.identity.updateID)).count < all.count)
    #expect(Set(all.compactMap(\.msrcSeverity)) == ["Critical", "Important", "Moderate", "Low"])
  }

  @Test("the product chain is company, family, product; updates belong to a product and a classification")
  func chain() throws {
    let all = try Self.metadata()
    let kinds = Dictionary(all.map { ($0.identity.updateID, $0.kind) }, uniquingKeysWith: { first, _ in first })
    for update in all {
      let parents = update.prerequisites.filter(\.isCategory).flatMap(\.updateIDs).compactMap { kinds[$0] }
      switch update.kind {
      case .category(.productFamily): #expect(parents == [.category(.company)])
      case .category(.product): #expect(parents == [.category(.productFamily)])
      case .software, .driver: #expect(parents == [.category(.product), .category(.updateClassification)])
      default: #expect(parents.isEmpty)
      }
    }
  }

  @Test("titles come in all languages, and no two products share a name")
  func titles() throws {
    let all = try Self.metadata()
    #expect(Set(all.flatMap(\.localized).map(\.language)) == Set(CatalogueShape.knownLanguages))
    let products = CatalogueGenerator(CatalogueShape(revisions: 200_000, contentSize: 0)).products
    #expect(Set(products.map(\.title)).count == products.count)
    #expect(Set(products.map(\.id)).count == products.count)
  }
}
