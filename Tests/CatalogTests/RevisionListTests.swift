import Catalog
import Testing
import UpdateModel

struct RevisionListTests {
  let folder = try! TemporaryFolder()

  /// Company 1 > family 2 > product 3, product 4; classifications 8 and 9.
  private func catalogue() async throws -> Catalog {
    let catalog = try await folder.catalog()
    try await catalog.add(
      .configuration,
      [
        revision(1, kind: .category(.company)), revision(2, kind: .category(.productFamily), categories: [1]),
        revision(3, kind: .category(.product), categories: [2]),
        revision(4, kind: .category(.product), categories: [2]),
        revision(5, kind: .category(.product)), revision(6, kind: .detectoid),
        revision(8, kind: .category(.updateClassification)), revision(9, kind: .category(.updateClassification)),
      ])
    try await catalog.add(
      .updates,
      [
        revision(11, categories: [3, 8]), revision(12, categories: [4, 9]),
        revision(13, kind: .driver, categories: [5, 8]),
        revision(14, categories: [3]),
      ])
    return catalog
  }

  private func list(
    _ catalog: Catalog, _ categories: [(Int, Bool)], _ classifications: [(Int, Bool)], after anchor: SyncAnchor? = nil,
    languages: [RevisionFilter.Language]? = nil
  ) async throws -> [UpdateIdentity] {
    let filter = RevisionFilter(
      anchor: anchor, isConfiguration: false, categories: categories.map { .init(id: guid($0.0), isDelta: $0.1) },
      classifications: classifications.map { .init(id: guid($0.0), isDelta: $0.1) }, languages: languages)
    return try await catalog.revisionIDList(filter, dssVersion: .announced).identities
  }

  @Test("SSS-133, SSS-139: GetConfig TRUE lists only categories, classifications and detectoids, whatever the filter")
  func configuration() async throws {
    let catalog = try await catalogue()
    let filter = RevisionFilter(
      anchor: nil, isConfiguration: true, categories: [.init(id: guid(3), isDelta: true)],
      classifications: [.init(id: guid(8), isDelta: true)])
    let list = try await catalog.revisionIDList(filter, dssVersion: .announced)
    #expect(list.identities == [1, 2, 3, 4, 5, 6, 8, 9].map { identity($0) })
  }

  @Test("SSS-134: GetConfig FALSE lists only software and drivers")
  func updates() async throws {
    #expect(try await catalogue().list() == [11, 12, 13, 14].map { identity($0) })
  }

  @Test(
    "SSS-138: an update needs a listed category and a listed classification; a family or company holds its products")
  func filters() async throws {
    let catalog = try await catalogue()
    #expect(try await list(catalog, [(3, true)], [(8, true)]) == [identity(11)])
    #expect(try await list(catalog, [(3, true)], [(9, true)]) == [])
    #expect(try await list(catalog, [(2, true)], [(8, true), (9, true)]) == [identity(11), identity(12)])
    #expect(try await list(catalog, [(1, true)], [(9, true)]) == [identity(12)])
    #expect(try await list(catalog, [(777, true)], [(8, true)]) == [])
  }

  @Test("SSS-140: a one-sided filter selects nothing")
  func oneSided() async throws {
    let catalog = try await catalogue()
    #expect(try await list(catalog, [(3, true)], []) == [])
    #expect(try await list(catalog, [], [(8, true)]) == [])
  }

  @Test("SSS-135: only the highest revision of an update is listed, whatever order they arrive in")
  func highest() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1, 2), revision(1, 1), revision(1, 3)])
    #expect(try await catalog.list() == [identity(1, 3)])
    try await catalog.add(.updates, [revision(1, 5)])
    try await catalog.add(.updates, [revision(1, 4)])
    #expect(try await catalog.list() == [identity(1, 5)])
  }

  @Test(
    "SSS-136, SSS-137: only what changed after the anchor is listed; the anchor comes back unchanged with nothing new")
  func changes() async throws {
    let catalog = try await catalogue()
    let filter = RevisionFilter(anchor: nil, isConfiguration: false)
    let first = try await catalog.revisionIDList(filter, dssVersion: .announced)
    let nothing = RevisionFilter(anchor: first.anchor, isConfiguration: false)
    #expect(
      try await catalog.revisionIDList(nothing, dssVersion: .announced)
        == RevisionIDList(anchor: first.anchor, identities: []))
    try await catalog.add(.updates, [revision(20)])
    #expect(try await catalog.list(after: first.anchor) == [identity(20)])
  }

  @Test("SSS-132: an absent and an empty anchor both mean everything")
  func noAnchor() async throws {
    let catalog = try await catalogue()
    #expect(try await catalog.list(after: SyncAnchor("")) == catalog.list())
  }

  @Test(
    "SSS-131, SSS-387: an unreadable anchor is malformed", arguments: ["x", "1,2", "-1,2026-01-01 00:00:00.000,abc"])
  func malformed(text: String) async throws {
    let catalog = try await catalogue()
    await #expect(throws: CatalogError.malformedAnchor(text)) { try await catalog.list(after: SyncAnchor(text)) }
  }

  @Test("SSS-387: an anchor of another change log, of Windows, or from the future is foreign")
  func foreign() async throws {
    let catalog = try await catalogue()
    let mark = try await catalog.mark()
    let foreign = [
      ChangeMark(sequence: 1, time: mark.time, epoch: "deadbeef"), ChangeMark(sequence: 1, time: mark.time, epoch: ""),
      ChangeMark(sequence: mark.sequence + 1, time: mark.time, epoch: mark.epoch),
    ]
    for mark in foreign {
      let error = await #expect(throws: CatalogError.self) {
        try await catalog.list(after: SyncAnchor(mark.epoch.isEmpty ? "1,\(mark.time.anchorText)" : mark.description))
      }
      #expect(error?.reaction == .resetAnchors)
    }
    try await catalog.renewEpoch()
    await #expect(throws: CatalogError.self) { try await catalog.list(after: SyncAnchor(mark.description)) }
  }

  @Test("SSS-141, SSS-142: Delta FALSE lists everything of that id despite the anchor, Delta TRUE only what is newer")
  func delta() async throws {
    let catalog = try await catalogue()
    let anchor = try await catalog.syncAnchor()
    try await catalog.add(.updates, [revision(20, categories: [4, 8])])
    let both = [(3, true), (4, true)]
    #expect(try await list(catalog, both, [(8, true)], after: anchor) == [identity(20)])
    #expect(
      try await list(catalog, [(3, false), (4, true)], [(8, true)], after: anchor) == [identity(11), identity(20)])
    let new = [RevisionFilter.Language(languageID: 1033, isDelta: false)]
    #expect(try await list(catalog, both, [(8, true)], after: anchor, languages: new) == [identity(11), identity(20)])
    let old = [RevisionFilter.Language(languageID: 1033, isDelta: true)]
    #expect(try await list(catalog, both, [(8, true)], after: anchor, languages: old) == [identity(20)])
  }

  @Test("SSS-066: an update that needs a newer protocol is withheld")
  func compatibleVersion() async throws {
    let catalog = try await folder.catalog()
    let needs = revision(1) { $0.compatibleProtocolVersion = ProtocolVersion(major: 1, minor: 20) }
    try await catalog.add(.updates, [needs, revision(2)])
    #expect(try await catalog.list(version: ProtocolVersion(major: 1, minor: 8)) == [identity(2)])
    #expect(try await catalog.list(version: ProtocolVersion(major: 1, minor: 20)) == [identity(1), identity(2)])
  }

  @Test("SSS-143: inserts during repeated listings are never lost")
  func concurrentInserts() async throws {
    let catalog = try await folder.catalog()
    async let inserted: Void = {
      for number in 1...60 { try await catalog.add(.updates, [revision(number)]) }
    }()
    var seen: Set<UpdateIdentity> = []
    var anchor: SyncAnchor?
    var isLast = false
    while !isLast {
      // What is missing after a listing that began when all was there is lost.
      isLast = try await catalog.counts().updates == 60
      let filter = RevisionFilter(anchor: anchor, isConfiguration: false)
      let list = try await catalog.revisionIDList(filter, dssVersion: .announced)
      #expect(seen.isDisjoint(with: list.identities))
      seen.formUnion(list.identities)
      anchor = list.anchor
    }
    try await inserted
    #expect(seen == Set((1...60).map { identity($0) }))
  }

  @Test("SSS-170, SSS-171: known revisions come back byte for byte, unknown and staged ones are omitted")
  func updateData() async throws {
    let catalog = try await folder.catalog()
    let stored = revision(1) { $0.files = [file(1), file(2)] }
    try await catalog.add(.updates, [stored])
    try await catalog.stage(.updates, [revision(2)])
    let data = try await catalog.updateData([identity(3), identity(1), identity(2)])
    #expect(data.map(\.identity) == [identity(1)])
    #expect(data.first?.document == stored.document)
    #expect(data.first?.fileDigests == [digest(1), digest(2)])
    #expect(data.first?.locations == stored.locations)
  }

  @Test("SSS-186: decryption keys are kept for each revision and file")
  func keys() async throws {
    let catalog = try await folder.catalog()
    let secret = revision(1) {
      $0.files = [file(1), file(2)]
      $0.needsDecryptionKeys = true
    }
    try await catalog.add(.updates, [secret, revision(2) { $0.files = [file(1)] }])
    #expect(try await catalog.revisionsWithoutKeys(limit: 9) == [identity(1)])
    let keys = RevisionKeys(
      identity: identity(1),
      files: [.init(digest: digest(1), key: [1, 2, 3]), .init(digest: digest(2), key: nil)])
    try await catalog.storeDecryptionKeys([keys])
    #expect(try await catalog.revisionsWithoutKeys(limit: 9) == [])
    #expect(try await catalog.decryptionData([identity(1), identity(9)]) == [keys])
    #expect(try await catalog.decryptionData([identity(2)]).first?.files.map(\.key) == [nil])
  }
}
