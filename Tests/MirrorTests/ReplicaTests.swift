import Catalog
import Mirror
import Synchronization
import TestSupport
import Testing
import UpdateModel
import WireFormat

@Suite(.serialized) struct ReplicaTests {
  private func deployment(_ number: Int, of identity: UpdateIdentity, group: GUID) -> Deployment {
    Deployment(
      deploymentID: Sample.guid(number), identity: identity, targetGroupID: group, action: .install,
      adminName: "root admin", isAssigned: false, goLiveTime: Timestamp(year: 2027, month: 1, day: 1),
      downloadPriority: 3)
  }

  private let pilot = TargetGroup(
    targetGroupID: Sample.guid(7_000), name: "Pilot", parentGroupID: TargetGroup.allComputers.targetGroupID,
    isBuiltin: false)

  private func site() async throws -> (SimulatedUSS, MirrorSite) {
    let server = try Sample.server(updates: 3) { state in
      state.groups.append(pilot)
      state.deploy(deployment(5_000, of: Sample.identity(0), group: pilot.targetGroupID))
      state.deploy(deployment(5_001, of: Sample.identity(1), group: TargetGroup.allComputers.targetGroupID))
      state.hidden = [Sample.guid(2)]
    }
    return (server, try await MirrorSite(server.url, isReplica: true))
  }

  private func approvals(_ site: MirrorSite, _ number: Int) async throws -> [Deployment] {
    try await site.catalog.update(Sample.identity(number))?.approvals.map(\.deployment) ?? []
  }

  @Test("SSS-193, SSS-211, SSS-215, SSS-217: groups, deployments with all their fields, and hidden updates arrive")
  func firstRun() async throws {
    let (server, site) = try await site()
    try await site.sync(.metadataOnly)
    #expect(try await site.catalog.groups().contains(pilot))
    #expect(try await approvals(site, 0) == [deployment(5_000, of: Sample.identity(0), group: pilot.targetGroupID)])
    #expect(try await site.catalog.update(Sample.identity(2))?.row.isHidden == true)
    #expect(server.operations.last == "GetDeployments")
  }

  @Test("SSS-194, SSS-195, SSS-220: the second call sends the anchor of the first, and the listing's as syncAnchor")
  func anchors() async throws {
    let (server, site) = try await site()
    try await site.sync(.metadataOnly)
    let first = try await site.catalog.upstream()
    try await site.sync(.metadataOnly)
    let calls = server.calls("GetDeployments").map(\.body)
    #expect(calls.count == 2)
    #expect(!calls[0].contains("deploymentAnchor"))
    #expect(calls[0].contains("<syncAnchor>\(try #require(first.updateAnchor).text)</syncAnchor>"))
    #expect(calls[1].contains("<deploymentAnchor>\(try #require(first.deploymentAnchor).text)</deploymentAnchor>"))
  }

  @Test("SSS-212, SSS-213, SSS-214, SSS-218: deleted groups, dead and changed deployments, updates no longer hidden")
  func changes() async throws {
    let (server, site) = try await site()
    try await site.sync(.metadataOnly)
    server.change { state in
      state.groups.removeAll { $0 == pilot }
      state.undeploy(Sample.guid(5_000))
      var changed = deployment(5_001, of: Sample.identity(1), group: TargetGroup.allComputers.targetGroupID)
      changed.deadline = Timestamp(year: 2027, month: 5, day: 5)
      state.deploy(changed)
      state.hidden = []
    }
    try await site.sync(.metadataOnly)
    #expect(try await !site.catalog.groups().contains { $0.targetGroupID == pilot.targetGroupID })
    #expect(try await approvals(site, 0).isEmpty)
    #expect(try await approvals(site, 1).map(\.deadline) == [Timestamp(year: 2027, month: 5, day: 5)])
    #expect(try await site.catalog.update(Sample.identity(2))?.row.isHidden == false)
  }

  @Test("SSS-224: a deployment of an older revision brings that revision")
  func olderRevision() async throws {
    let (server, site) = try await site()
    server.change { state in
      state.add(Sample.update(1, revision: 5))
    }
    try await site.sync(.metadataOnly)
    let stored = try await site.catalog.update(Sample.guid(1))?.revisions
    #expect(stored?.map(\.revisionNumber) == [5, 1])
    #expect(try await site.catalog.unresolvedDeployments().isEmpty)
  }

  @Test("SSS-223: a deployment of a revision that nobody has stays unresolved and is reported")
  func unresolved() async throws {
    let (server, site) = try await site()
    server.change { $0.deploy(deployment(5_009, of: Sample.identity(4_444), group: pilot.targetGroupID)) }
    let report = try await site.sync(.metadataOnly)
    #expect(report.unresolvedDeployments == 1)
    #expect(report.unavailable.map(\.identity) == [Sample.identity(4_444)])
    #expect(try await site.catalog.unresolvedDeployments().map(\.deploymentID) == [Sample.guid(5_009)])
  }

  @Test("SSS-221, SSS-280: the history row of a replica follows the deployments")
  func history() async throws {
    let (server, site) = try await site()
    server.change { $0.rules = [.init("GetDeployments", calls: 1...1, .soap(.internalServerError))] }
    _ = try await site.failure()
    #expect(try await site.catalog.history(limit: 5).map(\.outcome) == [.failed])
    try await site.sync(.metadataOnly)
    #expect(try await site.catalog.history(limit: 5).first?.outcome == .succeeded)
  }
}
