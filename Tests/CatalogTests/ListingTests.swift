import Catalog
import Testing
import UpdateModel

struct ListingTests {
  let folder = try! TemporaryFolder()

  @Test("SSS-146: the anchor takes effect only when all listed metadata is stored, also after a restart")
  func anchorLast() async throws {
    let first = try await folder.catalog()
    let listed = (1...5).map { identity($0) }
    let begun = try await first.beginListing(.updates, anchor: SyncAnchor("new"), identities: listed)
    #expect(begun.wanted == 5)
    try await first.stage(.updates, [revision(1), revision(2)])
    await #expect(throws: CatalogError.listingIncomplete(.updates, pending: 3)) { try await first.publish(.updates) }
    #expect(try await first.upstream().updateAnchor == nil)
    #expect(try await first.list() == [])
    try first.close()

    let second = try await folder.catalog()
    let progress = try #require(try await second.pendingListing(.updates))
    #expect(progress.anchor == SyncAnchor("new"))
    #expect(progress.pending == 3)
    let pending = try await second.pendingIdentities(.updates, after: 0, limit: 2)
    #expect(pending.map(\.identity) == [identity(3), identity(4)])
    let next = try await second.pendingIdentities(.updates, after: pending[1].position, limit: 2)
    #expect(next.map(\.identity) == [identity(5)])
    try await second.stage(.updates, (3...5).map { revision($0) })
    let summary = try await second.publish(.updates)
    #expect(summary.revisions == 5)
    #expect(try await second.upstream().updateAnchor == SyncAnchor("new"))
    #expect(try await second.pendingListing(.updates) == nil)
    #expect(try await second.list() == listed)
  }

  @Test("SSS-149: identities already stored, published or staged, are not wanted again")
  func knownIdentities() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1)])
    try await catalog.stage(.updates, [revision(2)])
    try await catalog.resetAnchors()
    let progress = try await catalog.beginListing(
      .updates, anchor: SyncAnchor("a"), identities: (1...3).map { identity($0) })
    #expect(progress.listed == 3)
    #expect(progress.wanted == 1)
    #expect(try await catalog.pendingIdentities(.updates, after: 0, limit: 9).map(\.identity) == [identity(3)])
  }

  @Test("SSS-169: an identity never delivered is recorded and does not hold up the listing")
  func unavailable() async throws {
    let catalog = try await folder.catalog()
    _ = try await catalog.beginListing(.updates, anchor: SyncAnchor("a"), identities: [identity(1), identity(2)])
    try await catalog.stage(.updates, [revision(1)])
    try await catalog.markUnavailable([identity(2)])
    let summary = try await catalog.publish(.updates)
    #expect(summary.unavailable == 1)
    #expect(try await catalog.unavailableIdentities() == [identity(2)])
    let again = try await catalog.beginListing(.updates, anchor: SyncAnchor("b"), identities: [identity(2)])
    #expect(again.pending == 1)
  }

  @Test("SSS-126: categories and updates keep separate anchors")
  func separateAnchors() async throws {
    let catalog = try await folder.catalog()
    _ = try await catalog.beginListing(.configuration, anchor: SyncAnchor("categories"), identities: [])
    try await catalog.publish(.configuration)
    let upstream = try await catalog.upstream()
    #expect(upstream.anchor(.configuration) == SyncAnchor("categories"))
    #expect(upstream.anchor(.updates) == nil)
  }

  @Test("SSS-284: another USS resets all anchors, listings and staged revisions; the same one does not")
  func changedUpstream() async throws {
    let catalog = try await folder.catalog()
    #expect(try await catalog.useUpstream("http://a:8530"))
    _ = try await catalog.beginListing(.updates, anchor: SyncAnchor("a"), identities: [identity(1)])
    try await catalog.stage(.updates, [revision(1)])
    try await catalog.publish(.updates)
    try await catalog.stage(.updates, [revision(2) { $0.files = [file(7)] }])
    #expect(try await catalog.useUpstream("http://a:8530") == false)
    #expect(try await catalog.upstream().updateAnchor == SyncAnchor("a"))
    #expect(try await catalog.useUpstream("http://b:8530"))
    let upstream = try await catalog.upstream()
    #expect(upstream.updateAnchor == nil)
    #expect(upstream.configuration == nil)
    #expect(try await catalog.counts().stagedRevisions == 0)
    #expect(try await catalog.files([digest(7)]) == [])
    #expect(try await catalog.list() == [identity(1)])
  }

  @Test("a changed subscription lists updates from no anchor")
  func subscription() async throws {
    let catalog = try await folder.catalog()
    try await catalog.useSubscription(fingerprint: "one")
    _ = try await catalog.beginListing(.updates, anchor: SyncAnchor("a"), identities: [])
    try await catalog.publish(.updates)
    #expect(try await catalog.useSubscription(fingerprint: "one") == false)
    #expect(try await catalog.upstream().updateAnchor == SyncAnchor("a"))
    #expect(try await catalog.useSubscription(fingerprint: "two"))
    #expect(try await catalog.upstream().updateAnchor == nil)
  }

  @Test("what was staged under another subscription is not published, also after the USS changed between")
  func stagedUnderAnotherSubscription() async throws {
    let catalog = try await folder.catalog()
    try await catalog.useSubscription(fingerprint: "one")
    try await catalog.stage(.configuration, [revision(50, kind: .category(.product))])
    _ = try await catalog.beginListing(.updates, anchor: SyncAnchor("a"), identities: [identity(1), identity(2)])
    try await catalog.stage(.updates, [revision(1) { $0.files = [file(7)] }])
    try await catalog.resetAnchors()
    #expect(try await catalog.useSubscription(fingerprint: "one") == false)
    #expect(try await catalog.counts().stagedRevisions == 2)
    #expect(try await catalog.useSubscription(fingerprint: "two"))
    #expect(try await catalog.pendingListing(.updates) == nil)
    #expect(try await catalog.counts().stagedRevisions == 1)
    let listing = try await catalog.beginListing(.updates, anchor: SyncAnchor("b"), identities: [identity(2)])
    #expect(listing.pending == 1)
    try await catalog.stage(.updates, [revision(2)])
    try await catalog.publish(.updates)
    #expect(try await catalog.list() == [identity(2)])
    #expect(try await catalog.files([digest(7)]) == [])
  }

  @Test("SSS-120, SSS-121: flags, limits and anchor are kept, languages merged by LanguageID")
  func configuration() async throws {
    let catalog = try await folder.catalog()
    let german = LanguageSetting(languageID: 1031, shortName: "de", longName: "German", isEnabled: false)
    let english = LanguageSetting(languageID: 1033, shortName: "en", longName: "English", isEnabled: true)
    try await catalog.save(configuration(anchor: "1", [german, english]))
    let enabled = LanguageSetting(languageID: 1031, shortName: "de", longName: "German", isEnabled: true)
    try await catalog.save(configuration(anchor: "2", [enabled]))
    try catalog.close()
    let upstream = try await folder.catalog().upstream()
    #expect(upstream.configAnchor == ConfigAnchor("2"))
    #expect(upstream.configuration?.limits.updates == 77)
    #expect(upstream.configuration?.protocolVersion == .announced)
    let languages = try #require(upstream.configuration?.languages)
    #expect(languages.filter { $0.languageID != 0 } == [enabled, english])
  }

  private func configuration(anchor: String, _ languages: [LanguageSetting]) -> ServerConfiguration {
    ServerConfiguration(
      isCatalogOnly: false, isLazy: true, hostsPSFFiles: false, limits: RequestLimits(updates: 77),
      protocolVersion: .announced, anchor: ConfigAnchor(anchor), languages: languages)
  }

  @Test("AMB-11: a DSS with an anchor gets entry 0 and the languages changed since, any other all of them")
  func languagesSince() async throws {
    let catalog = try await folder.catalog()
    let german = LanguageSetting(languageID: 1031, shortName: "de", longName: "German", isEnabled: true)
    let before = try await catalog.serverConfiguration(since: nil)
    try await catalog.save(configuration(anchor: "1", [german]))
    let changed = try await catalog.serverConfiguration(since: before.anchor)
    #expect(changed.languages.map(\.languageID) == [0, 1031])
    #expect(try await catalog.serverConfiguration(since: changed.anchor).languages.map(\.languageID) == [0])
    #expect(try await catalog.serverConfiguration(since: ConfigAnchor("x")).languages.count == 2)
  }

  @Test("SSS-224: bundle members, deployed revisions and absent prerequisites are named apart")
  func missingReferences() async throws {
    let catalog = try await folder.catalog()
    try await catalog.becomeReplica()
    try await catalog.add(
      .updates,
      [
        revision(1, categories: [50]) {
          $0.bundledUpdates = [BundleClause(identities: [identity(2, 5), identity(3)])]
        },
        revision(3), revision(2, 6),
      ])
    let deployment = Deployment(
      deploymentID: guid(900), identity: identity(4, 9), targetGroupID: allComputers, action: .install,
      goLiveTime: Timestamp(year: 2020, month: 1, day: 1))
    let state = DeploymentState(
      anchor: DeploymentAnchor("d"), groups: [.allComputers, .unassignedComputers], deployments: [deployment])
    try await catalog.apply(state, wasFull: true)
    let missing = try await catalog.missingReferences(limit: 10)
    #expect(missing.bundled == [identity(2, 5)])
    #expect(missing.deployed == [identity(4, 9)])
    #expect(try await catalog.missingPrerequisites(limit: 10) == [guid(50)])
    try await catalog.markUnavailable([identity(2, 4)])
    #expect(try await catalog.missingReferences(limit: 10).bundled == [identity(2, 5)])
    try await catalog.markUnavailable([identity(2, 5)])
    #expect(try await catalog.missingReferences(limit: 10).bundled == [])
  }

  @Test("SSS-221, SSS-281: history rows are kept for 15 days at least, whatever is asked")
  func history() async throws {
    let clock = TestClock()
    let catalog = try await folder.catalog(clock: clock)
    for _ in 0..<3 {
      let now = clock.now
      let record = SyncRecord(began: now, ended: now, endpoint: "http://a", outcome: .succeeded, newRevisions: 4)
      try await catalog.recordHistory(record, keepingDays: 1)
      clock.advance(seconds: 10 * 86_400)
    }
    let history = try await catalog.history(limit: 10)
    #expect(history.count == 2)
    #expect(history[0].ended > history[1].ended)
  }
}
