import Catalog
import Foundation
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

/// What our answers to the recorded requests may have otherwise than those of Windows Server 2025, besides ids, cookies
/// and times, and why. Every row is used by a test below, and fails when it is not needed any more.
enum ReplayDifference: String, CaseIterable {
  /// GetConfig.
  case noParameter
  /// SyncUpdates, first page.
  case wholeClosure
  case leafFlags
  case order

  var reason: String {
    switch self {
    case .noParameter:
      "AuthPlugInInfo has an empty Parameter on the real server; the specification forbids one (WUSP-080)"
    case .wholeClosure: "real pages have 30 revisions, ours 200: fewer rounds (wusp.md n55, WUSP-204)"
    case .leafFlags:
      "the real server sends everything that is not declined, ours what approved updates need: what nothing needs is "
        + "not sent, so that all that is sent and not approved is a prerequisite of something (observed-behaviour.md 6.2)"
    case .order:
      "the order of revisions in a page is not reproducible on the real server either (observed-behaviour.md 6.3)"
    }
  }
}

@Suite(.enabled(if: Recordings.locate() != nil, "needs the recordings"), .timeLimit(.minutes(5)))
struct ReplayTests {
  /// A recorded exchange below `docs/fixtures`.
  private struct Exchange {
    let headers: RecordedHead
    let request: String
    let response: [UInt8]

    init(_ name: String) throws {
      let folder = "\(Recordings.locate() ?? "")/docs/fixtures/\(name)"
      headers = try RecordedHead(path: folder + "/request.headers")
      request = (try? String(contentsOfFile: folder + "/request.body", encoding: .utf8)) ?? ""
      response = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/response.body")))
    }

    /// What the real server answered.
    func recorded<Op: WireOperation>(_ operation: Op.Type) throws -> Op.Response {
      let parser = ReplyParser<Op>(version: .v11)
      try parser.push(response)
      guard case .response(let answer) = try parser.finish() else { throw RawConnection.Failure(words: "a fault") }
      return answer
    }

    /// What our server answers to the same bytes but for what `change` replaces, under the recorded header lines.
    func replayed<Op: WireOperation>(
      _ operation: Op.Type, to rig: ServerRig, _ change: (inout String) -> Void
    ) async throws -> Op.Response {
      var text = request
      change(&text)
      let connection = try await rig.connect()
      let lines =
        [headers.startLine]
        + headers.fields.map { name, value in
          "\(name): \(name.lowercased() == "content-length" ? "\(text.utf8.count)" : value)"
        }
      try await connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + text)
      let answer = try await connection.answer()
      #expect(answer.status == 200)
      let body =
        answer["Content-Encoding"] == "xpress" ? try Xpress.decode(answer.body, limit: 1 << 24) : answer.body
      let parser = ReplyParser<Op>(version: .v11)
      try parser.push(body)
      guard case .response(let response) = try parser.finish() else { throw RawConnection.Failure(words: answer.text) }
      return response
    }
  }

  private static let product = "dd78b8a1-0b20-45c1-add6-4da72e9364cf"
  private static let family = "6964aab4-c5b5-43bd-a17d-ffb4346a8e1d"
  private static let start = Timestamp("2026-10-04T13:17:07.59Z")!
  private static let scan = Timestamp("2026-10-04T15:03:35.9967236Z")!

  /// The server of the recordings: its catalogue as far as the client saw it, and an update of ours, which makes the
  /// recorded revisions part of what is approved.
  private static func run(_ body: @Sendable (ServerRig, TestClient) async throws -> Void) async throws {
    var configuration = ClientServiceConfiguration()
    configuration.packageServerShare = "\\\\REDACTED2\\UpdateServicesPackages"
    configuration.contentPort = 8_530
    try await ServerRig.run(clients: configuration) { rig async throws in
      rig.clock.set(start)
      _ = try await TestClient(rig).config()
      try await publishCategories(in: rig.catalog)
      rig.clock.set(scan)
      try await body(rig, try await TestClient.known(to: rig))
    }
  }

  private static func publishCategories(in catalog: Catalog) async throws {
    let root = try #require(try Exchange("wsus-m0-native/scan/000006").recorded(SyncUpdates.self).newUpdates.first)
    let leaf = try #require(try Exchange("wsus-m0-native/scan/000008").recorded(SyncUpdates.self).newUpdates.first)
    // Delivered by an exchange that is not among the recordings.
    let middle = """
      <UpdateIdentity UpdateID="\(family)" RevisionNumber="101" /><Properties UpdateType="Category" />\
      <Relationships><Prerequisites><AtLeastOne IsCategory="true">\
      <UpdateIdentity UpdateID="56309036-4c77-4dd9-951a-99ee9c246a94" /></AtLeastOne></Prerequisites></Relationships>\
      <ApplicabilityRules><IsInstalled><True /></IsInstalled></ApplicabilityRules>
      """
    try await catalog.publishNow(
      [
        try RecordedDocuments.staged(core: root.xmlText, category: "Company"),
        try RecordedDocuments.staged(core: middle, category: "ProductFamily"),
        try RecordedDocuments.staged(core: leaf.xmlText, category: "Product"),
      ], .configuration)
    let wanted = try #require(GUID(product))
    try await catalog.publishNow(Fixtures.metadata(1, categories: [wanted]) { $0.isExplicitlyDeployable = true })
    try await ClientCatalogue.approve(1, in: catalog)
  }

  private static func revisionID(_ updateID: String, _ number: Int32, in catalog: Catalog) async throws -> Int32 {
    let identity = UpdateIdentity(updateID: try #require(GUID(updateID)), revisionNumber: number)
    return Int32(try #require(try await catalog.revisionIDs([identity])[0]).value)
  }

  /// Puts our cookie in the place of the redacted one.
  private static func put(_ cookie: Cookie?, into text: inout String) {
    let data = String(decoding: Base64.encode(cookie?.encryptedData ?? []), as: UTF8.self)
    guard let start = text.firstRange(of: "<EncryptedData>"), let end = text.firstRange(of: "</EncryptedData>") else {
      return
    }
    text.replaceSubrange(start.upperBound..<end.lowerBound, with: data)
  }

  // MARK: - The handshake

  @Test("replay: GetConfig")
  func config() async throws {
    try await Self.run { rig, _ in
      let exchange = try Exchange("wsus-m0-native/scan/000001")
      let ours = try await exchange.replayed(GetClientConfig.self, to: rig) { _ in }
      let theirs = try exchange.recorded(GetClientConfig.self)
      #expect(ours == theirs)
      #expect(
        String(decoding: exchange.response, as: UTF8.self).contains("<Parameter/>"), "\(ReplayDifference.noParameter)")
    }
  }

  @Test("replay: GetAuthorizationCookie and GetCookie, with an old cookie that has no data")
  func cookies() async throws {
    try await Self.run { rig, client in
      let first = try Exchange("wsus-m0-native/scan/000002")
      let authorization = try await first.replayed(GetClientAuthorizationCookie.self, to: rig) { _ in }
      #expect(authorization.plugInID == (try first.recorded(GetClientAuthorizationCookie.self).plugInID))
      let second = try Exchange("wsus-m0-native/scan/000003")
      let data = String(decoding: Base64.encode(authorization.cookieData), as: UTF8.self)
      let cookie = try await second.replayed(GetClientCookie.self, to: rig) { text in
        guard let start = text.firstRange(of: "<CookieData>"), let end = text.firstRange(of: "</CookieData>") else {
          return
        }
        text.replaceSubrange(start.upperBound..<end.lowerBound, with: data)
      }
      #expect(cookie.expiration == (try second.recorded(GetClientCookie.self).expiration))
    }
  }

  @Test("replay: RegisterComputer")
  func register() async throws {
    try await Self.run { rig, client in
      let exchange = try Exchange("wsus-m0-native/scan/000004")
      let ours = try await exchange.replayed(RegisterComputer.self, to: rig) { Self.put(client.cookie, into: &$0) }
      #expect(ours == (try exchange.recorded(RegisterComputer.self)))
      let details = try await rig.catalog.computer(ClientID(TestClient.id)!)
      #expect(details?.row.osDescription == "Windows 10 Pro")
    }
  }

  // MARK: - Scans

  @Test("replay: a scan of one category")
  func categoryScan() async throws {
    try await Self.run { rig, client in
      try await Self.start(rig)
      try await Self.lastRound(rig, try await Self.firstRound(rig, client))
    }
  }

  private static func start(_ rig: ServerRig) async throws {
    let exchange = try Exchange("wsus-m0-native/scan/000005")
    let ours = try await exchange.replayed(StartCategoryScan.self, to: rig) { _ in }
    let recorded = try exchange.recorded(StartCategoryScan.self)
    #expect(ours == recorded)
  }

  private static func firstRound(_ rig: ServerRig, _ client: TestClient) async throws -> Cookie? {
    let exchange = try Exchange("wsus-m0-native/scan/000006")
    let ours = try await exchange.replayed(SyncUpdates.self, to: rig) { put(client.cookie, into: &$0) }
    let recorded = try exchange.recorded(SyncUpdates.self)
    #expect(ours.comparable == recorded.comparable)
    return ours.newCookie
  }

  private static func lastRound(_ rig: ServerRig, _ cookie: Cookie?) async throws {
    let exchange = try Exchange("wsus-m0-native/scan/000008")
    let root = try await revisionID("56309036-4c77-4dd9-951a-99ee9c246a94", 101, in: rig.catalog)
    let middle = try await revisionID(family, 101, in: rig.catalog)
    let ours = try await exchange.replayed(SyncUpdates.self, to: rig) { text in
      put(cookie, into: &text)
      replace([108_226, 108_231], with: [root, middle], in: &text)
    }
    let recorded = try exchange.recorded(SyncUpdates.self)
    #expect(ours.comparable != recorded.comparable, "\(ReplayDifference.leafFlags)")
    #expect(ours.comparable(except: .leafFlags) == recorded.comparable(except: .leafFlags))
  }

  private static func replace(_ theirs: [Int32], with ours: [Int32], in text: inout String) {
    for (theirs, ours) in zip(theirs, ours) {
      text = text.replacing("<int>\(theirs)</int>", with: "<int>\(ours)</int>")
    }
  }

  @Test("replay: a driver pass with nothing to offer")
  func driverPass() async throws {
    try await Self.run { rig, client in
      let recorded = try Exchange("wsus-m0-native/flow/000014").recorded(SyncUpdates.self)
      var client = client
      let ours = try await client.sync { parameters in
        parameters.skipsSoftwareSync = true
        parameters.systemSpec = [.init(hardwareIDs: ["PCI\\VEN_8086&DEV_2918"])]
      }
      #expect(ours.comparable == recorded.comparable)
    }
  }

  @Test("replay: the first page of a whole catalogue")
  func firstPage() async throws {
    try await Self.run { rig, client in
      let exchange = try Exchange("wsus-m0/000005")
      let recorded = try exchange.recorded(SyncUpdates.self)
      let known = Set(["56309036-4c77-4dd9-951a-99ee9c246a94"].compactMap { GUID($0) })
      let roots = recorded.newUpdates.filter { $0.updateID.map { !known.contains($0) } ?? true }
      try await rig.catalog.publishNow(
        roots.map { root in
          try RecordedDocuments.staged(
            core: root.xmlText, category: root.xmlText.contains("UpdateType=\"Category\"") ? "Product" : nil)
        }, .configuration)
      let ids = roots.compactMap(\.updateID)
      #expect(ids.count == 29)
      try await rig.catalog.publishNow(
        Fixtures.metadata(2) { update in
          update.isExplicitlyDeployable = true
          update.prerequisites = ids.map { PrerequisiteClause(updateIDs: [$0]) }
        })
      try await ClientCatalogue.approve(2, in: rig.catalog)
      let ours = try await exchange.replayed(SyncUpdates.self, to: rig) { Self.put(client.cookie, into: &$0) }
      #expect(recorded.isTruncated && !ours.isTruncated, "\(ReplayDifference.wholeClosure)")
      #expect(ours.newUpdates.map(\.xmlText) != recorded.newUpdates.map(\.xmlText), "\(ReplayDifference.order)")
      #expect(
        Set(ours.comparable(except: .leafFlags).newUpdates)
          == Set(recorded.comparable(except: .leafFlags).newUpdates))
    }
  }

  @Test("replay: 401 installed revisions, the fault word by word")
  func tooManyInstalled() async throws {
    try await Self.run { rig, client in
      let recorded = String(decoding: try Exchange("wsus-m0/000141").response, as: UTF8.self)
      let answer = try await rig.raw(SyncUpdates.self, client.syncRequest(installed: Array(1...401)))
      #expect(answer.status == 500)
      for element in ["ErrorCode", "Message"] {
        #expect(Self.text(of: element, in: answer.text) == Self.text(of: element, in: recorded))
      }
    }
  }

  private static func text(of element: String, in xml: String) -> Substring? {
    guard let start = xml.firstRange(of: "<\(element)>"), let end = xml.firstRange(of: "</\(element)>") else {
      return nil
    }
    return xml[start.upperBound..<end.lowerBound]
  }

  // MARK: - Files and reports

  @Test("replay: GetExtendedUpdateInfo of 18 revisions, fragments and locations")
  func extendedInfo() async throws {
    try await Self.run { rig, client in
      let exchange = try Exchange("wsus-m0-native/flow/000015")
      let recorded = try exchange.recorded(GetExtendedUpdateInfo.self)
      let asked = Self.numbers(in: exchange.request)
      #expect(asked.count == 18)
      var revisions: [StagedRevision] = []
      for (index, id) in asked.enumerated() {
        let fragments = recorded.updates.filter { $0.id == id }.map { String(decoding: $0.xml, as: UTF8.self) }
        let core = """
          <UpdateIdentity UpdateID="\(Fixtures.guid(500 + index))" RevisionNumber="200" />\
          <Properties UpdateType="Software" ExplicitlyDeployable="true" />\
          <ApplicabilityRules><IsInstalled><True /></IsInstalled></ApplicabilityRules>
          """
        revisions.append(
          try RecordedDocuments.staged(
            core: core, extended: fragments[0], localized: Array(fragments.dropFirst())))
      }
      try await rig.catalog.publishNow(revisions)
      for index in asked.indices { try await ClientCatalogue.approve(500 + index, in: rig.catalog) }
      let numbers = try await rig.catalog.revisionIDs(revisions.map(\.metadata.identity)).map { Int32($0!.value) }
      let ours = try await exchange.replayed(GetExtendedUpdateInfo.self, to: rig) { text in
        Self.put(client.cookie, into: &text)
        Self.replace(asked, with: numbers, in: &text)
      }
      let theirs = Dictionary(uniqueKeysWithValues: zip(numbers, asked))
      let fragments = ours.updates.map { UpdateFragment(id: theirs[$0.id] ?? 0, xml: $0.xml) }
      #expect(Array(fragments.prefix(18)) == Array(recorded.updates.prefix(18)))
      #expect(fragments != recorded.updates, "\(ReplayDifference.order)")
      #expect(Set(fragments) == Set(recorded.updates))
      #expect(Set(ours.locations) == Set(recorded.locations))
      #expect(ours.locations.count == recorded.locations.count)
      #expect(ours.outOfScopeRevisionIDs == recorded.outOfScopeRevisionIDs)
    }
  }

  /// The revision ids of a request.
  private static func numbers(in text: String) -> [Int32] {
    text.split(separator: "<int>").dropFirst().compactMap { Int32($0.prefix { $0.isNumber }) }
  }

  @Test("replay: reports of an agent, which are stored", arguments: [("000016", 4), ("000017", 9)])
  func reports(_ name: String, _ count: Int) async throws {
    try await Self.run { rig, client in
      let exchange = try Exchange("wsus-m0-native/flow/" + name)
      let ours = try await exchange.replayed(ReportEventBatch.self, to: rig) { Self.put(client.cookie, into: &$0) }
      #expect(ours == (try exchange.recorded(ReportEventBatch.self)))
      #expect(try await rig.catalog.events(EventQuery()).count == count)
    }
  }

  @Test("every difference has a reason")
  func reasons() {
    for difference in ReplayDifference.allCases { #expect(!difference.reason.isEmpty) }
  }
}

extension SyncInfo {
  /// Without ids and cookies.
  fileprivate var comparable: SyncInfo { comparable(except: nil) }

  fileprivate func comparable(except difference: ReplayDifference?) -> SyncInfo {
    var copy = self
    copy.newCookie = nil
    for index in copy.newUpdates.indices {
      copy.newUpdates[index].id = 0
      copy.newUpdates[index].deployment?.id = 0
      if difference == .leafFlags { copy.newUpdates[index].isLeaf = false }
    }
    return copy
  }
}
