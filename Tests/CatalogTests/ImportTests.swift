import Catalog
import GRDB
import Synchronization
import Testing
import UpdateModel

struct ImportTests {
  private func publication(_ number: Int = 1, _ state: ExportedState? = nil) -> ImportPublication {
    ImportPublication(archive: archive(number), administration: state.map { .replica($0) } ?? .approvals([]))
  }

  @Test("an import shows what its archive names and nothing that a sync or another archive staged")
  func onlyItsOwn() async throws {
    let folder = try TemporaryFolder()
    let site = try await folder.catalog()
    try await site.stage(.updates, [revision(1), revision(2, title: "from the sync")])
    try await site.stageImport(guid(8002), [revision(3), revision(4)])
    #expect(
      try await site.stageImport(guid(8001), [revision(2, title: "from the archive"), revision(4), revision(5)]) == 3)
    #expect(try await site.stageImport(guid(8001), [revision(5)]) == 0)
    #expect(try await site.list().isEmpty)
    let all = (1...5).map { identity($0) }
    #expect(try await site.missingRevisions(guid(8001), among: all) == [identity(1), identity(3)])
    #expect(try await site.stagedImports().map(\.revisions) == [1, 3])
    let summary = try await site.publishImport(publication())
    #expect(summary.revisions == 3)
    #expect(summary.updates == 3)
    #expect(try await site.list() == [identity(2), identity(4), identity(5)])
    var query = UpdateQuery()
    query.text = "archive"
    query.includesNotDeployable = true
    #expect(try await site.updates(query).map(\.identity) == [identity(2)])
    #expect(try await site.stagedImports().map(\.archiveID) == [guid(8002)])
    try await site.publish(.updates)
    #expect(try await site.list().contains(identity(1)))
    #expect(try await !site.list().contains(identity(3)))
  }

  @Test("a sync fetches what an import only staged")
  func syncGoesOn() async throws {
    let folder = try TemporaryFolder()
    let site = try await folder.catalog()
    let bundle = revision(1) { $0.bundledUpdates = [BundleClause(identities: [identity(9)])] }
    try await site.stageImport(guid(8001), [bundle, revision(2)])
    #expect(try await site.missingReferences(limit: 9).bundled.isEmpty)
    let listing = try await site.beginListing(
      .updates, anchor: SyncAnchor("a"), identities: [identity(1), identity(2)])
    #expect(listing.wanted == 2)
    #expect(try await site.stage(.updates, [bundle, revision(2)]) == 2)
    try await site.publish(.updates)
    #expect(try await site.list() == [identity(1), identity(2)])
    #expect(try await site.missingReferences(limit: 9).bundled == [identity(9)])
    #expect(try await site.publishImport(publication()).revisions == 0)
  }

  @Test("a replica takes over everything but what it is itself, and publishing again changes nothing")
  func replica() async throws {
    let folder = try TemporaryFolder()
    let clock = TestClock()
    let site = try await folder.catalog(clock: clock)
    try await site.add(.updates, [revision(1), revision(2)])
    try await site.decline(guid(1))
    let old = try await site.approve(ApprovalRequest(updateID: guid(2), targetGroupID: allComputers))
    try await site.becomeReplica()
    try await site.useUpstream("http://uss:8530")
    try await site.apply(DeploymentState(anchor: DeploymentAnchor("d"), groups: [.allComputers]), wasFull: false)
    let before = try await site.syncAnchor()
    let lab = TargetGroup(targetGroupID: guid(500), name: "Lab", parentGroupID: allComputers, isBuiltin: false)
    func deployment(_ number: Int, _ group: GUID) -> Deployment {
      Deployment(
        deploymentID: guid(600 + number), identity: identity(number), targetGroupID: group, action: .install,
        goLiveTime: clock.now)
    }
    var limits = RequestLimits()
    limits.updates = 7
    let french = LanguageSetting(languageID: 1036, shortName: "fr", longName: "French", isEnabled: true)
    let state = ExportedState(
      groups: [.allComputers, .unassignedComputers, lab],
      deployments: [
        deployment(2, guid(500)), deployment(3, allComputers), deployment(4, allComputers), deployment(2, guid(999)),
      ],
      declined: [guid(2), guid(4444)], acceptedEULAs: [guid(70)], languages: [french],
      settings: ServerSettings(isCatalogOnly: true, isLazy: false, hostsPSFFiles: true, limits: limits))
    try await site.stageImport(guid(8001), [revision(3)])
    clock.advance(seconds: 5)
    let summary = try await site.publishImport(publication(1, state))
    #expect(summary.deadDeployments == 1 && summary.changedGroups == 2 && !summary.wasAppliedBefore)
    #expect(summary.unresolved.map(\.identity.updateID).contains(guid(4)))
    let served = try await site.deployments(since: DeploymentAnchor(before.text), upTo: site.syncAnchor())
    #expect(served.deployments.map(\.identity).contains(identity(3)))
    #expect(served.deadDeployments == [old.deploymentID])
    #expect(served.hiddenUpdates == [guid(2), guid(4444)])
    #expect(served.acceptedEULAs == [guid(70)])
    #expect(try await site.list(after: before) == [identity(3)])
    let settings = try await site.recentSettings()
    #expect(settings.limits == limits)
    #expect(
      settings.replicationMode == .replica && settings.isLazy && !settings.isCatalogOnly && !settings.hostsPSFFiles)
    #expect(try await site.serverConfiguration(since: ConfigAnchor(before.text)).languages.contains(french))
    let upstream = try await site.upstream()
    #expect(upstream.deploymentAnchor == nil && upstream.endpoint == "http://uss:8530")
    let mark = try await site.mark()
    let again = try await site.publishImport(publication(1, state))
    #expect(again.wasAppliedBefore && again.record == summary.record)
    #expect(try await site.mark() == mark)
  }

  @Test("an autonomous server keeps its own administration and takes the approvals that it is given")
  func autonomous() async throws {
    let folder = try TemporaryFolder()
    let site = try await folder.catalog()
    try await site.add(.updates, [revision(1), revision(2)])
    let own = try await site.approve(ApprovalRequest(updateID: guid(1), targetGroupID: allComputers))
    try await site.decline(guid(2))
    try await site.stageImport(guid(8001), [revision(3)])
    let mapped = Deployment(
      deploymentID: guid(600), identity: identity(3), targetGroupID: allComputers, action: .install,
      goLiveTime: Timestamp(year: 2020, month: 1, day: 1))
    let state = try await site.exported().state
    await #expect(throws: CatalogError.notReplica(operation: "import of a replica")) {
      try await site.publishImport(publication(1, state))
    }
    #expect(try await site.list().count == 2)
    try await site.publishImport(ImportPublication(archive: archive(1), administration: .approvals([mapped])))
    let served = try await site.deployments(since: nil, upTo: site.syncAnchor())
    #expect(served.deployments == [own, mapped])
    #expect(served.hiddenUpdates == [guid(2)])
    try await site.becomeReplica()
    await #expect(throws: CatalogError.replica(operation: "import of approvals")) {
      try await site.publishImport(publication(2))
    }
  }

  @Test("an import that fails before any of its statements leaves nothing, and repeating it completes it")
  func failsAnywhere() async throws {
    let folder = try TemporaryFolder()
    let source = try await folder.catalog("source")
    try await source.add(.updates, [revision(1) { $0.files = [file(1)] }, revision(1, 2), revision(2)])
    try await source.approve(ApprovalRequest(updateID: guid(1), targetGroupID: allComputers))
    try await source.decline(guid(2))
    let exported = try await source.exported()
    let failures = Mutex(0)
    for table in ["importRecord", "deployment", "replacedGeneration", "change", "replacedHidden"] {
      let site = try await folder.catalog("site-\(table)")
      try await site.becomeReplica()
      try await site.stageImport(guid(8001), [revision(1) { $0.files = [file(1)] }, revision(1, 2), revision(2)])
      let before = try await site.answers()
      let queue = try DatabaseQueue(path: site.path)
      try await queue.write { db in
        try db.execute(sql: "CREATE TRIGGER stop BEFORE INSERT ON \(table) BEGIN SELECT RAISE(ABORT, 'stopped'); END")
      }
      do {
        try await site.publishImport(publication(1, exported.state))
      } catch CatalogError.database(operation: "publish import", _) {
        failures.withLock { $0 += 1 }
      }
      #expect(try await site.answers() == before)
      #expect(try await site.importRecords(limit: 9).isEmpty)
      try await queue.write { db in try db.execute(sql: "DROP TRIGGER stop") }
      let summary = try await site.publishImport(publication(1, exported.state))
      #expect(summary.revisions == 3 && !summary.wasAppliedBefore)
      #expect(try await site.answers().deployments == source.answers().deployments)
    }
    #expect(failures.withLock { $0 } == 5)
  }

  @Test("decryption keys come with the import and are seen with it")
  func keys() async throws {
    let folder = try TemporaryFolder()
    let site = try await folder.catalog()
    let secret = revision(1) {
      $0.needsDecryptionKeys = true
      $0.files = [file(1), file(2)]
    }
    let entries = [
      RevisionKeys.Entry(digest: digest(1), key: [7]), RevisionKeys.Entry(digest: digest(2), key: nil),
    ]
    try await site.stageImport(guid(8001), [secret], keys: [RevisionKeys(identity: identity(1), files: entries)])
    #expect(try await site.decryptionData([identity(1)]).isEmpty)
    #expect(try await site.revisionsWithoutKeys(limit: 9).isEmpty)
    try await site.publishImport(publication())
    #expect(try await site.decryptionData([identity(1)]) == [RevisionKeys(identity: identity(1), files: entries)])
    #expect(try await site.revisionsWithoutKeys(limit: 9).isEmpty)
    #expect(try await site.exported().revisions.first?.keysKnown == true)
  }

  @Test("discarding removes what waits, and search finds what takes the numbers of its rows")
  func discard() async throws {
    let folder = try TemporaryFolder()
    let site = try await folder.catalog()
    try await site.add(.updates, [revision(1)])
    try await site.stageImport(guid(8001), [revision(2, title: "quartz") { $0.files = [file(2)] }])
    #expect(try await site.indexText(limit: 100) == 0)
    try await site.discardStagedImport(guid(8001))
    #expect(try await site.stagedImports().isEmpty)
    #expect(try await site.files([digest(2)]).isEmpty)
    #expect(try await site.missingRevisions(guid(8001), among: [identity(2)]) == [identity(2)])
    try await site.add(.updates, [revision(3, title: "marble")])
    #expect(try await site.indexText(limit: 100) == 0)
    for (text, found) in [("marble", [identity(3)]), ("quartz", [])] {
      var query = UpdateQuery()
      query.text = text
      #expect(try await site.updates(query).map(\.identity) == found)
    }
  }
}
