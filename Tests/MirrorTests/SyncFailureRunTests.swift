import Catalog
import Mirror
import Synchronization
import TestSupport
import Testing
import UpdateModel
import WireFormat

@Suite(.serialized) struct SyncFailureRunTests {
  static let operations = [
    "GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetConfigData", "GetRevisionIdList", "GetUpdateData",
    "GetUpdateDecryptionData", "GetDeployments",
  ]

  /// A server that makes a replica call every operation of the metadata phases.
  static func server() throws -> SimulatedUSS {
    let digest = try #require(FileDigest(bytes: [UInt8](repeating: 1, count: 20)))
    return try Sample.server(updates: 30) { state in
      state.limits.updates = 7
      var update = Sample.update(
        100, files: [ContentFile(digest: digest, fileName: "a.cab", size: 1, isEncrypted: true)])
      update.needsDecryptionKeys = true
      state.add(update, keys: [digest: [1]])
      state.deploy(
        Deployment(
          deploymentID: Sample.guid(5_000), identity: Sample.identity(1),
          targetGroupID: TargetGroup.allComputers.targetGroupID, action: .install, goLiveTime: .never))
    }
  }

  /// Documents, deployments and keys of an undisturbed run.
  private func undisturbed() async throws -> [UpdateIdentity: [UInt8]] {
    let server = try Self.server()
    let site = try await MirrorSite(server.url, isReplica: true)
    try await site.sync(.metadataOnly)
    return try await site.contents()
  }

  private func expectComplete(_ site: MirrorSite, _ expected: [UpdateIdentity: [UInt8]]) async throws {
    #expect(try await site.contents() == expected)
    let details = try await site.catalog.update(Sample.identity(1))
    #expect(details?.approvals.map(\.deployment.deploymentID) == [Sample.guid(5_000)])
    let keys = try await site.catalog.decryptionData([Sample.identity(100)])
    #expect(keys.first?.files.first?.key == [1])
  }

  static let transportFaults: [(String, ScriptedReply)] = [
    ("hangs up", .hangUp), ("garbage", .garbage), ("HTML page", .htmlErrorPage), ("404", .notFound),
    ("503", .busy()), ("empty 200", .text("", type: "text/xml")),
    ("HTML 200", .text("<html></html>", type: "text/html")),
  ]

  @Test(
    "SSS-390, SSS-055, SSS-021, SSS-375: a call that breaks ends the run; the next run completes",
    arguments: operations, transportFaults.indices)
  func brokenCall(operation: String, fault: Int) async throws {
    let server = try Self.server()
    // libcurl itself repeats a request when a kept connection closes without an answer.
    server.change { $0.rules = [.init(operation, calls: 1...8, .reply(Self.transportFaults[fault].1))] }
    let site = try await MirrorSite(server.url, isReplica: true)
    _ = try await site.failure()
    server.change { $0.rules = [] }
    #expect(try await site.catalog.history(limit: 1).first?.outcome == .failed)
    let expected = try await undisturbed()
    #expect(try await site.contents().allSatisfy { expected[$0.key] == $0.value })
    server.clearRecords()
    try await site.sync(.metadataOnly)
    #expect(server.operations.prefix(3) == ["GetAuthConfig", "GetAuthorizationCookie", "GetCookie"])
    try await expectComplete(site, expected)
  }

  @Test("SSS-390: an answer cut anywhere ends the run; the next run completes", arguments: operations, [1, 100, 300])
  func cutAnswer(operation: String, bytes: Int64) async throws {
    let server = try Self.server()
    server.change { $0.rules = [.init(operation, calls: 1...1, .edited { $0.cut(after: bytes) })] }
    let site = try await MirrorSite(server.url, isReplica: true)
    _ = try await site.failure()
    try await site.sync(.metadataOnly)
    try await expectComplete(site, try await undisturbed())
  }

  @Test(
    "SSS-043: InvalidCookie in each call restarts at GetAuthConfig; the run completes",
    arguments: operations.dropFirst(3))
  func invalidCookie(operation: String) async throws {
    let server = try Self.server()
    server.change { $0.rules = [.init(operation, calls: 1...1, .soap(.invalidCookie))] }
    let site = try await MirrorSite(server.url, isReplica: true)
    try await site.sync(.metadataOnly)
    #expect(server.calls("GetAuthConfig").count == 2)
    try await expectComplete(site, try await undisturbed())
  }

  @Test("SSS-045, SSS-149, SSS-225: ServerChanged lists from no anchor; what is here is not fetched again")
  func serverChanged() async throws {
    let server = try Self.server()
    let site = try await MirrorSite(server.url, isReplica: true)
    try await site.sync(.metadataOnly)
    server.clearRecords()
    server.change {
      $0.rules = [.init("GetConfigData", calls: 1...1, .soap(.serverChanged))]
      $0.askedIdentities = []
      $0.deployments = [:]
    }
    try await site.sync(.metadataOnly)
    let bodies = server.calls.map(\.body)
    #expect(!(try #require(server.calls("GetConfigData").last).body.contains("configAnchor")))
    #expect(server.calls("GetRevisionIdList").allSatisfy { !$0.body.contains("<Anchor>") })
    #expect(server.calls("GetDeployments").allSatisfy { !$0.body.contains("deploymentAnchor") })
    #expect(server.askedIdentities.isEmpty)
    #expect(!bodies.isEmpty)
    #expect(try await site.catalog.update(Sample.identity(1))?.approvals.isEmpty == true)
  }

  @Test(
    "SSS-168: InternalServerError on a batch ends the run; the next one lists from the old anchor without the culprit")
  func culprit() async throws {
    let server = try Self.server()
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    server.change { state in
      for number in 200..<220 { state.add(Sample.update(number)) }
      state.rules = [.init("GetUpdateData", .soap(.internalServerError))]
    }
    _ = try await site.failure()
    #expect(try await site.catalog.pendingListing(.updates) == nil)
    server.clearRecords()
    server.change { state in
      state.rules = []
      state.revisions[Sample.identity(205)] = nil
    }
    try await site.sync(.metadataOnly)
    #expect(server.calls("GetRevisionIdList").count == 2)
    let stored = try await site.contents()
    #expect(stored[Sample.identity(219)] != nil && stored[Sample.identity(205)] == nil)
  }

  @Test("SSS-049: two ServerBusy are waited for; endless ones end the run")
  func busy() async throws {
    let server = try Self.server()
    server.change { $0.rules = [.init("GetRevisionIdList", calls: 1...2, .soap(.serverBusy))] }
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    #expect(site.pauses.value.count == 2)

    server.change { $0.rules = [.init("GetConfigData", .soap(.serverBusy))] }
    _ = try await site.failure()
    #expect(site.pauses.value.count == 5)
    #expect(site.pauses.value.allSatisfy { (60...300).contains($0) })
  }

  @Test("SSS-146, SSS-120: an interrupted listing is continued from its journal; no reader sees half of it")
  func journal() async throws {
    let server = try Self.server()
    server.change { $0.rules = [.init("GetUpdateData", calls: 4...4, .reply(.busy()))] }
    let site = try await MirrorSite(server.url, isReplica: true)
    _ = try await site.failure { $0.batchesInFlight = 1 }
    #expect(try await site.contents().count == 5)
    let pending = try #require(try await site.catalog.pendingListing(.updates))
    #expect(pending.pending < pending.wanted)
    #expect(try await site.catalog.upstream().updateAnchor == nil)
    #expect(try await site.catalog.upstream().configuration != nil)
    server.clearRecords()
    server.change { $0.askedIdentities = [] }
    try await site.sync(.metadataOnly)
    #expect(server.calls("GetRevisionIdList").count == 1)
    #expect(server.askedIdentities.joined().count == pending.pending)
    try await expectComplete(site, try await undisturbed())
  }

  @Test("SSS-276: a cancelled run does not wait for ever for a call that is not answered", .timeLimit(.minutes(5)))
  func cutAtTheBound() async throws {
    let server = try Self.server()
    let gate = Gate()
    server.change { $0.rules = [.init("GetRevisionIdList", calls: 1...1, .edited { $0.held(by: gate) })] }
    let site = try await MirrorSite(server.url, isReplica: true)
    let run = site.syncRun { $0.stopBound = 0.2 }
    let task = Task { try await run.run(.metadataOnly) }
    await server.server.arrival { $0["SOAPAction"]?.contains("GetRevisionIdList") == true }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(!gate.isOpen)
    #expect(try await site.catalog.history(limit: 5).map(\.outcome) == [.cancelled])
    gate.open()
    server.change { $0.rules = [] }
    try await site.sync(.metadataOnly)
    try await expectComplete(site, try await undisturbed())
  }

  @Test(
    "SSS-276: cancelled at any point, the next run ends equal to an undisturbed one", .timeLimit(.minutes(5)),
    arguments: 0..<24)
  func cancelled(seed: Int) async throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let server = try Self.server()
    let site = try await MirrorSite(server.url, isReplica: true)
    let point = Int.random(in: 1...14, using: &random)
    let seen = Watched(0)
    let gate = Gate()
    server.change { state in
      state.rules = [
        .init(
          nil,
          .edited { reply in
            // The call that the cancellation meets is held until the cancellation has been asked for.
            let count = seen.update {
              $0 += 1; return $0
            }
            return count == point ? reply.held(by: gate) : reply
          })
      ]
    }
    let run = site.syncRun { $0.batchesInFlight = 1 + seed % 4 }
    let task = Task { try await run.run(.metadataOnly) }
    // A run that ends early must not leave the test waiting: its error comes out below.
    Task {
      _ = await task.result
      seen.update { $0 = max($0, point) }
    }
    _ = await Task { await seen.value { $0 >= point } }.value
    task.cancel()
    gate.open()
    do {
      _ = try await task.value
    } catch is CancellationError {
      #expect(try await site.catalog.history(limit: 1).first?.outcome == .cancelled)
    }
    server.change { $0.rules = [] }
    try await site.sync(.metadataOnly)
    try await expectComplete(site, try await undisturbed())
  }
}
