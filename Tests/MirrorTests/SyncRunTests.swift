import Catalog
import Foundation
import Logging
import Mirror
import Packing
import Synchronization
import TestSupport
import Testing
import Transfer
import UpdateModel
import WireFormat

@Suite(.serialized) struct SyncRunTests {
  @Test("SSS-373, SSS-148, SSS-183: after a run the DSS holds the documents of the USS, byte for byte")
  func everything() async throws {
    let server = try Sample.server(updates: 250)
    let site = try await MirrorSite(server.url)
    let report = try await site.sync(.metadataOnly)
    let expected = server.state.withLock { $0.revisions.mapValues(\.document) }
    #expect(try await site.contents() == expected)
    #expect(report.newRevisions == 255)
    #expect(report.isComplete)
  }

  @Test("SSS-005, SSS-013, SSS-035: paths, SOAPAction and the cookie's namespace are those of the table")
  func wire() async throws {
    let server = try Sample.server(updates: 3)
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    for call in server.calls {
      let isAuthorization = call.operation == "GetAuthorizationCookie"
      #expect(
        call.path
          == (isAuthorization
            ? "/DssAuthWebService/DssAuthWebService.asmx" : "/ServerSyncWebService/ServerSyncWebService.asmx"))
      let namespace = "http://www.microsoft.com/SoftwareDistribution"
      let action = isAuthorization ? "\(namespace)/Server/DssAuthWebService" : namespace
      #expect(call.soapAction == "\"\(action)/\(call.operation)\"")
    }
    let cookie = try #require(server.calls("GetCookie").first)
    #expect(!cookie.body.contains("DssAuthWebService"))
  }

  @Test(
    "SSS-010, SSS-128, SSS-080, SSS-227, SSS-230, SSS-231: no SOAP header, no forbidden element, no unused operation")
  func forbidden() async throws {
    let server = try Sample.server(updates: 3)
    let site = try await MirrorSite(server.url, isReplica: true)
    try await site.sync(.metadataOnly)
    for call in server.calls {
      #expect(!call.body.contains(":Header") && !call.body.contains("<Header"))
      #expect(!call.body.contains("DssProtocolVersion"))
      #expect(!call.body.contains("<guid>"))
    }
    let allowed: Set = [
      "GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetConfigData", "GetRevisionIdList", "GetUpdateData",
      "GetDeployments",
    ]
    #expect(Set(server.operations) == allowed)
  }

  @Test("SSS-056, SSS-078, SSS-088: version 1.20, the FQDN, and cookies byte for byte")
  func identity() async throws {
    let server = try Sample.server(updates: 1)
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    #expect(try #require(server.calls("GetCookie").first).body.contains("<protocolVersion>1.20</protocolVersion>"))
    let authorization = try #require(server.calls("GetAuthorizationCookie").first)
    #expect(authorization.body.contains("<accountName>branch.example.org</accountName>"))
    #expect(try #require(server.calls("GetCookie").first).body.contains("<CookieData>AQID</CookieData>"))
    let cookie = "<EncryptedData>\(Self.base64("cookie 1"))</EncryptedData>"
    let withCookie = server.calls.drop { $0.operation != "GetConfigData" }
    #expect(withCookie.count >= 4)
    #expect(withCookie.allSatisfy { $0.body.contains(cookie) })
  }

  private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

  @Test("SSS-079, SSS-278: accountGuid is the same in all runs")
  func permanentGUID() async throws {
    let server = try Sample.server(updates: 1)
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    try await site.sync(.metadataOnly)
    let bodies = server.calls("GetAuthorizationCookie").map(\.body)
    #expect(bodies.count == 2 && bodies[0] == bodies[1])
    #expect(bodies[0].contains(try await site.catalog.identity().serverID.description))
  }

  @Test("SSS-125, SSS-136: the second run sends both anchors and fetches nothing that is here")
  func secondRun() async throws {
    let server = try Sample.server(updates: 20)
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    server.clearRecords()
    server.change { $0.add(Sample.update(77)) }
    let report = try await site.sync(.metadataOnly)
    #expect(report.newRevisions == 1)
    #expect(server.askedIdentities.last == [Sample.identity(77)])
    #expect(server.calls("GetRevisionIdList").allSatisfy { $0.body.contains("<Anchor>") })
    #expect(server.calls("GetConfigData").allSatisfy { $0.body.contains("<configAnchor>") })
  }

  @Test("SSS-061: a USS without ProtocolVersion is taken")
  func withoutVersion() async throws {
    let server = try Sample.server(updates: 3) { $0.version = nil }
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    #expect(try await site.contents().count == 8)
  }

  @Test(
    "SSS-160, SSS-161, SSS-163: plain, markup, and Cabinets of UTF-16 and UTF-8 give the same updates",
    arguments: [SimulatedUSS.BlobForm.plain, .markup, .utf8Cabinet, .utf16Cabinet])
  func blobForms(form: SimulatedUSS.BlobForm) async throws {
    let server = try Sample.server(updates: 12) { $0.blobForm = form }
    let site = try await MirrorSite(server.url)
    let report = try await site.sync(.metadataOnly)
    #expect(report.unavailable.isEmpty)
    let stored = try await site.contents()
    let sent = server.state.withLock { $0.revisions.mapValues(\.document) }
    // Markup may come back with other prefixes and quotes: what it says must be the same.
    if form != .markup { #expect(stored == sent) }
    #expect(
      try stored.mapValues { try UpdateMetadataParser.parse($0) }
        == sent.mapValues { try UpdateMetadataParser.parse($0) })
  }

  @Test("SSS-165: documents of other identities are refused, nothing of them is stored")
  func swappedBlobs() async throws {
    let server = try Sample.server(updates: 5) { $0.swapsBlobs = true }
    let site = try await MirrorSite(server.url)
    // Asked alone, each comes right: only the shared answers were wrong.
    let report = try await site.sync(.metadataOnly)
    #expect(report.unavailable.isEmpty)
    #expect(try await site.contents() == server.state.withLock { $0.revisions.mapValues(\.document) })
  }

  @Test("an answer of many documents of which none can be read ends the run and names the reason")
  func unreadableDocuments() async throws {
    let server = try Sample.server(updates: 40) { state in
      for key in state.revisions.keys { state.revisions[key]?.document = Array("<not-an-update/>".utf8) }
    }
    let site = try await MirrorSite(server.url)
    server.change { state in
      for key in state.revisions.keys where state.revisions[key]?.metadata.kind.isConfiguration == true {
        if let metadata = state.revisions[key]?.metadata { state.add(metadata) }
      }
    }
    let error = try await site.failure()
    guard case .unreadableDocuments = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test(
    "SSS-164: a broken Cabinet makes its revision unavailable; the others arrive",
    arguments: ["cut", "no Cabinet", "one byte changed", "claims two members", "claims 2 GiB"])
  func brokenCabinet(damage: String) async throws {
    let bad = Sample.identity(3)
    let server = try Sample.server(updates: 5) { state in
      state.blobForm = .utf8Cabinet
      let document = try #require(state.revisions[bad]?.document)
      state.cabinets[bad] = try Self.broken(document, damage)
    }
    let site = try await MirrorSite(server.url)
    let report = try await site.sync(.metadataOnly)
    #expect(report.unavailable.map(\.identity) == [bad])
    #expect(report.unavailable.first?.reason.isEmpty == false)
    let sound = server.state.withLock { $0.revisions.mapValues(\.document) }.filter { $0.key != bad }
    #expect(try await site.contents() == sound)
  }

  private static func broken(_ document: [UInt8], _ damage: String) throws -> [UInt8] {
    var cabinet = try StoredCabinet.pack(document)
    switch damage {
    case "cut": cabinet.removeLast(cabinet.count / 2)
    case "no Cabinet": cabinet[0] = 0
    case "one byte changed": cabinet[cabinet.count - 10] ^= 0x20
    case "claims two members": cabinet[28] = 2
    default: cabinet.replaceSubrange(44..<48, with: [0xFF, 0xFF, 0xFF, 0x7F])
    }
    return cabinet
  }

  @Test("a USS of which no document can be read ends the run, however small its batches", arguments: [1, 7, 100])
  func unreadableInSmallBatches(limit: Int32) async throws {
    let server = try Sample.server(updates: 40) { state in
      state.limits.updates = limit
      for number in 0..<40 { state.revisions[Sample.identity(number)]?.document = Array("<not-an-update/>".utf8) }
    }
    let site = try await MirrorSite(server.url)
    for _ in 0..<5 {
      guard case .unreadableDocuments = try await site.failure() else { return #expect(Bool(false)) }
    }
    #expect(try await site.catalog.upstream().updateAnchor == nil)
    server.change { state in
      for number in 0..<40 { state.add(Sample.update(number)) }
    }
    try await site.sync(.metadataOnly)
    #expect(try await site.contents().count == 45)
  }

  @Test("a first listing of a few documents of which none can be read is not published")
  func fewUnreadable() async throws {
    let server = try Sample.server(updates: 3) { state in
      for number in 0..<3 { state.revisions[Sample.identity(number)]?.document = Array("<not-an-update/>".utf8) }
    }
    let site = try await MirrorSite(server.url)
    for _ in 0..<2 {
      guard case .unreadableDocuments = try await site.failure() else { return #expect(Bool(false)) }
    }
    #expect(try await site.catalog.upstream().updateAnchor == nil)
  }

  @Test("twelve unreadable documents among sound ones are left out, and the rest is published")
  func someUnreadable() async throws {
    let server = try Sample.server(updates: 60) { state in
      for number in 20..<32 { state.revisions[Sample.identity(number)]?.document = Array("<not-an-update/>".utf8) }
    }
    let site = try await MirrorSite(server.url)
    #expect(try await site.sync(.metadataOnly).unavailable.count == 12)
    #expect(try await site.contents().count == 53)
  }

  @Test("SSS-166: a USS that leaves every third document out is asked again")
  func partialAnswers() async throws {
    let server = try Sample.server(updates: 50) { $0.dropsEveryThird = true }
    let site = try await MirrorSite(server.url)
    let report = try await site.sync(.metadataOnly)
    #expect(report.unavailable.isEmpty)
    #expect(try await site.contents().count == 55)
  }

  @Test("SSS-169: an identity that is never delivered is recorded; the rest is published")
  func neverDelivered() async throws {
    let server = try Sample.server(updates: 10) { $0.omitted = [Sample.identity(4)] }
    let site = try await MirrorSite(server.url)
    let report = try await site.sync(.metadataOnly)
    #expect(report.unavailable.map(\.identity) == [Sample.identity(4)])
    #expect(try await site.catalog.unavailableIdentities() == [Sample.identity(4)])
    #expect(try await site.contents().count == 14)
  }

  @Test("SSS-167: a USS that takes at most 10 although it advertised 100 is served with halves")
  func smallerThanAdvertised() async throws {
    let server = try Sample.server(updates: 120) { $0.acceptsAtMost = 10 }
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    #expect(try await site.contents().count == 125)
  }

  @Test("SSS-147: 20 identities under a limit of 7 travel as 7, 7 and 6")
  func batchLimit() async throws {
    let server = try Sample.server(updates: 20) { $0.limits.updates = 7 }
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    #expect(server.askedIdentities.map(\.count).sorted() == [5, 6, 7, 7])
  }

  @Test("SSS-123: a batch limit of 0 ends the run, as does none at all", arguments: [false, true])
  func noLimit(isAbsent: Bool) async throws {
    let server = try Sample.server(updates: 1) { $0.limits.updates = 0 }
    if isAbsent {
      server.change {
        $0.rules = [.init("GetConfigData", .edited { $0.removing("MaxNumberOfUpdatesPerRequest") })]
      }
    }
    let site = try await MirrorSite(server.url)
    _ = try await site.failure()
    #expect(server.operations.last == "GetConfigData")
  }

  @Test("SSS-181, SSS-185, SSS-186: keys of encrypted updates come in batches of the limit and are stored")
  func decryptionKeys() async throws {
    let digests = try (0..<7).map { try #require(FileDigest(bytes: [UInt8](repeating: UInt8($0), count: 20))) }
    let server = try Sample.server(updates: 2) { state in
      state.limits.decryptionUpdates = 3
      for (number, digest) in digests.enumerated() {
        let file = ContentFile(digest: digest, fileName: "a.cab", size: 1, isEncrypted: true)
        var update = Sample.update(100 + number, files: [file])
        update.needsDecryptionKeys = true
        state.add(update, keys: [digest: [9, UInt8(number)]])
      }
    }
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    let asked = server.state.withLock { $0.askedKeys }
    #expect(asked.map(\.count).sorted() == [1, 3, 3])
    for (number, digest) in digests.enumerated() {
      let keys = try await site.catalog.decryptionData([Sample.identity(100 + number)])
      #expect(keys.first?.files.first == RevisionKeys.Entry(digest: digest, key: [9, UInt8(number)]))
    }
  }

  @Test("SSS-187: a USS without a limit for decryption data is never asked for keys")
  func oldServer() async throws {
    let digest = try #require(FileDigest(bytes: [UInt8](repeating: 1, count: 20)))
    let server = try Sample.server(updates: 1) { state in
      state.limits.decryptionUpdates = nil
      var update = Sample.update(
        100, files: [ContentFile(digest: digest, fileName: "a.cab", size: 1, isEncrypted: true)])
      update.needsDecryptionKeys = true
      state.add(update)
    }
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    #expect(!server.operations.contains("GetUpdateDecryptionData"))
  }

  @Test("SSS-224: bundle members outside the selection come along, also members of members")
  func bundles() async throws {
    let server = try Sample.server(updates: 0) { state in
      state.add(Sample.update(1, bundled: [Sample.identity(2)]))
      state.add(Sample.update(2, product: Sample.otherProduct, bundled: [Sample.identity(3)]))
      state.add(Sample.update(3, product: Sample.otherProduct))
      state.add(Sample.update(4, product: Sample.otherProduct))
    }
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly) {
      $0.subscription.products = ["windows branch"]
      $0.subscription.classifications = ["Security Updates"]
    }
    let stored = Set(try await site.contents().keys)
    #expect(stored.isSuperset(of: [Sample.identity(1), Sample.identity(2), Sample.identity(3)]))
    #expect(!stored.contains(Sample.identity(4)))
  }

  @Test("prerequisites outside the selection come along; those that nobody has are looked for once")
  func prerequisites() async throws {
    let server = try Sample.server(updates: 0) { state in
      func needing(_ number: Int, _ others: [Int], product: GUID = Sample.product) -> UpdateMetadata {
        var update = Sample.update(number, product: product)
        update.prerequisites += others.map { PrerequisiteClause(updateIDs: [Sample.guid($0)], isCategory: false) }
        return update
      }
      state.add(needing(1, [2, 4_444]))
      state.add(needing(2, [3], product: Sample.otherProduct))
      state.add(Sample.update(3, product: Sample.otherProduct))
      state.add(Sample.update(4, product: Sample.otherProduct))
    }
    let site = try await MirrorSite(server.url)
    let selected: @Sendable (inout SyncOptions) -> Void = {
      $0.subscription.products = ["windows branch"]
      $0.subscription.classifications = ["Security Updates"]
    }
    try await site.sync(.metadataOnly, selected)
    let stored = Set(try await site.contents().keys)
    #expect(stored.isSuperset(of: [1, 2, 3].map { Sample.identity($0) }))
    #expect(!stored.contains(Sample.identity(4)))
    #expect(server.calls("GetRevisionIdList").count == 3)
    server.clearRecords()
    server.change { $0.add(Sample.update(60)) }
    try await site.sync(.metadataOnly, selected)
    #expect(try await site.contents()[Sample.identity(60)] != nil)
    #expect(server.calls("GetRevisionIdList").count == 2, "4444 is still missing, and nobody asks for it again")
  }

  @Test("SSS-019: an answer that grows beyond the cap ends the run")
  func gzipBomb() async throws {
    let server = try Sample.server(updates: 1) {
      let blanks = String(repeating: " ", count: 4 << 20)
      $0.rules = [.init("GetConfigData", .reply(.text(blanks, type: "text/xml").gzipped()))]
    }
    let site = try await MirrorSite(server.url)
    let error = try await site.failure { $0.maximumAnswer = 256 << 10 }
    guard case .transport("GetConfigData", _) = error else { return #expect(Bool(false), "\(error)") }
  }

  @Test("SSS-015: the SOAP version is a setting; 1.2 works, and a 1.1 answer to it ends the run")
  func soapVersion() async throws {
    let server = try Sample.server(updates: 3)
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly) { $0.soapVersion = .v12 }
    #expect(try await site.contents().count == 8)
    #expect(server.calls.allSatisfy { $0.body.contains(SOAPVersion.v12.namespace) })

    let old = try Sample.server(updates: 1)
    old.change { state in
      let reply = SOAPReply.encode(GetAuthConfig.self, .init(lastChange: .never), version: .v11)
      state.rules = [.init("GetAuthConfig", .reply(.bytes(reply, type: "text/xml")))]
    }
    let other = try await MirrorSite(old.url)
    _ = try await other.failure { $0.soapVersion = .v12 }
    #expect(old.calls.count == 1)
  }

  @Test("SSS-385: plain HTTP to another machine is warned of, to this machine not; no log line holds a cookie")
  func plainHTTPWarning() async throws {
    let server = try Sample.server(updates: 3)
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    #expect(site.log.lines(.warning).isEmpty)
    #expect(!site.log.all.contains { $0.contains("AQID") || $0.contains("cookie 1") })

    let elsewhere = try await MirrorSite("http://wsus.invalid:8530")
    _ = try await elsewhere.failure()
    #expect(elsewhere.log.lines(.warning).contains { $0.contains("plain HTTP") })
  }

  @Test("an https address at which no TLS answers gets no SOAP body")
  func noTLS() async throws {
    let server = try Sample.server(updates: 1)
    var client = HTTPClientConfiguration()
    client.connectTimeout = .seconds(1)
    let site = try await MirrorSite("https://127.0.0.1:\(server.server.port)", client: client)
    guard case .transport("GetAuthConfig", _) = try await site.failure() else { return #expect(Bool(false)) }
    #expect(server.calls.isEmpty)
  }

  @Test("SSS-284: another upstream takes the place of the first and starts without anchors")
  func changedUpstream() async throws {
    let first = try Sample.server(updates: 3)
    let second = try Sample.server(updates: 4)
    let site = try await MirrorSite(first.url)
    try await site.sync(.metadataOnly)
    try await site.sync(.metadataOnly) { $0.upstream = try! UpstreamEndpoint(second.url) }
    #expect(try await site.catalog.upstream().endpoint == second.url)
    #expect(second.calls("GetConfigData").allSatisfy { !$0.body.contains("configAnchor") })
    #expect(second.calls("GetRevisionIdList").allSatisfy { !$0.body.contains("<Anchor>") })
    #expect(try await site.contents().count == 9)
  }

  @Test("SSS-121: a partial language list leaves the other languages as they were")
  func mergedLanguages() async throws {
    let server = try Sample.server(updates: 1)
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    server.change {
      $0.languages = [LanguageSetting(languageID: 1031, shortName: "de", longName: "German", isEnabled: true)]
    }
    try await site.sync(.metadataOnly)
    let languages = try await site.catalog.upstream().configuration?.languages ?? []
    #expect(languages.filter { $0.isEnabled }.map(\.languageID) == [1031, 1033])
  }

  @Test("SSS-280: an autonomous run leaves one row of history, with what it brought")
  func history() async throws {
    let server = try Sample.server(updates: 3)
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    let rows = try await site.catalog.history(limit: 10)
    #expect(rows.map(\.outcome) == [.succeeded])
    #expect(rows.first?.newRevisions == 8)
  }

  @Test("SSS-280: a run with content has one row with both parts, and a row already while it fetches files")
  func historyOfBothParts() async throws {
    let server = try Sample.server(updates: 3) { state in
      state.add(Sample.update(50, files: [try state.addFile([UInt8](repeating: 7, count: 5_000))]))
    }
    let gate = Gate()
    let path = try #require(
      server.state.withLock { state in
        state.revisions[Sample.identity(50)]?.metadata.files.first.map {
          "/Content/\($0.digest.folder)/\($0.contentName)"
        }
      })
    server.change { $0.folder?.rules = [.init(path: path, requests: 1...1, .stalls(after: 100, gate))] }
    let site = try await MirrorSite(server.url)
    let run = site.syncRun { $0.subscription.content = .eager }
    let task = Task { try await run.run() }
    await server.server.arrival { $0.path == path }
    let during = try await site.catalog.history(limit: 10)
    #expect(during.map(\.outcome) == [.unfinished])
    #expect(during.first?.newRevisions == 9)
    #expect(during.first?.message == nil)
    task.cancel()
    do { _ = try await task.value } catch is CancellationError {}
    gate.open()
    let after = try await site.catalog.history(limit: 10)
    #expect(after.map(\.outcome) == [.cancelled])
    #expect(after.first?.newRevisions == 9)

    server.change { $0.folder?.rules = [] }
    try await site.sync(.all) { $0.subscription.content = .eager }
    let rows = try await site.catalog.history(limit: 10)
    #expect(rows.map(\.outcome) == [.succeeded, .cancelled])
    #expect(rows.first?.fetchedFiles == 1)
    #expect(rows.first?.message == nil)
  }

  @Test("SSS-274: after a restart the anchors are still there and the cookies are not")
  func restart() async throws {
    let server = try Sample.server(updates: 3)
    var site: MirrorSite? = try await MirrorSite(server.url)
    let folder = try #require(site?.folder)
    try await site?.sync(.metadataOnly)
    try site?.catalog.close()
    site = nil
    server.clearRecords()
    let again = try await MirrorSite(server.url, folder: folder)
    try await again.sync(.metadataOnly)
    #expect(server.operations.first == "GetAuthConfig")
    #expect(try #require(server.calls("GetCookie").first).body.contains("oldCookie") == false)
    #expect(server.calls("GetRevisionIdList").allSatisfy { $0.body.contains("<Anchor>") })
    #expect(try await again.contents().count == 8)
  }

  @Test("SSS-016: Accept-Encoding is sent on every call")
  func acceptEncoding() async throws {
    let server = try Sample.server(updates: 1)
    // Reaches this machine without being one of its own names.
    let site = try await MirrorSite(server.url.replacing("127.0.0.1", with: "0.0.0.0"))
    try await site.sync(.metadataOnly)
    #expect(server.calls.allSatisfy { $0.acceptEncoding?.contains("gzip") == true })
  }

  @Test("SSS-016: a USS on the same machine is asked for plain answers")
  func plainFromLoopback() async throws {
    let server = try Sample.server(updates: 1)
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    #expect(!server.calls.isEmpty)
    #expect(server.calls.allSatisfy { $0.acceptEncoding == "identity" })
  }

  @Test("SSS-094, SSS-099, SSS-101: cookies of 20 seconds are renewed inside the phase and come along as oldCookie")
  func shortCookies() async throws {
    let clock = TestClock()
    let server = try Sample.server(updates: 60) { state in
      state.limits.updates = 5
      state.cookieLife = 20
      state.clock = clock.clock
      state.rules = [
        .init(
          "GetUpdateData",
          .edited {
            clock.advance(seconds: 3); return $0
          })
      ]
    }
    let site = try await MirrorSite(server.url, clock: clock)
    try await site.sync(.metadataOnly) { $0.batchesInFlight = 1 }
    #expect(server.calls("GetCookie").count > 1)
    #expect(server.expiredCookieUses == 0)
    #expect(server.askedIdentities.joined().count == 65)
    for (number, call) in server.calls("GetCookie").enumerated().dropFirst() {
      let old = call.body.components(separatedBy: "<oldCookie>").last ?? ""
      #expect(old.contains("<EncryptedData>\(Self.base64("cookie \(number)"))</EncryptedData>"))
    }
  }

  @Test("batches are staged together up to 500 revisions or 4 MiB, in order")
  func stagingBuffer() {
    func batch(_ first: Int, _ count: Int, bytes: Int = 10) -> [StagedRevision] {
      (first..<first + count).map {
        StagedRevision(metadata: Sample.update($0), document: [UInt8](repeating: 0x20, count: bytes), locations: [])
      }
    }
    var buffer = StagingBuffer()
    #expect(buffer.take() == nil)
    for start in stride(from: 0, to: 400, by: 100) { buffer.add(batch(start, 100), .updates) }
    #expect(!buffer.isFull)
    buffer.add(batch(400, 100), .updates)
    #expect(buffer.isFull)
    #expect(buffer.take()?.revisions.map(\.metadata.identity) == (0..<500).map { Sample.identity($0) })
    #expect(!buffer.isFull && buffer.take() == nil)
    buffer.add(batch(0, 1, bytes: 4 << 20), .configuration)
    #expect(buffer.isFull)
  }

  @Test("SSS-146: what arrived before a run broke is not fetched again, though it waited for a larger transaction")
  func keepsWhatArrived() async throws {
    let server = try Sample.server(updates: 35) { state in
      state.limits.updates = 10
      state.rules = [.init("GetUpdateData", calls: 4...4, .soap(.tooManyIds))]
    }
    let site = try await MirrorSite(server.url)
    _ = try await site.failure { $0.batchesInFlight = 1 }
    server.change {
      $0.rules = []
      $0.askedIdentities = []
    }
    try await site.sync(.metadataOnly)
    #expect(server.askedIdentities.joined().count == 15)
    #expect(try await site.contents().count == 40)
  }

  @Test("progress tells phases, lists and stages")
  func progress() async throws {
    let server = try Sample.server(updates: 30)
    let site = try await MirrorSite(server.url)
    try await site.sync(.metadataOnly)
    let staged = site.events.value.compactMap { event -> Int? in
      if case .staged(.updates, let done, let total) = event, done == total { return done }
      return nil
    }
    #expect(staged == [30])
  }
}
