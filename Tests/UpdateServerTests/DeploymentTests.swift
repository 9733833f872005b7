import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct DeploymentTests {
  private static func syncAnchor(_ rig: ServerRig) async throws -> SyncAnchor {
    try await rig.call(
      GetRevisionIdList.self,
      .init(cookie: try await rig.cookie(), filter: RevisionFilter(anchor: nil, isConfiguration: false))
    ).anchor
  }

  private static func state(
    _ rig: ServerRig, since anchor: DeploymentAnchor? = nil, upTo: SyncAnchor? = nil
  ) async throws -> DeploymentState {
    let bound: SyncAnchor
    if let upTo { bound = upTo } else { bound = try await syncAnchor(rig) }
    return try await rig.call(
      GetDeployments.self, .init(cookie: try await rig.cookie(), deploymentAnchor: anchor, syncAnchor: bound))
  }

  private static func approve(_ rig: ServerRig, _ number: Int) async throws -> Deployment {
    try await rig.catalog.approve(
      ApprovalRequest(updateID: Fixtures.guid(number), targetGroupID: TargetGroup.allComputers.targetGroupID))
  }

  @Test("SSS-196: a missing, empty or malformed sync anchor is InvalidParameters", arguments: [nil, "", "x"])
  func badSyncAnchor(_ text: String?) async throws {
    try await ServerRig.run { rig async throws in
      let fault = try await rig.fault(
        GetDeployments.self,
        .init(cookie: try await rig.cookie(), deploymentAnchor: nil, syncAnchor: text.map { SyncAnchor($0) }))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "syncAnchor")
    }
  }

  @Test("SSS-197: a malformed deployment anchor is InvalidParameters; none and an empty one are accepted")
  func deploymentAnchor() async throws {
    try await ServerRig.run { rig async throws in
      let upTo = try await Self.syncAnchor(rig)
      let fault = try await rig.fault(
        GetDeployments.self,
        .init(cookie: try await rig.cookie(), deploymentAnchor: DeploymentAnchor("x"), syncAnchor: upTo))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "deploymentAnchor")
      let absent = try await Self.state(rig, upTo: upTo)
      #expect(try await Self.state(rig, since: DeploymentAnchor(""), upTo: upTo) == absent)
    }
  }

  @Test("SSS-387: a foreign deployment or sync anchor is ServerChanged")
  func foreignAnchors() async throws {
    try await ServerRig.run { rig async throws in
      let upTo = try await Self.syncAnchor(rig)
      let cookie = try await rig.cookie()
      let requests = [
        GetDeployments.Request(
          cookie: cookie, deploymentAnchor: DeploymentAnchor("5,2026-11-23 00:00:00.000,other"), syncAnchor: upTo),
        GetDeployments.Request(
          cookie: cookie, deploymentAnchor: nil, syncAnchor: SyncAnchor("5,2026-11-23 00:00:00.000,other")),
      ]
      for request in requests {
        #expect(try await rig.fault(GetDeployments.self, request).code == .serverChanged)
      }
    }
  }

  @Test("SSS-388: an anchor older than the tombstones that were purged is ServerChanged")
  func purgedTombstones() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1))
      let upTo = try await Self.syncAnchor(rig)
      let old = try await Self.state(rig, upTo: upTo).anchor
      let deployment = try await Self.approve(rig, 1)
      try await rig.catalog.removeDeployment(deployment.deploymentID)
      rig.clock.advance(seconds: 1_000)
      _ = try await rig.catalog.purgeTombstones(before: rig.clock.now)
      let fault = try await rig.fault(
        GetDeployments.self,
        .init(
          cookie: try await rig.cookie(), deploymentAnchor: old, syncAnchor: try await Self.syncAnchor(rig)))
      #expect(fault.code == .serverChanged)
    }
  }

  @Test("SSS-198, SSS-199, SSS-200: all six members are there on an empty server, with the builtin groups")
  func emptyServer() async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.raw(
        GetDeployments.self,
        .init(cookie: try await rig.cookie(), deploymentAnchor: nil, syncAnchor: try await Self.syncAnchor(rig)))
      let body = try XMLElement.parse(answer.body, limits: .request).child("Body")
      let result = body?.child("GetDeploymentsResponse")?.child("GetDeploymentsResult")
      #expect(
        result?.children.map(\.name) == [
          "Anchor", "Groups", "Deployments", "DeadDeployments", "HiddenUpdates", "AcceptedEulas",
        ])
      let groups = try await Self.state(rig).groups
      #expect(Set(groups) == [.allComputers, .unassignedComputers])
      #expect(groups.first { $0 == .allComputers }?.parentGroupID == .zero)
    }
  }

  @Test("SSS-199, SSS-201: every answer has all groups, and only those made by people are not builtin")
  func groups() async throws {
    try await ServerRig.run { rig async throws in
      let made = try await rig.catalog.createGroup(
        name: "Lab <1> & \"2\"", parent: TargetGroup.allComputers.targetGroupID)
      let first = try await Self.state(rig)
      let second = try await Self.state(rig, since: first.anchor)
      #expect(first.groups == second.groups)
      #expect(first.groups.filter { !$0.isBuiltin } == [made])
      #expect(first.groups.count == 3)
    }
  }

  @Test("SSS-202, SSS-203, SSS-206: windows between anchors hold what was created and deleted in them, once")
  func windows() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1), Fixtures.metadata(2), Fixtures.metadata(3))
      let first = try await Self.approve(rig, 1)
      let start = try await Self.state(rig)
      #expect(start.deployments == [first])
      let second = try await Self.approve(rig, 2)
      let upTo = try await Self.syncAnchor(rig)
      let third = try await Self.approve(rig, 3)
      let middle = try await Self.state(rig, since: start.anchor, upTo: upTo)
      #expect(middle.deployments == [second])
      #expect(middle.deadDeployments.isEmpty)
      #expect(middle.anchor.text == upTo.text)
      try await rig.catalog.removeDeployment(first.deploymentID)
      let end = try await Self.state(rig, since: middle.anchor)
      #expect(end.deployments == [third])
      #expect(end.deadDeployments == [first.deploymentID])
      let nothing = try await Self.state(rig, since: end.anchor)
      #expect(nothing.deployments.isEmpty && nothing.deadDeployments.isEmpty)
    }
  }

  @Test("SSS-204: every answer has all declined updates")
  func hidden() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1), Fixtures.metadata(2), Fixtures.metadata(3))
      try await rig.catalog.decline(Fixtures.guid(1))
      try await rig.catalog.decline(Fixtures.guid(2))
      let first = try await Self.state(rig)
      #expect(Set(first.hiddenUpdates) == [Fixtures.guid(1), Fixtures.guid(2)])
      #expect(try await Self.state(rig, since: first.anchor).hiddenUpdates == first.hiddenUpdates)
      try await rig.catalog.undecline(Fixtures.guid(1))
      #expect(try await Self.state(rig, since: first.anchor).hiddenUpdates == [Fixtures.guid(2)])
    }
  }

  @Test("SSS-205: every answer has all accepted EULAs")
  func eulas() async throws {
    try await ServerRig.run { rig async throws in
      let eula = Fixtures.guid(77)
      try await rig.catalog.publishNow(Fixtures.metadata(1) { $0.eulaID = eula })
      try await rig.catalog.acceptEULA(eula)
      let first = try await Self.state(rig)
      #expect(first.acceptedEULAs == [eula])
      #expect(try await Self.state(rig, since: first.anchor).acceptedEULAs == [eula])
    }
  }

  @Test("SSS-207, SSS-208, SSS-209, SSS-210: what a deployment says on the wire")
  func fields() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1))
      let deployment = try await Self.approve(rig, 1)
      let request = GetDeployments.Request(
        cookie: try await rig.cookie(), deploymentAnchor: nil, syncAnchor: try await Self.syncAnchor(rig))
      let text = try await rig.raw(GetDeployments.self, request).text
      #expect(text.contains("<Deadline>9999-12-31T23:59:59.9999999</Deadline>"))
      #expect(text.contains("<Action>0</Action>"))
      #expect(text.contains("<DownloadPriority>1</DownloadPriority>"))
      let again = try await rig.call(GetDeployments.self, request)
      #expect(again.deployments == [deployment])
      #expect(try await rig.call(GetDeployments.self, request) == again)
    }
  }

  @Test("a deployment never names a revision that the sync anchor does not cover")
  func coveredRevisions() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1))
      let upTo = try await Self.syncAnchor(rig)
      try await rig.catalog.publishNow(Fixtures.metadata(2))
      _ = try await Self.approve(rig, 2)
      #expect(try await Self.state(rig, upTo: upTo).deployments.isEmpty)
    }
  }
}

@Suite struct DownloadFilesTests {
  @Test("SSS-234: no list and 101 digests are InvalidParameters")
  func limits() async throws {
    try await ServerRig.run { rig async throws in
      let cookie = try await rig.cookie()
      for digests in [nil, (1...101).map(Fixtures.digest)] {
        let fault = try await rig.fault(DownloadFiles.self, .init(cookie: cookie, digests: digests))
        #expect(fault.code == .invalidParameters)
        #expect(fault.message == "fileDigestList")
      }
    }
  }

  @Test("SSS-235: unknown digests are told, joined by a vertical bar, after the known ones were recorded")
  func unknown() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1, files: [Fixtures.file(1)]))
      let fault = try await rig.fault(
        DownloadFiles.self, .init(cookie: try await rig.cookie(), digests: [7, 1, 8].map(Fixtures.digest)))
      #expect(fault.code == .fileDigestsMissing)
      #expect(fault.message.split(separator: "|").count == 2)
      #expect(fault.missingDigests == [7, 8].map(Fixtures.digest))
      #expect(try await rig.catalog.files([Fixtures.digest(1)]).map(\.isRequestedByDownstream) == [true])
    }
  }

  @Test("a catalogue-only server knows its files, tells the unknown ones, and records nothing as wanted")
  func catalogueOnly() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1, files: [Fixtures.file(1)]))
      try await rig.catalog.stage(.updates, [Fixtures.staged(Fixtures.metadata(2, files: [Fixtures.file(2)]))])
      var settings = try await rig.catalog.settings()
      settings.isCatalogOnly = true
      try await rig.catalog.save(settings)
      let cookie = try await rig.cookie()
      _ = try await rig.call(DownloadFiles.self, .init(cookie: cookie, digests: [Fixtures.digest(1)]))
      // A staged revision is not known to anybody yet.
      let fault = try await rig.fault(
        DownloadFiles.self, .init(cookie: cookie, digests: [1, 2, 3].map { Fixtures.digest($0) }))
      #expect(fault.code == .fileDigestsMissing)
      #expect(fault.missingDigests == [Fixtures.digest(2), Fixtures.digest(3)])
      let wanted = try await rig.catalog.wantedFiles(ContentPolicy(isLazy: true, requiresSHA256: false), limit: 10)
      #expect(wanted.isEmpty)
    }
  }

  @Test("a catalogue-only server names the Internet location of its files and an empty update no file")
  func catalogueOnlyLocations() async throws {
    try await ServerRig.run { rig async throws in
      let url = "http://download.example/c/msdownload/file1.cab"
      try await rig.catalog.publishNow([
        Fixtures.staged(Fixtures.metadata(1, files: [Fixtures.file(1)]), muURL: url),
        Fixtures.staged(Fixtures.metadata(2)),
      ])
      var settings = try await rig.catalog.settings()
      settings.isCatalogOnly = true
      try await rig.catalog.save(settings)
      let cookie = try await rig.cookie()
      let configuration = try await rig.call(GetConfigData.self, .init(cookie: cookie, anchor: nil))
      #expect(configuration.isCatalogOnly)
      let data = try await rig.call(
        GetUpdateData.self,
        .init(cookie: cookie, identities: [1, 2].map { .init(updateID: Fixtures.guid($0), revisionNumber: 1) }))
      #expect(data.locations.map(\.digest) == [Fixtures.digest(1)])
      #expect(data.locations.map(\.muURL) == [url])
    }
  }

  @Test("SSS-240, SSS-241: the answer is empty and comes at once; the mirror finds the files as wanted")
  func recorded() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1, files: [Fixtures.file(1), Fixtures.file(2)]))
      let answer = try await rig.raw(
        DownloadFiles.self, .init(cookie: try await rig.cookie(), digests: [Fixtures.digest(2)]))
      #expect(answer.status == 200)
      #expect(answer.text.contains("<DownloadFilesResponse xmlns=\"http://www.microsoft.com/SoftwareDistribution\" />"))
      let wanted = try await rig.catalog.wantedFiles(ContentPolicy(isLazy: true, requiresSHA256: false), limit: 10)
      #expect(wanted.map(\.file.digest) == [Fixtures.digest(2)])
      #expect(wanted.map(\.isRequestedByDownstream) == [true])
    }
  }
}
