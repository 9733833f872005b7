import Catalog
import Mirror
import Testing
import UpdateModel
import WireFormat

@Suite struct SyncSessionTests {
  @Test("SSS-077, SSS-127, SSS-279: authorization, configuration, categories, updates follow in this order")
  func order() {
    let script = ScriptedSession()
    script.listings = [.updates: ScriptedSession.identities(3)]
    #expect(script.run().isFinished)
    #expect(
      script.operations == [
        "GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetConfigData", "GetRevisionIdList",
        "GetRevisionIdList", "GetUpdateData",
      ])
    let kinds = script.calls.compactMap {
      if case .getRevisionIdList(_, let filter) = $0 { filter.isConfiguration } else { nil }
    }
    #expect(kinds == [true, false])
    #expect(script.published == [.configuration, .updates])
  }

  @Test("SSS-192: an autonomous DSS never calls GetDeployments; SSS-280: its history row follows the metadata")
  func autonomous() {
    let script = ScriptedSession()
    #expect(script.run().isFinished)
    #expect(!script.operations.contains("GetDeployments"))
    guard case .recordHistory? = script.steps.last else { return #expect(Bool(false)) }
  }

  @Test("SSS-193, SSS-280: a replica calls GetDeployments after the metadata and records history after that")
  func replica() {
    let script = ScriptedSession(mode: .replica)
    #expect(script.run().isFinished)
    #expect(script.operations.last == "GetDeployments")
    let tail = script.steps.suffix(3)
    guard case .applyDeployments(_, wasFull: true)? = tail.first, case .recordHistory? = tail.last else {
      return #expect(Bool(false))
    }
  }

  @Test("SSS-194, SSS-195: deploymentAnchor is absent at first; syncAnchor is that of the update listing")
  func deploymentAnchors() {
    let script = ScriptedSession(mode: .replica)
    #expect(script.run().isFinished)
    guard case .getDeployments(_, let anchor, let syncAnchor)? = script.calls.last else { return #expect(Bool(false)) }
    #expect(anchor == nil)
    #expect(syncAnchor == SyncAnchor("listing 2"))

    let later = ScriptedSession(mode: .replica, anchors: .init(deployments: DeploymentAnchor("before")))
    #expect(later.run().isFinished)
    guard case .getDeployments(_, let sent, _)? = later.calls.last else { return #expect(Bool(false)) }
    #expect(sent == DeploymentAnchor("before"))
  }

  @Test("SSS-111, SSS-124, SSS-126: the first run sends no anchor, and none of the two listings sees the other's")
  func firstRunAnchors() {
    let script = ScriptedSession()
    #expect(script.run().isFinished)
    for call in script.calls {
      if case .getConfigData(_, let anchor) = call { #expect(anchor == nil) }
      if case .getRevisionIdList(_, let filter) = call { #expect(filter.anchor == nil) }
    }
  }

  @Test("SSS-112, SSS-125: later runs send the stored anchor of each kind")
  func laterAnchors() {
    let script = ScriptedSession(
      anchors: .init(configuration: ConfigAnchor("c"), categories: SyncAnchor("k"), updates: SyncAnchor("u")))
    #expect(script.run().isFinished)
    var sent: [SyncAnchor?] = []
    for call in script.calls {
      if case .getConfigData(_, let anchor) = call { #expect(anchor == ConfigAnchor("c")) }
      if case .getRevisionIdList(_, let filter) = call { sent.append(filter.anchor) }
    }
    #expect(sent == [SyncAnchor("k"), SyncAnchor("u")])
  }

  @Test("SSS-120: the configuration is committed before the next call")
  func configurationFirst() {
    let script = ScriptedSession()
    #expect(script.run().isFinished)
    guard case .saveConfiguration? = script.steps.first else { return #expect(Bool(false)) }
  }

  @Test("SSS-078, SSS-079, SSS-075: GetAuthorizationCookie carries name and GUID and goes to the received path")
  func authorizationCall() {
    let script = ScriptedSession()
    script.answer = { call, _ in
      if case .getAuthConfig = call { .answer(.authConfig(serviceURL: "Other/Auth.asmx")) } else { nil }
    }
    #expect(script.run().isFinished)
    guard case .getAuthorizationCookie(let path, let name, let guid) = script.calls[1] else {
      return #expect(Bool(false))
    }
    #expect(path.text == "Other/Auth.asmx")
    #expect(name == "branch.example.org")
    #expect(guid == ScriptedSession.accountGUID)
  }

  @Test(
    "SSS-076: a ServiceUrl that leaves the USS is refused",
    arguments: [
      "http://evil.example/x.asmx", "//evil.example/x", "../x.asmx", "a/../../x", "x?y", "a%2e%2e/b", "\\\\evil\\x", "",
    ])
  func foreignServiceURL(url: String) {
    let script = ScriptedSession()
    script.answer = { call, _ in if case .getAuthConfig = call { .answer(.authConfig(serviceURL: url)) } else { nil } }
    guard case .serviceURLRefused? = script.run().error else { return #expect(Bool(false)) }
    #expect(script.operations == ["GetAuthConfig"])
  }

  @Test("SSS-092, SSS-093: one authorization cookie; oldCookie is absent at first, and the last one at a renewal")
  func oldCookie() {
    let script = ScriptedSession()
    script.cookieLife = 20
    script.callDuration = 7
    script.listings = [.updates: ScriptedSession.identities(3)]
    #expect(script.run().isFinished)
    guard case .getCookie(let authorization, nil, let version) = script.calls[2] else { return #expect(Bool(false)) }
    #expect(authorization.cookieData == [7, 7])
    #expect(version == ProtocolVersion(major: 1, minor: 20))
    let renewals = script.calls.dropFirst(3).compactMap {
      if case .getCookie(_, let old, _) = $0 { old?.encryptedData } else { nil }
    }
    #expect(!renewals.isEmpty)
    #expect(renewals == (0..<renewals.count).map { [UInt8($0 + 1)] })
  }

  @Test("a cookie that the USS refused is not sent again as oldCookie", arguments: [FaultCode.invalidCookie])
  func refusedCookie(code: FaultCode) {
    let script = ScriptedSession()
    script.answer = { $0.operation == "GetConfigData" && $1 == 1 ? .fault(.coded(code)) : nil }
    #expect(script.run().isFinished)
    let sent = script.calls.compactMap { call -> Cookie?? in
      if case .getCookie(_, let old, _) = call { .some(old) } else { nil }
    }
    #expect(sent == [nil, nil])
  }

  @Test("SSS-123: a batch limit below one is a protocol error", arguments: [Int32(0), -5])
  func noLimit(limit: Int32) {
    let script = ScriptedSession()
    script.configuration.limits.updates = limit
    guard case .updateLimit(let found)? = script.run().error else { return #expect(Bool(false)) }
    #expect(found == limit)
  }

  @Test("SSS-123: a huge batch limit is capped")
  func hugeLimit() {
    let script = ScriptedSession()
    script.configuration.limits.updates = .max
    script.listings = [.updates: ScriptedSession.identities(250)]
    #expect(script.run().isFinished)
    #expect(script.batchSizes == [100, 100, 50])
  }

  @Test("SSS-147, SSS-148: 20 identities under a limit of 7 travel as 7, 7, 6, and all of them do")
  func batches() {
    let script = ScriptedSession()
    script.configuration.limits.updates = 7
    let all = ScriptedSession.identities(20)
    script.listings = [.updates: all]
    #expect(script.run().isFinished)
    #expect(script.batchSizes == [7, 7, 6])
    #expect(script.staged[.updates] == all)
  }

  @Test("several batches fly, the catalogue gets them in order", arguments: [1, 2, 4, 9])
  func inOrder(inFlight: Int) {
    let script = ScriptedSession { $0.batchesInFlight = inFlight }
    script.configuration.limits.updates = 10
    script.answersLatestFirst = true
    let all = ScriptedSession.identities(2_345)
    script.listings = [.updates: all]
    #expect(script.run().isFinished)
    #expect(script.staged[.updates] == all)
    #expect(script.mostInFlight == inFlight)
  }

  @Test("SSS-063, SSS-064, SSS-130: what the filter carries follows the announced version", arguments: [1, 2, 3, 20])
  func versions(minor: Int) {
    let script = ScriptedSession { $0.version = ProtocolVersion(major: 1, minor: minor) }
    script.selection = RevisionSelection(
      categories: [GUID(high: 1, low: 1)], classifications: [GUID(high: 2, low: 2)], languages: [1033], isChanged: false
    )
    #expect(script.run().isFinished)
    guard case .getRevisionIdList(_, let filter)? = script.calls.last else { return #expect(Bool(false)) }
    #expect((filter.is63LanguagesOnly == nil) == (minor == 1))
    #expect((filter.languages == nil) == (minor < 3))
  }

  @Test("SSS-129: a one-sided selection is never sent")
  func oneSided() {
    let filter = RevisionSelection(categories: [.zero], classifications: [], languages: [], isChanged: false)
      .filter(anchor: nil, version: .announced)
    #expect(filter.categories.isEmpty && filter.classifications.isEmpty)
  }

  @Test("a changed subscription lists from no anchor with Delta false; an unchanged one with the anchor and true")
  func changedSelection() {
    let anchors = SyncSession.Anchors(updates: SyncAnchor("u"))
    for isChanged in [true, false] {
      let script = ScriptedSession(anchors: anchors)
      script.selection = RevisionSelection(
        categories: [.zero], classifications: [.zero], languages: [1031], isChanged: isChanged)
      #expect(script.run().isFinished)
      guard case .getRevisionIdList(_, let filter)? = script.calls.last else { return #expect(Bool(false)) }
      #expect((filter.anchor == nil) == isChanged)
      #expect(filter.categories.allSatisfy { $0.isDelta != isChanged })
      #expect(filter.languages?.allSatisfy { $0.isDelta != isChanged } == true)
    }
  }

  @Test("a journal of an earlier run is continued without a new listing")
  func resumedJournal() {
    let script = ScriptedSession()
    script.journals = [.updates: (SyncAnchor("old listing"), ScriptedSession.identities(5))]
    #expect(script.run().isFinished)
    #expect(script.operations.filter { $0 == "GetRevisionIdList" }.count == 1)
    #expect(script.staged[.updates]?.count == 5)
  }

  @Test("a journal of references, which has the stored anchor, is continued, and the listing follows in the same run")
  func resumedReferences() {
    let script = ScriptedSession(anchors: .init(updates: SyncAnchor("u")))
    script.journals = [.updates: (SyncAnchor("u"), ScriptedSession.identities(5))]
    script.listings = [.updates: ScriptedSession.identities(2, from: 50)]
    #expect(script.run().isFinished)
    #expect(script.operations.filter { $0 == "GetRevisionIdList" }.count == 2)
    #expect(script.published == [.configuration, .updates, .updates])
    #expect(script.staged[.updates]?.count == 7)
  }

  @Test("SSS-149: batches that are complete when ServerChanged comes are staged and not asked for again")
  func completeBatchesBeforeReset() {
    let script = ScriptedSession()
    script.configuration.limits.updates = 5
    script.answersLatestFirst = true
    script.listings = [.updates: ScriptedSession.identities(30)]
    script.answer = { $0.operation == "GetUpdateData" && $1 == 4 ? .fault(.coded(.serverChanged)) : nil }
    #expect(script.run().isFinished)
    #expect(script.batchSizes.reduce(0, +) == 20 + 15)
    #expect(script.staged[.updates]?.sorted() == ScriptedSession.identities(30))
  }

  @Test("answers to batches that a restart throws away are not kept until the end of the run")
  func droppedAnswers() {
    let script = ScriptedSession()
    script.configuration.limits.updates = 5
    script.answersLatestFirst = true
    script.listings = [.updates: ScriptedSession.identities(30)]
    script.answer = { $0.operation == "GetUpdateData" && $1 == 1 ? .fault(.coded(.invalidCookie)) : nil }
    #expect(script.run().isFinished)
    #expect(script.heldAnswers == 0)
    #expect(script.staged[.updates]?.sorted() == ScriptedSession.identities(30))
  }

  @Test("SSS-181, SSS-185: seven encrypted updates under a limit of 3 ask for keys as 3, 3, 1")
  func keys() {
    let script = ScriptedSession()
    script.configuration.limits.decryptionUpdates = 3
    let all = ScriptedSession.identities(9)
    script.listings = [.updates: all]
    script.encrypted = Set(all.prefix(7))
    #expect(script.run().isFinished)
    let asked = script.calls.compactMap { if case .getUpdateDecryptionData(_, let ids) = $0 { ids } else { nil } }
    #expect(asked.map(\.count) == [3, 3, 1])
    #expect(asked.joined().sorted() == Array(all.prefix(7)))
  }

  @Test("SSS-187: without a limit for decryption data the operation is never called", arguments: [Int32?.none, 0])
  func noKeys(limit: Int32?) {
    let script = ScriptedSession()
    script.configuration.limits.decryptionUpdates = limit
    let all = ScriptedSession.identities(3)
    script.listings = [.updates: all]
    script.encrypted = Set(all)
    #expect(script.run().isFinished)
    #expect(!script.operations.contains("GetUpdateDecryptionData"))
    #expect(script.staged[.updates] == all)
  }

  @Test("SSS-224: revisions that bundles name are fetched by identity, also what those name")
  func references() {
    let script = ScriptedSession()
    script.listings = [.updates: ScriptedSession.identities(2)]
    script.references = [ScriptedSession.identities(2, from: 50), ScriptedSession.identities(1, from: 60)]
    #expect(script.run().isFinished)
    #expect(script.staged[.updates]?.count == 5)
    #expect(script.published == [.configuration, .updates])
  }

  @Test("SSS-224: revisions that deployments name are fetched and published after them")
  func deploymentReferences() {
    let script = ScriptedSession(mode: .replica)
    script.references = [[], ScriptedSession.identities(2, from: 50), []]
    #expect(script.run().isFinished)
    #expect(script.staged[.updates]?.count == 2)
    #expect(script.published == [.configuration, .updates, .updates])
    #expect(script.operations.last == "GetUpdateData")
  }

  @Test("prerequisites outside the selection come along, also those of prerequisites, after one listing of everything")
  func prerequisites() {
    let script = ScriptedSession(anchors: .init(updates: SyncAnchor("u")))
    script.selection = RevisionSelection(
      categories: [GUID(high: 1, low: 1)], classifications: [GUID(high: 2, low: 2)], languages: [], isChanged: false)
    script.listings = [.updates: ScriptedSession.identities(2)]
    script.unselected = ScriptedSession.identities(5, from: 50)
    let needed = script.unselected.prefix(2).map(\.updateID) + [GUID(high: 3, low: 3)]
    script.prerequisites = [needed, [script.unselected[3].updateID, GUID(high: 3, low: 3)], [GUID(high: 3, low: 3)]]
    #expect(script.run().isFinished)
    #expect(script.operations.filter { $0 == "GetRevisionIdList" }.count == 3)
    #expect(
      script.staged[.updates] == ScriptedSession.identities(2) + script.unselected[0...1] + [script.unselected[3]])
    #expect(script.published == [.configuration, .updates])
    guard case .getRevisionIdList(_, let filter)? = script.calls.last(where: { $0.operation == "GetRevisionIdList" })
    else { return #expect(Bool(false)) }
    #expect(filter.anchor == nil && filter.categories.isEmpty && filter.classifications.isEmpty)
  }

  @Test("without a filter, or with nothing missing, everything is not listed", arguments: [false, true])
  func noPrerequisites(isFiltered: Bool) {
    let script = ScriptedSession()
    if isFiltered {
      script.selection = RevisionSelection(
        categories: [GUID(high: 1, low: 1)], classifications: [GUID(high: 2, low: 2)], languages: [], isChanged: false)
    } else {
      script.prerequisites = [[GUID(high: 3, low: 3)]]
    }
    script.listings = [.updates: ScriptedSession.identities(2)]
    #expect(script.run().isFinished)
    #expect(script.operations.filter { $0 == "GetRevisionIdList" }.count == 2)
  }

  @Test("SSS-224: references beyond 16 pages are all fetched before the listing is published")
  func manyReferences() {
    let script = ScriptedSession()
    script.listings = [.updates: ScriptedSession.identities(2)]
    script.references = (0..<17).map { ScriptedSession.identities(1_000, from: 1_000 * ($0 + 1)) }
    #expect(script.run().isFinished)
    #expect(script.staged[.updates]?.count == 17_002)
    #expect(!script.session.leavesReferencesOut)
  }

  @Test("references that nest without end are left out after 16 levels, and the session says so")
  func deepReferences() {
    let script = ScriptedSession()
    script.references = (0..<40).map { ScriptedSession.identities(1, from: 100 + $0) }
    #expect(script.run().isFinished)
    #expect(script.staged[.updates]?.count == 16)
    #expect(script.session.leavesReferencesOut)
  }

  @Test("references that never arrive end the search")
  func endlessReferences() {
    let script = ScriptedSession()
    script.references = Array(repeating: ScriptedSession.identities(2, from: 50), count: 1_000)
    script.answer = { call, _ in
      if case .getUpdateData = call { .answer(.updateData(delivered: [])) } else { nil }
    }
    #expect(script.run().isFinished)
    #expect(script.unavailable.count == 2)
  }

  @Test("cancelling at any action ends the session, with no call in flight", arguments: 0..<60)
  func cancel(at point: Int) {
    let script = ScriptedSession(mode: .replica)
    script.configuration.limits.updates = 3
    script.listings = [.updates: ScriptedSession.identities(20)]
    script.cancelsAfter = point
    let outcome = script.run()
    #expect(outcome.isCancelled || outcome.isFinished)
    #expect(script.session.callsInFlight == 0)
    #expect(
      script.staged[.updates] ?? [] == Array(ScriptedSession.identities(20).prefix(script.staged[.updates]?.count ?? 0))
    )
  }
}

extension ScriptedSession {
  var batchSizes: [Int] { calls.compactMap { if case .getUpdateData(_, let ids) = $0 { ids.count } else { nil } } }
}
