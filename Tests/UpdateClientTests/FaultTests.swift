import Catalog
import TestSupport
import Testing
import Transfer
import UpdateClient
import UpdateModel
import UpdateServer
import WireFormat

/// What a client does about each fault (guide 4): against the real server where it can be made to send it.
@Suite struct FaultTests {
  @Test("an expired cookie is renewed, by the client's clock and by the server's")
  func expiry() async throws {
    try await ClientSite.run { site async throws in
      try await SampleUpdates.publish(in: site)
      try await site.approve(SampleUpdates.needed)
      let client = site.client()
      let slow = UpdateClient(
        site.configuration(), http: site.http, facts: .workstation, clock: { Timestamp(year: 2026, month: 1, day: 1) })
      for scanning in [client, slow] { _ = try await scanning.scan() }
      site.clock.advance(seconds: 7_200)
      for scanning in [client, slow] {
        let report = try await scanning.scan()
        #expect((report.rounds, report.newRevisions, report.changedRevisions) == (1, 0, 0))
      }
    }
  }

  @Test("a computer that was removed comes back: handshake, RefreshCache, registration")
  func removed() async throws {
    try await ClientSite.run { site async throws in
      try await SampleUpdates.publish(in: site)
      try await site.approve(SampleUpdates.needed)
      let client = site.client()
      _ = try await client.scan()
      let id = try #require(ClientID(ClientSite.clientID))
      _ = try await site.catalog.removeComputer(id)
      let report = try await client.scan()
      #expect(report[Document.guid(SampleUpdates.needed)]?.applicability == .needed)
      #expect(try await site.catalog.computer(id)?.row.dnsName == "pc1.example")
    }
  }

  @Test("a server that does not want registrations is left in peace")
  func noRegistration() async throws {
    var configuration = ClientServiceConfiguration()
    configuration.registration = .refused
    try await ClientSite.run(clients: configuration) { site async throws in
      try await SampleUpdates.publish(in: site)
      try await site.approve(SampleUpdates.needed)
      let client = site.client()
      _ = try await client.scan()
      #expect(await client.state.registered == nil)
    }
  }

  /// Answers of a server that plays a handshake, then `script` to each SyncUpdates in turn.
  private static func server(_ script: [ScriptedReply]) throws -> FaultServer {
    let calls = Watched(0)
    return try FaultServer { request in
      let name = request["SOAPAction"]?.split(separator: "/").last.map { String($0.dropLast()) } ?? ""
      switch name {
      case "GetConfig": return Replies.config
      case "GetAuthorizationCookie": return Replies.authorization
      case "GetCookie": return Replies.cookie
      case "RegisterComputer": return Replies.registered
      case "RefreshCache": return Replies.refreshed
      default:
        calls.update { $0 += 1 }
        return calls.value <= script.count ? script[calls.value - 1] : Replies.nothing
      }
    }
  }

  private static func operations(_ server: FaultServer) -> [String] {
    server.requests.compactMap { $0["SOAPAction"]?.split(separator: "/").last.map { String($0.dropLast()) } }
  }

  private static func client(_ server: FaultServer) -> UpdateClient {
    UpdateClient(
      UpdateClientConfiguration(server: server.url, clientID: ClientSite.clientID, dnsName: "pc1.example"),
      http: .init(), facts: .workstation, clock: TestClock().clock)
  }

  static let remedies: [(FaultCode, [String])] = [
    (.invalidCookie, ["GetConfig", "GetAuthorizationCookie", "GetCookie"]),
    (.serverChanged, ["GetConfig", "GetAuthorizationCookie", "GetCookie"]),
    (.configChanged, ["GetConfig", "GetAuthorizationCookie", "GetCookie"]),
    (.cookieExpired, ["GetAuthorizationCookie", "GetCookie"]), (.registrationRequired, ["RegisterComputer"]),
    (.fileLocationChanged, []),
  ]

  @Test("WUSP-062 to WUSP-067: each fault has its remedy, and the call is sent again", arguments: remedies)
  func remedy(_ code: FaultCode, _ expected: [String]) async throws {
    let server = try Self.server([Replies.fault(code.rawValue), Replies.nothing])
    let report = try await Self.client(server).scan()
    #expect(report.rounds == 1)
    let handshake = ["GetConfig", "GetAuthorizationCookie", "GetCookie", "RegisterComputer", "SyncUpdates"]
    #expect(Self.operations(server) == handshake + expected + ["SyncUpdates"])
  }

  @Test("the same fault again, and faults without a remedy, end the scan", arguments: FaultCode.allCases)
  func again(_ code: FaultCode) async throws {
    let server = try Self.server([ScriptedReply](repeating: Replies.fault(code.rawValue), count: 9))
    await #expect(throws: UpdateClientError.self) { try await Self.client(server).scan() }
    #expect(Self.operations(server).count { $0 == "SyncUpdates" } <= 2)
  }

  static let hostile: [(String, ScriptedReply)] = [
    ("an endless scan", Replies.sync("<Truncated>true</Truncated>")),
    (
      "no deployment",
      Replies.sync(
        "<NewUpdates><UpdateInfo><ID>1</ID><IsLeaf>true</IsLeaf><Xml>x</Xml></UpdateInfo></NewUpdates><Truncated>false</Truncated>"
      )
    ),
    ("no XML", .text("hello")), ("an error page", .htmlErrorPage), ("no HTTP", .garbage),
    ("a number of its own", Replies.sync("<NewUpdates><UpdateInfo><ID>99999999999</ID></UpdateInfo></NewUpdates>")),
    ("entities", Replies.raw("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")),
    ("broken coding", ScriptedReply.bytes([1, 2, 3]).with("Content-Encoding", "xpress")),
  ]

  @Test("answers of a hostile server end the scan with an error", arguments: hostile)
  func hostileAnswer(_ name: String, _ reply: ScriptedReply) async throws {
    let server = try Self.server([ScriptedReply](repeating: reply, count: 300))
    await #expect(throws: UpdateClientError.self) { try await Self.client(server).scan() }
  }

  @Test("a fragment that cannot be read is named and does not come again; the scan goes on")
  func unreadable() async throws {
    let update = """
      <NewUpdates><UpdateInfo><ID>7</ID><Deployment><ID>1</ID><Action>Install</Action><IsAssigned>true</IsAssigned>\
      <LastChangeTime>2026-01-01</LastChangeTime></Deployment><IsLeaf>true</IsLeaf><Xml>&lt;broken</Xml></UpdateInfo>\
      </NewUpdates><Truncated>false</Truncated>
      """
    let server = try Self.server([Replies.sync(update)])
    let client = Self.client(server)
    #expect(try await client.scan().unreadable.keys.sorted() == [7])
    _ = try await client.scan()
    #expect(server.requests.last?.bodyText.contains("<OtherCachedUpdateIDs><int>7</int>") == true)
  }

  @Test("WUSP-079: an authorization service elsewhere is refused")
  func foreignService() async throws {
    let server = try FaultServer { _ in Replies.config(serviceURL: "http://elsewhere.example/x.asmx") }
    await #expect(throws: UpdateClientError.self) { try await Self.client(server).scan() }
    #expect(server.requests.count == 1)
  }
}
