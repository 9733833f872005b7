import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct SoftwareSyncTests {
  @Test(
    "WUSP-171 WUSP-179 WUSP-180 WUSP-181 WUSP-183 WUSP-191 WUSP-192 WUSP-193 WUSP-194: a first scan, round by round")
  func firstScan() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      let first = try await client.sync()
      #expect(first.newUpdates.map(\.updateID) == [Fixtures.guid(ClientCatalogue.detectoid)])
      #expect(first.newUpdates[0].deployment?.action == .evaluate)
      #expect(!first.newUpdates[0].isLeaf)
      #expect(!first.isTruncated)
      let second = try await client.sync(installed: first.newUpdates.map(\.id))
      let found = Dictionary(
        uniqueKeysWithValues: second.newUpdates.map { ($0.updateID, $0.deployment?.action) })
      #expect(
        found == [
          Fixtures.guid(ClientCatalogue.update): .install, Fixtures.guid(ClientCatalogue.bundle): .install,
          Fixtures.guid(ClientCatalogue.member): .bundle,
        ])
      #expect(second.newUpdates.allSatisfy { $0.isLeaf })
      #expect(second.outOfScopeRevisionIDs.isEmpty)
      let third = try await client.sync(
        installed: first.newUpdates.map(\.id), other: second.newUpdates.map(\.id))
      #expect(third.newUpdates.isEmpty && third.changedUpdates.isEmpty && !third.isTruncated)
      #expect(third.isDriverSyncNotNeeded == true)
    }
  }

  @Test("WUSP-168 WUSP-213 WUSP-214 WUSP-216 WUSP-292: core fragments arrive as they are stored, deployments complete")
  func fragments() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      let info = try await client.sync().newUpdates[0]
      let core = try await rig.catalog.coreFragments([RevisionID(Int64(info.id))], maximumBytes: .max)
      #expect(info.xml == core.fragments.first?.bytes)
      let raw = try await rig.raw(SyncUpdates.self, client.syncRequest())
      #expect(raw.text.contains("<LastChangeTime>2026-03-10</LastChangeTime>"))
      #expect(
        raw.text.contains(
          "<AutoSelect>0</AutoSelect><AutoDownload>0</AutoDownload><SupersedenceBehavior>0</SupersedenceBehavior>"))
      #expect(raw.text.contains("&lt;UpdateIdentity UpdateID="))
    }
  }

  @Test("WUSP-215 WUSP-227 WUSP-228: older clients get nothing that they do not know")
  func olderClients() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog)
      let client = try await TestClient.known(to: rig, version: "1.6")
      let request = client.syncRequest(other: [77]) { $0.needsTwoGroupOutOfScopeUpdates = true }
      let answer = try await rig.raw(SyncUpdates.self, request)
      for word in ["AutoSelect", "DeployedOutOfScopeRevisionIds", "DriverSyncNotNeeded"] {
        #expect(!answer.text.contains(word))
      }
    }
  }

  @Test("WUSP-172 WUSP-173 WUSP-174 WUSP-175: parameters that are missing or do not fit")
  func parameters() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog)
      let client = try await TestClient.known(to: rig)
      let missing = try await rig.fault(SyncUpdates.self, .init(cookie: client.cookie, parameters: nil))
      #expect(missing.code == .invalidParameters)
      #expect(missing.message == "parameters")
      let devices = client.syncRequest { $0.systemSpec = [.init(hardwareIDs: ["PCI\\VEN_1"])] }
      #expect(try await rig.fault(SyncUpdates.self, devices).message == "parameters.SystemSpec")
      let express = client.syncRequest { $0.isExpressQuery = true }
      let known = try await rig.call(SyncUpdates.self, client.syncRequest()).newUpdates
      #expect(!known.isEmpty)
      #expect(try await rig.call(SyncUpdates.self, express).newUpdates == known)
      let text = String(
        decoding: SOAPRequest.encode(SyncUpdates.self, client.syncRequest(), version: .v11).body, as: UTF8.self)
      let null = "<SystemSpec xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"1\"/>"
      let answer = try await rig.post(
        text.replacing("<SkipSoftwareSync>", with: "\(null)<SkipSoftwareSync>"), to: .client)
      #expect(answer.status == 200)
    }
  }

  @Test("400 installed revisions are answered; the 401st is InvalidParameters by the name that real servers use")
  func installedRevisions() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let most = client.syncRequest(installed: [Int32](repeating: 7, count: 400))
      #expect(try await rig.raw(SyncUpdates.self, most).status == 200)
      let fault = try await rig.fault(SyncUpdates.self, client.syncRequest(installed: Array(1...401)))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "parameters.InstalledNonLeafUpdateIDs")
    }
  }

  @Test("WUSP-178: only what the groups of a computer are approved for is offered")
  func groups() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog, approving: [])
      let pilot = try await rig.catalog.createGroup(name: "Pilot")
      try await ClientCatalogue.approve(ClientCatalogue.update, in: rig.catalog, for: pilot.targetGroupID)
      var inside = try await TestClient.known(to: rig)
      var outside = try await TestClient.known(to: rig, id: "other")
      try await rig.catalog.assign(ClientID(TestClient.id)!, to: [pilot.targetGroupID])
      #expect(try await inside.scan().updates.count == 2)
      #expect(try await outside.scan().updates.isEmpty)
    }
  }

  @Test("WUSP-098 WUSP-099 WUSP-101: named groups count under client-side targeting only")
  func targeting() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog, approving: [])
      let groups = [try await rig.catalog.createGroup(name: "A"), try await rig.catalog.createGroup(name: "B")]
      try await ClientCatalogue.approve(ClientCatalogue.update, in: rig.catalog, for: groups[0].targetGroupID)
      try await ClientCatalogue.approve(ClientCatalogue.bundle, in: rig.catalog, for: groups[1].targetGroupID)
      var client = try await TestClient.known(to: rig, groups: "a; B")
      #expect(try await client.scan().updates.isEmpty)
      try await rig.catalog.save(Targeting.clientSide)
      #expect(try await client.scan().updates.count == 4)
    }
  }

  @Test("WUSP-187 WUSP-186: cached revisions that are not needed are out of scope, unknown ones too")
  func outOfScope() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      let answer = try await client.sync(other: [.max, 999_999])
      #expect(answer.outOfScopeRevisionIDs == [999_999, .max])
    }
  }

  @Test("WUSP-195 WUSP-197 WUSP-198 WUSP-200 WUSP-201 WUSP-202: changes are told once, without fragments")
  func changes() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      let known = try await client.scan().updates
      let installed = known.filter { !$0.isLeaf }.map(\.id)
      let other = known.filter(\.isLeaf).map(\.id)
      try await ClientCatalogue.approve(ClientCatalogue.update, in: rig.catalog, action: .uninstall)
      let changed = try await client.sync(installed: installed, other: other)
      #expect(changed.changedUpdates.map(\.deployment?.action) == [.uninstall])
      #expect(changed.changedUpdates.allSatisfy { $0.xml == nil })
      #expect(try await client.sync(installed: installed, other: other).changedUpdates.isEmpty)
      try await rig.catalog.removeApprovals(of: [Fixtures.guid(ClientCatalogue.update)])
      let gone = try await client.sync(installed: installed, other: other)
      #expect(gone.outOfScopeRevisionIDs.count == 1)
    }
  }

  @Test("WUSP-199: a computer that moves is told the deployments of its new group")
  func move() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog)
      let pilot = try await rig.catalog.createGroup(name: "Pilot")
      try await ClientCatalogue.approve(
        ClientCatalogue.update, in: rig.catalog, for: pilot.targetGroupID, action: .scan)
      var client = try await TestClient.known(to: rig)
      let known = try await client.scan().updates
      let id = try #require(known.first { $0.updateID == Fixtures.guid(ClientCatalogue.update) }?.id)
      try await rig.catalog.assign(ClientID(TestClient.id)!, to: [pilot.targetGroupID])
      let answer = try await client.sync(
        installed: known.filter { !$0.isLeaf }.map(\.id), other: known.filter(\.isLeaf).map(\.id))
      #expect(answer.changedUpdates.first { $0.id == id }?.deployment?.action == .preDeploymentCheck)
    }
  }

  @Test("WUSP-205: a page whose revisions all turn out to have no fragments is never answered with nothing but more")
  func failures() async throws {
    var clients = ClientServiceConfiguration()
    clients.limits.pageRevisions = 2
    try await ServerRig.run(clients: clients) { rig async throws in
      for number in 100..<120 {
        let metadata = Fixtures.metadata(number) { $0.isExplicitlyDeployable = true }
        let unreadable = StagedRevision(metadata: metadata, document: Array("<Update".utf8), locations: [])
        try await rig.catalog.publishNow([unreadable])
        try await ClientCatalogue.approve(number, in: rig.catalog)
      }
      try await ClientCatalogue.publish(in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      var calls = 0
      var updates: [UpdateInfo] = []
      while updates.count < 4, calls < 20 {
        calls += 1
        let request = client.syncRequest(
          installed: updates.filter { !$0.isLeaf }.map(\.id), other: updates.filter(\.isLeaf).map(\.id))
        switch try await rig.reply(SyncUpdates.self, request) {
        case .fault(let fault): #expect(fault.code == .serverBusy)
        case .response(let answer):
          #expect(!answer.newUpdates.isEmpty || !answer.isTruncated)
          client.cookie = answer.newCookie
          updates += answer.newUpdates
        }
      }
      #expect(updates.count == 4)
    }
  }

  @Test("WUSP-219: declined updates are not offered")
  func declined() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog, approving: [ClientCatalogue.update])
      var client = try await TestClient.known(to: rig)
      #expect(try await client.scan().updates.count == 2)
      try await rig.catalog.decline(Fixtures.guid(ClientCatalogue.update))
      #expect(try await client.scan().updates.isEmpty)
    }
  }

  @Test("WUSP-220: an approved update is only evaluated until its content is complete")
  func readiness() async throws {
    try await ServerRig.run { rig async throws in
      let file = try await rig.store.put(Array("content".utf8), name: "a.cab")
      try await rig.catalog.publishNow(Fixtures.metadata(20, files: [file]) { $0.isExplicitlyDeployable = true })
      try await ClientCatalogue.approve(20, in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      let first = try await client.sync().newUpdates
      #expect(first.map(\.deployment?.action) == [.preDeploymentCheck])
      try await rig.catalog.markPresent([file.digest])
      let second = try await client.sync(other: first.map(\.id)).changedUpdates
      #expect(second.map(\.deployment?.action) == [.install])
    }
  }

  @Test("WUSP-203 WUSP-204 WUSP-205: pages of 200, each with progress")
  func pages() async throws {
    try await ServerRig.run { rig async throws in
      try await Self.publishRoots(450, in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      let first = try await client.sync()
      #expect(first.newUpdates.count == 200 && first.isTruncated)
      let second = try await client.sync(other: first.newUpdates.map(\.id))
      #expect(second.newUpdates.count == 200 && second.isTruncated)
      let third = try await client.sync(other: (first.newUpdates + second.newUpdates).map(\.id))
      #expect(third.newUpdates.count == 50 && !third.isTruncated)
    }
  }

  @Test("a page ends before it has too many bytes, and never before its first revision")
  func pageBytes() async throws {
    var configuration = ClientServiceConfiguration()
    configuration.limits.pageBytes = 1
    try await ServerRig.run(clients: configuration) { rig async throws in
      try await Self.publishRoots(5, in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      #expect(try await client.sync().newUpdates.count == 1)
      #expect(try await client.scan().updates.count == 5)
    }
  }

  @Test("WUSP-206: scans during an import end with everything")
  func concurrentImport() async throws {
    try await ServerRig.run { rig async throws in
      try await Self.publishRoots(100, in: rig.catalog)
      let start = try await TestClient.known(to: rig)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for batch in 1...5 { try await Self.publishRoots(20, from: 1_000 * batch, in: rig.catalog) }
        }
        for _ in 0..<4 {
          group.addTask {
            var client = start
            _ = try await client.scan()
          }
        }
        try await group.waitForAll()
      }
      var client = start
      let found = try await client.scan().updates
      #expect(Set(found.compactMap(\.updateID)).count == 200)
      #expect(found.count == 200)
    }
  }

  static func publishRoots(_ count: Int, from first: Int = 100, in catalog: Catalog) async throws {
    let revisions = (first..<first + count).map { number in
      Fixtures.staged(Fixtures.metadata(number) { $0.isExplicitlyDeployable = true })
    }
    try await catalog.publishNow(revisions)
    try await catalog.approve(
      ApprovalOrder(
        updateIDs: (first..<first + count).map { Fixtures.guid($0) },
        targetGroupIDs: [TargetGroup.allComputers.targetGroupID]))
  }
}
