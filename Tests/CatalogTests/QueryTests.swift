import Catalog
import Testing
import UpdateModel

struct QueryTests {
  let folder = try! TemporaryFolder()

  private func catalogue() async throws -> Catalog {
    let catalog = try await folder.catalog()
    try await catalog.add(
      .configuration,
      [
        revision(1, kind: .category(.productFamily), title: "Windows"),
        revision(2, kind: .category(.product), title: "Windows Server 2025", categories: [1]),
        revision(3, kind: .category(.product), title: "Office 2021"),
        revision(8, kind: .category(.updateClassification), title: "Security Updates"),
      ])
    try await catalog.add(
      .updates,
      [
        revision(11, title: "2026-01 Cumulative Update (KB5050001)", categories: [2, 8]) {
          $0.kbArticles = ["5050001"]
          $0.files = [file(1), file(2)]
          $0.localized.append(
            LocalizedProperties(language: "de", title: "Kumulatives Update", description: "Behebt Fehler in Ämtern"))
        },
        revision(12, title: "2026-02 Cumulative Update", categories: [2, 8]) {
          $0.kbArticles = ["5050002"]
          $0.supersededUpdates = [guid(11)]
          $0.bundledUpdates = [BundleClause(identities: [identity(13)])]
          $0.eulaID = guid(70)
        },
        revision(13, title: "Member") {
          $0.isExplicitlyDeployable = false
          $0.files = [file(3)]
        }, revision(14, title: "Office patch", categories: [3]),
      ])
    return catalog
  }

  private func found(_ catalog: Catalog, _ change: (inout UpdateQuery) -> Void) async throws -> [Int] {
    var query = UpdateQuery()
    change(&query)
    return try await catalog.updates(query).map { Int($0.identity.updateID.low & 0xFFFF) }
  }

  @Test("updates are found by product family, classification, supersedence, approval and missing files")
  func conditions() async throws {
    let catalog = try await catalogue()
    #expect(try await found(catalog) { _ in } == [11, 12, 14])
    #expect(try await found(catalog) { $0.includesNotDeployable = true } == [11, 12, 13, 14])
    #expect(try await found(catalog) { $0.categories = [guid(1)] } == [11, 12])
    #expect(try await found(catalog) { $0.classifications = [guid(8)] } == [11, 12])
    #expect(try await found(catalog) { $0.isSuperseded = true } == [11])
    #expect(try await found(catalog) { $0.isSuperseded = false } == [12, 14])
    #expect(try await found(catalog) { $0.needsFiles = true } == [11, 12])
    try await catalog.markPresent([digest(3)])
    #expect(try await found(catalog) { $0.needsFiles = true } == [11])
    try await catalog.approve(ApprovalRequest(updateID: guid(12), targetGroupID: allComputers))
    try await catalog.decline(guid(14))
    #expect(try await found(catalog) { $0.approval = .install } == [12])
    #expect(try await found(catalog) { $0.approval = .declined } == [14])
    #expect(try await found(catalog) { $0.approval = .notApproved } == [11])
  }

  @Test(
    "text is found in titles of any language, descriptions and KB articles, indexed or not", arguments: [false, true])
  func text(isIndexed: Bool) async throws {
    let catalog = try await catalogue()
    if isIndexed { #expect(try await catalog.indexText(limit: 100) == 0) }
    #expect(try await found(catalog) { $0.text = "cumulative" } == [11, 12])
    #expect(try await found(catalog) { $0.text = "UPDATE 2026-02" } == [12])
    #expect(try await found(catalog) { $0.text = "KB5050002" } == [12])
    #expect(try await found(catalog) { $0.text = "ämter" } == [11])
    #expect(try await found(catalog) { $0.text = "kumul" } == [11])
    #expect(try await found(catalog) { $0.text = "of" } == [14])
    #expect(try await found(catalog) { $0.text = "\"quoted' OR" } == [])
  }

  @Test("a revision staged while newer ones are indexed is indexed after its publication")
  func indexWaits() async throws {
    let catalog = try await folder.catalog()
    try await catalog.stage(.configuration, [revision(1, title: "Early bird")])
    try await catalog.add(.updates, [revision(2, title: "Second mouse")])
    try await catalog.indexText(limit: 100)
    try await catalog.publish(.configuration)
    try await catalog.indexText(limit: 100)
    #expect(try await found(catalog) { $0.text = "early" } == [1])
    #expect(try await found(catalog) { $0.text = "mouse" } == [2])
  }

  @Test("pages of updates meet without gap or overlap")
  func pages() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, (1...25).map { revision($0) })
    var query = UpdateQuery()
    query.limit = 10
    var seen: [UpdateIdentity] = []
    while let last = try await {
      seen += try await catalog.updates(query).map(\.identity); return try await catalog.updates(query).last
    }() {
      query.after = last.revisionID
    }
    #expect(seen == (1...25).map { identity($0) })
  }

  @Test("WUSP-136: each revision is one row, with its UpdateID, its number and its type")
  func rows() async throws {
    let catalog = try await folder.catalog()
    let revisions = [revision(1, 1), revision(1, 2), revision(2, kind: .driver)]
    try await catalog.add(.updates, revisions)
    var ids: Set<RevisionID> = []
    for known in revisions {
      let row = try #require(try await catalog.update(known.metadata.identity)).row
      #expect(row.identity == known.metadata.identity)
      #expect(row.kind == known.metadata.kind)
      ids.insert(row.revisionID)
    }
    #expect(ids.count == 3)
  }

  @Test("SSS-177, SSS-178, SSS-182: details hold files with all digests, the EULA and every relation")
  func details() async throws {
    let catalog = try await catalogue()
    let old = try #require(try await catalog.update(guid(11), language: "de"))
    #expect(old.row.title == "Kumulatives Update")
    #expect(old.row.classification == "Security Updates")
    #expect(old.row.missingFiles == 2)
    #expect(old.files.map(\.file) == [file(1), file(2)])
    #expect(old.supersededBy.map(\.updateID) == [guid(12)])
    #expect(old.categories.map(\.title) == ["Windows Server 2025"])
    #expect(old.classifications.map(\.title) == ["Security Updates"])
    let new = try #require(try await catalog.update(guid(12)))
    #expect(new.supersedes.map(\.title) == ["2026-01 Cumulative Update (KB5050001)"])
    #expect(new.bundles.map(\.title) == ["Member"])
    #expect(new.row.files == 1)
    #expect(new.eulaID == guid(70))
    #expect(!new.isEULAAccepted)
    #expect(new.prerequisites.map(\.updateIDs) == [[guid(2)], [guid(8)]])
    let member = try #require(try await catalog.update(identity(13)))
    #expect(member.bundledBy.map(\.title) == ["2026-02 Cumulative Update"])
    #expect(try await catalog.update(guid(999)) == nil)
    #expect(try await catalog.document(identity(13)) == revision(13).document)
  }

  @Test("SSS-173, SSS-174: categories and classifications are told apart, with names, parents and updates")
  func categories() async throws {
    let rows = try await catalogue().categories()
    #expect(rows.map(\.title) == ["Windows", "Windows Server 2025", "Office 2021", "Security Updates"])
    #expect(rows.map(\.type) == [.productFamily, .product, .product, .updateClassification])
    #expect(rows[1].parents == [guid(1)])
    #expect(rows.map(\.updates) == [0, 2, 1, 2])
  }

  @Test("a misspelt product is answered with the nearest known names")
  func nearest() async throws {
    let catalog = try await catalogue()
    let names = try await catalog.nearestCategoryNames(to: "Windws Server 2052", classifications: false, limit: 1)
    #expect(names == ["Windows Server 2025"])
    #expect(try await catalog.nearestCategoryNames(to: "securty", classifications: true) == ["Security Updates"])
    #expect(try await catalog.nearestCategoryNames(to: "office", classifications: false, limit: 1) == ["Office 2021"])
  }

  @Test("SSS-172: counts tell detectoids, categories, classifications and updates apart")
  func counts() async throws {
    let catalog = try await catalogue()
    try await catalog.add(.configuration, [revision(6, kind: .detectoid)])
    try await catalog.stage(.updates, [revision(15)])
    let counts = try await catalog.counts()
    #expect(counts.categories == 3)
    #expect(counts.classifications == 1)
    #expect(counts.detectoids == 1)
    #expect(counts.updates == 4)
    #expect(counts.stagedRevisions == 1)
    #expect(counts.supersededUpdates == 1)
    #expect(counts.groups == 2)
  }
}
