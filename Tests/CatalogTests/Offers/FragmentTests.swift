import Catalog
import Foundation
import GRDB
import Offering
import Testing
import UpdateModel

struct FragmentTests {
  let folder = try! TemporaryFolder()

  private func id(_ catalog: Catalog, _ number: Int, _ revision: Int32 = 1) async throws -> RevisionID {
    try #require(try await catalog.update(identity(number, revision))).row.revisionID
  }

  private func localized(_ language: String, geo: String? = nil, eula: Int? = nil) -> DerivedRevision.Localized {
    DerivedRevision.Localized(
      language: language, geoID: geo, eulaID: eula.map { guid($0) }, bytes: Array("<\(language) \(geo ?? "")/>".utf8))
  }

  private func content(_ text: String, _ languages: [String] = ["en"]) -> DerivedRevision.Outcome {
    .content(
      DerivedRevision.Content(
        core: Array("<core \(text)/>".utf8), extended: Array("<extended \(text)/>".utf8),
        localized: languages.map { localized($0) }))
  }

  private func texts(_ fragments: [Fragment]) -> [String] {
    fragments.map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  @Test(
    "WUSP-164: fragments come by kind and then in the order of the revisions asked for, localized ones with a language"
  )
  func order() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1), revision(2), revision(3)])
    let ids = try await catalog.revisionsWithoutFragments(version: 1, limit: 10)
    #expect(ids.count == 3)
    let long = String(repeating: "x", count: 5000)
    try await catalog.storeFragments(
      [DerivedRevision(ids[0], content("a")), DerivedRevision(ids[1], content(long))], version: 1)
    let fragments = try await catalog.fragments(
      [ids[1], RevisionID(99), ids[0], ids[2]], kinds: [.extended, .core, .localizedProperties])
    #expect(fragments.map(\.revisionID) == [ids[1], ids[0], ids[1], ids[0], ids[1], ids[0]])
    #expect(
      texts(fragments) == [
        "<extended \(long)/>", "<extended a/>", "<core \(long)/>", "<core a/>", "<en />", "<en />",
      ])
    #expect(fragments.map(\.language) == [nil, nil, nil, nil, "en", "en"])
  }

  @Test(
    "WUSP-284, WUSP-285, WUSP-286: a locale, else its primary language, and English always",
    arguments: [
      (["de", "fr"], ["de", "fr", "en"]), (["de"], ["de", "en"]), (["en-US"], ["en"]), (["en-US", "en"], ["en"]),
      (["FR-fr"], ["fr", "en"]), (["ja"], ["en"]), ([], ["en"]), (["pt-br", "pt"], ["pt-br", "en"]),
    ])
  func languages(locales: [String], expected: [String]) async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1)])
    let id = try await id(catalog, 1)
    try await catalog.storeFragments([DerivedRevision(id, content("a", ["en", "de", "fr", "pt-br"]))], version: 1)
    let fragments = try await catalog.fragments([id], kinds: [.localizedProperties], locales: locales)
    #expect(fragments.map(\.language) == expected)
  }

  @Test("a revision without any wanted language comes in the one it has")
  func foreignLanguage() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1)])
    let id = try await id(catalog, 1)
    try await catalog.storeFragments([DerivedRevision(id, content("a", ["ko", "zh"]))], version: 1)
    let fragments = try await catalog.fragments([id], kinds: [.localizedProperties], locales: ["de"])
    #expect(fragments.map(\.language) == ["ko"])
  }

  @Test("WUSP-287: the region selects among EULAs, the rest of the world gets the one without a region")
  func regions() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1)])
    let id = try await id(catalog, 1)
    let content = DerivedRevision.Content(
      core: [1], extended: [2], localized: [localized("en")],
      eulas: [localized("en", eula: 7), localized("en", geo: "DEU", eula: 7), localized("de", geo: "deu", eula: 7)])
    try await catalog.storeFragments([DerivedRevision(id, .content(content))], version: 1)
    let inGermany = try await catalog.fragments([id], kinds: [.eula], locales: ["de"], geoID: "DEU")
    #expect(texts(inGermany) == ["<de deu/>", "<en DEU/>"])
    #expect(texts(try await catalog.fragments([id], kinds: [.eula], locales: ["en"], geoID: "USA")) == ["<en />"])
    #expect(texts(try await catalog.fragments([id], kinds: [.eula], locales: ["en"])) == ["<en />"])
  }

  @Test("a newer transformer derives everything again and replaces all of it")
  func versions() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1)])
    let id = try await id(catalog, 1)
    try await catalog.storeFragments([DerivedRevision(id, content("a", ["en", "de"]))], version: 1)
    #expect(try await catalog.revisionsWithoutFragments(version: 1, limit: 10) == [])
    #expect(try await catalog.revisionsWithoutFragments(version: 2, limit: 10) == [id])
    try await catalog.storeFragments([DerivedRevision(id, content("b", ["fr"]))], version: 2)
    #expect(try await catalog.revisionsWithoutFragments(version: 2, limit: 10) == [])
    let all = try await catalog.fragments([id], kinds: [.core, .localizedProperties], locales: ["de", "en"])
    #expect(texts(all) == ["<core b/>", "<fr />"])
  }

  @Test("what is deployed, what it bundles and the prerequisites of both are derived first")
  func priority() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.configuration, [revision(900, kind: .detectoid), revision(901, kind: .detectoid)])
    let plain = (1...20).map { revision($0) }
    let member = revision(30) { $0.prerequisites = [PrerequisiteClause(updateIDs: [guid(900)])] }
    let bundle = revision(31) { $0.bundledUpdates = [BundleClause(identities: [identity(30)])] }
    try await catalog.add(.updates, plain + [member, bundle])
    try await catalog.approve(ApprovalRequest(updateID: guid(31), targetGroupID: allComputers))
    let first = try await catalog.revisionsWithoutFragments(version: 1, limit: 4)
    let needed = try await [id(catalog, 900), id(catalog, 30), id(catalog, 31)]
    #expect(first.count == 4)
    #expect(Array(first.prefix(3)) == needed.sorted())
    #expect(Set(try await catalog.revisionsWithoutFragments(version: 1, limit: 100)).count == 24)
  }

  @Test("a document that cannot be transformed is not tried again, is told of, and its revision is offered to nobody")
  func failures() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1), revision(2)])
    let id = try await id(catalog, 1)
    #expect(try await catalog.offerInputs().inputs.catalogue.count == 2)
    let before = try await catalog.offerVersion()
    try await catalog.storeFragments([DerivedRevision(id, .failure(reason: "Core: expected one"))], version: 1)
    #expect(try await catalog.offerVersion() != before)
    #expect(!(try await catalog.revisionsWithoutFragments(version: 1, limit: 10)).contains(id))
    #expect(
      try await catalog.fragmentFailures(limit: 10).map { [$0.identity.updateID: $0.reason] } == [
        [guid(1): "Core: expected one"]
      ])
    #expect(try await catalog.fragments([id], kinds: [.core]) == [])
    #expect(try await catalog.offerInputs().inputs.catalogue.count == 1)
    try await catalog.storeFragments([DerivedRevision(id, content("a"))], version: 2)
    #expect(try await catalog.fragmentFailures(limit: 10).isEmpty)
  }

  @Test("documents come in the order asked for, up to a number of bytes, but at least one")
  func documents() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1), revision(2)])
    let ids = try await [id(catalog, 2), id(catalog, 1)]
    let all = try await catalog.documents(ids + [RevisionID(77)], maximumBytes: 1_000)
    #expect(all.map(\.revisionID) == ids)
    #expect(all[0].document == revision(2).document)
    #expect(try await catalog.documents(ids, maximumBytes: 1).map(\.revisionID) == [ids[0]])
  }

  @Test(
    "fragments of a rolled back import are invisible, and are derived anew when the archive is removed and comes again")
  func rollback() async throws {
    let site = try await folder.catalog()
    try await site.add(.updates, [revision(1)])
    try await site.stageImport(guid(8001), [revision(2)])
    let publication = ImportPublication(archive: archive(1), administration: .approvals([]))
    try await site.publishImport(publication)
    let id = try await id(site, 2)
    try await site.storeFragments([DerivedRevision(id, content("old"))], version: 1)
    try await site.rollbackImport()
    #expect(try await site.fragments([id], kinds: [.core]) == [])
    #expect(try await site.storeFragments([DerivedRevision(id, content("late"))], version: 1) == 0)
    try await site.discardStagedImport(guid(8001))
    try await site.add(.updates, [revision(3)])
    #expect(try await site.revisionsWithoutFragments(version: 1, limit: 10).count == 2)
    #expect(try await site.fragments([self.id(site, 3)], kinds: [.core, .extended, .localizedProperties]) == [])
  }

  @Test("WUSP-288, WUSP-308, WUSP-309: files of revisions, each once, and by digest; what nobody lists is left out")
  func files() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(
      .updates, [revision(1) { $0.files = [file(1), file(2)] }, revision(2) { $0.files = [file(2), file(3)] }])
    try await catalog.markPresent([digest(2), digest(9)])
    try await catalog.stage(.updates, [revision(3) { $0.files = [file(4)] }])
    let ids = try await [id(catalog, 2), id(catalog, 1)]
    let files = try await catalog.clientFiles(of: ids)
    #expect(files.map(\.file.digest) == [digest(2), digest(3), digest(1)])
    #expect(files.map(\.isPresent) == [true, false, false])
    #expect(files[0].file.fileName == "file2.CAB")
    let byDigest = try await catalog.clientFiles([digest(3), digest(9), digest(4), digest(2)])
    #expect(byDigest.map(\.file.digest) == [digest(3), digest(2)])
    #expect(byDigest.map(\.isPresent) == [false, true])
  }
}
