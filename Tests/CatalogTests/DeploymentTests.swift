import Catalog
import Testing
import UpdateModel

struct DeploymentTests {
  let folder = try! TemporaryFolder()
  let start = Timestamp(year: 2020, month: 1, day: 1)

  private func deployment(
    _ number: Int, _ revision: UpdateIdentity, group: GUID = allComputers, action: DeploymentAction = .install
  ) -> Deployment {
    Deployment(
      deploymentID: guid(900 + number), identity: revision, targetGroupID: group, action: action,
      adminName: "WUS Server",
      deadline: .endOfTime, isAssigned: false, goLiveTime: Timestamp(ticks: start.ticks + 7), downloadPriority: 3)
  }

  private func state(
    _ deployments: [Deployment] = [], groups: [TargetGroup] = [.allComputers, .unassignedComputers], dead: [Int] = [],
    hidden: [Int] = [], eulas: [Int] = [], anchor: String = "d"
  ) -> DeploymentState {
    DeploymentState(
      anchor: DeploymentAnchor(anchor), groups: groups, deployments: deployments,
      deadDeployments: dead.map { guid(900 + $0) }, hiddenUpdates: hidden.map { guid($0) },
      acceptedEULAs: eulas.map { guid($0) })
  }

  private func replica(_ revisions: [StagedRevision] = [revision(1), revision(2)]) async throws -> Catalog {
    let catalog = try await folder.catalog()
    try await catalog.becomeReplica()
    try await catalog.add(.updates, revisions)
    return catalog
  }

  private func served(_ catalog: Catalog, since: DeploymentAnchor? = nil) async throws -> DeploymentState {
    try await catalog.deployments(since: since, upTo: try await catalog.syncAnchor())
  }

  @Test("SSS-214, SSS-215, SSS-220: deployments are upserted by DeploymentGuid and kept bit by bit for further servers")
  func upsert() async throws {
    let catalog = try await replica()
    let first = deployment(1, identity(1))
    try await catalog.apply(state([first]), wasFull: true)
    #expect(try await served(catalog).deployments == [first])
    #expect(try await catalog.upstream().deploymentAnchor == DeploymentAnchor("d"))
    var changed = first
    changed.deadline = Timestamp(year: 2030, month: 2, day: 3)
    let summary = try await catalog.apply(state([changed], anchor: "e"), wasFull: false)
    #expect(summary.changedDeployments == 1)
    #expect(try await served(catalog).deployments == [changed])
    #expect(try await catalog.upstream().deploymentAnchor == DeploymentAnchor("e"))
  }

  @Test("applying the same answer again changes nothing and moves no anchor")
  func identical() async throws {
    let catalog = try await replica()
    let answer = state([deployment(1, identity(1))], dead: [1, 5], hidden: [2], eulas: [70])
    try await catalog.apply(answer, wasFull: true)
    let before = try await catalog.mark()
    let summary = try await catalog.apply(answer, wasFull: true)
    #expect(summary.sequence == nil)
    #expect(try await catalog.mark() == before)
  }

  @Test("SSS-211, SSS-212: groups are mirrored and take their deployments along when they go")
  func groups() async throws {
    let catalog = try await replica()
    let lab = TargetGroup(targetGroupID: guid(70), name: "Lab", parentGroupID: allComputers, isBuiltin: false)
    let all: [TargetGroup] = [.allComputers, .unassignedComputers]
    try await catalog.apply(state([deployment(1, identity(1), group: guid(70))], groups: all + [lab]), wasFull: true)
    var renamed = lab
    renamed.name = "Laboratory"
    try await catalog.apply(state(groups: all + [renamed]), wasFull: false)
    #expect(try await catalog.groups().contains(renamed))
    let anchor = DeploymentAnchor(try await catalog.mark().description)
    let summary = try await catalog.apply(state(groups: all), wasFull: false)
    #expect(summary.deletedGroups == 1)
    #expect(summary.deadDeployments == 1)
    let answer = try await served(catalog, since: anchor)
    #expect(answer.groups == all.sorted { $0.targetGroupID < $1.targetGroupID })
    #expect(answer.deadDeployments == [guid(901)])
  }

  @Test("SSS-226: a group without a parent belongs to All Computers")
  func missingParent() async throws {
    let catalog = try await replica()
    let lab = TargetGroup(targetGroupID: guid(70), name: "Lab", parentGroupID: .zero, isBuiltin: false)
    try await catalog.apply(state(groups: [.allComputers, lab]), wasFull: true)
    #expect(try await catalog.groups().first { $0.name == "Lab" }?.parentGroupID == allComputers)
    #expect(try await catalog.groups().first { $0.targetGroupID == allComputers }?.parentGroupID == .zero)
  }

  @Test("SSS-213: a dead deployment is no longer offered, and comes back when it is listed again")
  func dead() async throws {
    let catalog = try await replica()
    let first = deployment(1, identity(1))
    try await catalog.apply(state([first]), wasFull: true)
    try await catalog.apply(state(dead: [1]), wasFull: false)
    #expect(try await served(catalog).deployments == [])
    #expect(try await served(catalog).deadDeployments == [guid(901)])
    try await catalog.apply(state([first], dead: [1]), wasFull: false)
    #expect(try await served(catalog).deployments == [first])
    #expect(try await served(catalog).deadDeployments == [])
  }

  @Test("SSS-225: without an anchor, deployments that the full answer lacks are removed")
  func fullAnswer() async throws {
    let catalog = try await replica()
    try await catalog.apply(state([deployment(1, identity(1)), deployment(2, identity(2))]), wasFull: true)
    try await catalog.apply(state([]), wasFull: false)
    #expect(try await served(catalog).deployments.count == 2)
    try await catalog.apply(state([deployment(2, identity(2))]), wasFull: true)
    #expect(try await served(catalog).deployments.map(\.deploymentID) == [guid(902)])
  }

  @Test("SSS-217, SSS-218, SSS-219: hidden mirrors the answer in both directions, accepted never clears")
  func hiddenAndEULAs() async throws {
    let catalog = try await replica()
    try await catalog.apply(state(hidden: [1, 55], eulas: [70]), wasFull: true)
    #expect(try await served(catalog).hiddenUpdates == [guid(1), guid(55)])
    #expect(try await catalog.update(guid(1))?.row.isHidden == true)
    let summary = try await catalog.apply(state(hidden: [2], eulas: []), wasFull: false)
    #expect(summary.changedHidden == 3)
    let answer = try await served(catalog)
    #expect(answer.hiddenUpdates == [guid(2)])
    #expect(answer.acceptedEULAs == [guid(70)])
  }

  @Test("SSS-223: a deployment of an unknown revision or group is kept and reported, offered once both are known")
  func unresolved() async throws {
    let catalog = try await replica()
    let lab = TargetGroup(targetGroupID: guid(70), name: "Lab", parentGroupID: allComputers, isBuiltin: false)
    let unknownRevision = deployment(1, identity(7, 3))
    let unknownGroup = deployment(2, identity(1), group: guid(70))
    let summary = try await catalog.apply(state([unknownRevision, unknownGroup]), wasFull: true)
    #expect(summary.unresolved == [unknownRevision, unknownGroup])
    let first = try await served(catalog)
    #expect(first.deployments == [])
    try await catalog.stage(.updates, [revision(7, 3)])
    #expect(try await served(catalog).deployments == [])
    #expect(try await catalog.publish(.updates).resolvedDeployments == 1)
    #expect(try await served(catalog, since: first.anchor).deployments == [unknownRevision])
    let groups: [TargetGroup] = [.allComputers, .unassignedComputers, lab]
    try await catalog.apply(state(groups: groups), wasFull: false)
    #expect(try await catalog.unresolvedDeployments() == [])
    #expect(try await served(catalog, since: first.anchor).deployments == [unknownRevision, unknownGroup])
  }

  @Test("AMB-26: an action outside the specification is kept and never offered; SSS-207: offered actions are 0 to 3")
  func unknownAction() async throws {
    let catalog = try await replica()
    try await catalog.apply(
      state([deployment(1, identity(1), action: DeploymentAction(rawValue: 9)), deployment(2, identity(2))]),
      wasFull: true)
    #expect(try await served(catalog).deployments.map(\.action) == [.install])
    #expect(try await catalog.update(guid(1))?.approvals.map(\.deployment.action.rawValue) == [9])
  }

  @Test(
    "SSS-202, SSS-203, SSS-206, SSS-208, SSS-209, SSS-210: a window holds what was made and deleted inside it, and ends at the sync anchor"
  )
  func windows() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1), revision(2), revision(3)])
    let first = try await catalog.approve(ApprovalRequest(updateID: guid(1), targetGroupID: allComputers))
    let middle = try await catalog.syncAnchor()
    let second = try await catalog.approve(ApprovalRequest(updateID: guid(2), targetGroupID: allComputers))
    try await catalog.removeDeployment(first.deploymentID)
    let end = try await catalog.syncAnchor()
    let third = try await catalog.approve(ApprovalRequest(updateID: guid(3), targetGroupID: allComputers))

    let window = try await catalog.deployments(since: DeploymentAnchor(middle.text), upTo: end)
    #expect(window.anchor == DeploymentAnchor(end.text))
    #expect(window.deployments == [second])
    #expect(window.deadDeployments == [first.deploymentID])
    let rest = try await catalog.deployments(since: window.anchor, upTo: try await catalog.syncAnchor())
    #expect(rest.deployments == [third])
    #expect(rest.deadDeployments == [])
    #expect(third.deadline == .endOfTime)
    #expect((1...3).contains(third.downloadPriority))
    let again = try await catalog.approve(
      ApprovalRequest(updateID: guid(3), targetGroupID: allComputers, action: .uninstall))
    #expect(again.deploymentID == third.deploymentID)
  }

  @Test(
    "SSS-196, SSS-197: an empty sync anchor or a malformed deployment anchor is malformed, an empty deployment anchor is none"
  )
  func anchors() async throws {
    let catalog = try await folder.catalog()
    let now = try await catalog.syncAnchor()
    await #expect(throws: CatalogError.malformedAnchor("")) {
      try await catalog.deployments(since: nil, upTo: SyncAnchor(""))
    }
    await #expect(throws: CatalogError.malformedAnchor("x")) {
      try await catalog.deployments(since: DeploymentAnchor("x"), upTo: now)
    }
    let empty = try await catalog.deployments(since: DeploymentAnchor(""), upTo: now)
    #expect(empty == (try await catalog.deployments(since: nil, upTo: now)))
  }

  @Test(
    "SSS-199, SSS-200, SSS-201, SSS-204, SSS-205: groups, declined updates and accepted EULAs are always full lists")
  func fullLists() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1), revision(2) { $0.eulaID = guid(70) }])
    let group = try await catalog.createGroup(name: "Lab")
    try await catalog.decline(guid(1))
    try await catalog.decline(guid(2))
    try await catalog.acceptEULA(guid(70))
    for _ in 0..<2 {
      let answer = try await served(catalog, since: DeploymentAnchor(try await catalog.mark().description))
      #expect(Set(answer.groups) == [.allComputers, .unassignedComputers, group])
      #expect(answer.groups.filter { $0.parentGroupID == .zero }.map(\.targetGroupID) == [allComputers])
      #expect(answer.groups.filter { !$0.isBuiltin } == [group])
      #expect(answer.hiddenUpdates == [guid(1), guid(2)])
      #expect(answer.acceptedEULAs == [guid(70)])
    }
    try await catalog.undecline(guid(1))
    #expect(try await served(catalog).hiddenUpdates == [guid(2)])
  }

  @Test("declining, accepting or approving the same again is no change")
  func noChange() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1)])
    let request = ApprovalRequest(updateID: guid(1), targetGroupID: allComputers)
    let first = try await catalog.approve(request)
    try await catalog.decline(guid(1))
    try await catalog.acceptEULA(guid(70))
    let before = try await catalog.mark()
    #expect(try await catalog.approve(request) == first)
    try await catalog.decline(guid(1))
    try await catalog.acceptEULA(guid(70))
    #expect(try await catalog.mark() == before)
  }

  @Test("SSS-388: an anchor from before the last purged tombstone is refused")
  func purgedTombstones() async throws {
    let clock = TestClock()
    let catalog = try await folder.catalog(clock: clock)
    try await catalog.add(.updates, [revision(1)])
    let deployment = try await catalog.approve(ApprovalRequest(updateID: guid(1), targetGroupID: allComputers))
    let old = DeploymentAnchor(try await catalog.mark().description)
    try await catalog.removeDeployment(deployment.deploymentID)
    let new = DeploymentAnchor(try await catalog.mark().description)
    #expect(try await catalog.purgeTombstones(before: clock.now) == 0)
    clock.advance(seconds: 60)
    #expect(try await catalog.purgeTombstones(before: clock.now) == 1)
    let error = await #expect(throws: CatalogError.self) { try await served(catalog, since: old) }
    #expect(error?.reaction == .resetAnchors)
    #expect(try await served(catalog, since: new).deadDeployments == [])
  }

  @Test("SSS-378: local groups, approvals and declines are refused on a replica, applying is refused elsewhere")
  func replicaRefuses() async throws {
    let catalog = try await replica()
    await #expect(throws: CatalogError.replica(operation: "create group")) {
      try await catalog.createGroup(name: "Lab")
    }
    await #expect(throws: CatalogError.replica(operation: "approve")) {
      try await catalog.approve(ApprovalRequest(updateID: guid(1), targetGroupID: allComputers))
    }
    await #expect(throws: CatalogError.replica(operation: "decline")) { try await catalog.decline(guid(1)) }
    var settings = try await catalog.settings()
    settings.replicationMode = .autonomous
    try await catalog.save(settings)
    await #expect(throws: CatalogError.notReplica(operation: "apply deployments")) {
      try await catalog.apply(state(), wasFull: true)
    }
  }
}
