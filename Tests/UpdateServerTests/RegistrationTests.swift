import Catalog
import Platform
import Sealing
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct RegistrationTests {
  fileprivate static let branch = GUID(high: 0xB, low: 1)
  private static let other = GUID(high: 0xB, low: 2)

  private static func authorize(
    _ rig: ServerRig, _ guid: GUID, name: String = "branch.example"
  ) async throws -> Reply<GetAuthorizationCookie.Response> {
    try await rig.reply(GetAuthorizationCookie.self, .init(accountName: name, accountGUID: guid))
  }

  private static func isRefused(_ reply: Reply<GetAuthorizationCookie.Response>) -> Bool {
    guard case .fault(let fault) = reply else { return false }
    return fault.code == .invalidParameters && fault.message == "accountGuid"
  }

  private static func cookie(_ rig: ServerRig, _ guid: GUID) async throws -> Cookie {
    guard case .response(let authorization) = try await authorize(rig, guid) else { throw Refusal.invalidCookie }
    return try await rig.call(
      GetCookie.self, .init(authorizationCookies: [authorization], oldCookie: nil, protocolVersion: "1.20"))
  }

  @Test("approve: a server is turned away and remembered until an administrator approves it")
  func approval() async throws {
    try await ServerRig.run(registration: RegistrationPolicy(.approve)) { rig async throws in
      #expect(Self.isRefused(try await Self.authorize(rig, Self.branch)))
      let waiting = try #require(try await rig.catalog.downstreamServers().first)
      #expect(waiting.serverID == Self.branch)
      #expect(waiting.name == "branch.example")
      #expect(waiting.lastRefused != nil)
      try await rig.catalog.approveDownstream(Self.branch)
      let cookie = try await Self.cookie(rig, Self.branch)
      _ = try await rig.call(GetConfigData.self, .init(cookie: cookie, anchor: nil))
      // Another one is not let in with it.
      #expect(Self.isRefused(try await Self.authorize(rig, Self.other)))
    }
  }

  @Test("a server that is removed loses its cookies at once, and is told at its next authorization")
  func removal() async throws {
    try await ServerRig.run(registration: RegistrationPolicy(.approve)) { rig async throws in
      try await rig.catalog.approveDownstream(Self.branch)
      let cookie = try await Self.cookie(rig, Self.branch)
      guard case .response(let authorization) = try await Self.authorize(rig, Self.branch) else {
        Issue.record("not authorized")
        return
      }
      try await rig.catalog.removeDownstream(Self.branch)
      #expect(try await rig.fault(GetConfigData.self, .init(cookie: cookie, anchor: nil)).code == .invalidCookie)
      let request = GetCookie.Request(authorizationCookies: [authorization], oldCookie: nil, protocolVersion: "1.20")
      #expect(try await rig.fault(GetCookie.self, request).code == .invalidCookie)
      #expect(Self.isRefused(try await Self.authorize(rig, Self.branch)))
    }
  }

  @Test("open: a server that was removed registers itself again")
  func open() async throws {
    try await ServerRig.run { rig async throws in
      _ = try await Self.cookie(rig, Self.branch)
      try await rig.catalog.removeDownstream(Self.branch)
      _ = try await Self.cookie(rig, Self.branch)
      #expect(try await rig.catalog.downstreamServers().map(\.serverID) == [Self.branch])
    }
  }

  @Test(
    "allow-list: servers on the list are let in by GUID or by name in any letter case, others leave no row",
    arguments: [RegistrationTests.branch.description.uppercased(), "BRANCH.example"])
  func allowList(_ entry: String) async throws {
    let allowed = try #require(AllowedServer(entry))
    try await ServerRig.run(registration: RegistrationPolicy(.allowList([allowed]))) { rig async throws in
      let cookie = try await Self.cookie(rig, Self.branch)
      _ = try await rig.call(GetConfigData.self, .init(cookie: cookie, anchor: nil))
      #expect(Self.isRefused(try await Self.authorize(rig, Self.other, name: "other.example")))
      #expect(try await rig.catalog.downstreamServers().map(\.serverID) == [Self.branch])
      // The command admits besides the list.
      try await rig.catalog.approveDownstream(Self.other)
      #expect(!Self.isRefused(try await Self.authorize(rig, Self.other, name: "other.example")))
    }
  }

  @Test("a stricter policy after a restart shuts out servers that were registered, cookies and all")
  func stricter() async throws {
    try await ServerRig.run { first async throws in
      let cookie = try await Self.cookie(first, Self.branch)
      try await ServerRig.run(registration: RegistrationPolicy(.approve), after: first) { second async throws in
        #expect(try await second.fault(GetConfigData.self, .init(cookie: cookie, anchor: nil)).code == .invalidCookie)
        #expect(Self.isRefused(try await Self.authorize(second, Self.branch)))
        try await second.catalog.approveDownstream(Self.branch)
        _ = try await second.call(GetConfigData.self, .init(cookie: cookie, anchor: nil))
      }
    }
  }

  @Test("name and GUID in each other's place are refused unless registration is open")
  func swapped() async throws {
    try await ServerRig.run(registration: RegistrationPolicy(.approve)) { rig async throws in
      let xml = """
        <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><GetAuthorizationCookie \
        xmlns="http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService">\
        <accountName>\(Self.branch)</accountName><accountGuid>branch.example</accountGuid>\
        </GetAuthorizationCookie></s:Body></s:Envelope>
        """
      let answer = try await rig.post(xml, to: .dssAuth)
      #expect(answer.status == 500)
      #expect(answer.text.contains("<ErrorCode>InvalidParameters</ErrorCode>"))
      #expect(try await rig.catalog.downstreamServers().isEmpty)
    }
  }

  @Test("entries of an allow-list", arguments: ["a b", "", "sha256:00", "sha256:" + String(repeating: "g", count: 64)])
  func badEntries(_ text: String) { #expect(AllowedServer(text) == nil) }
}

@Suite struct AuthenticationTests {
  private static let account = DownstreamAccount(accountGUID: GUID(high: 0xB, low: 1), accountName: "branch.example")

  private static func basic(_ text: String) -> BasicCredentials? {
    BasicCredentials(header: "Basic " + Base64.text(Array(text.utf8)))
  }

  /// What the desk says to `peer`; nil when it lets it in.
  private static func refusal(_ policy: RegistrationPolicy, _ peer: Peer) async throws -> Refusal? {
    let directory = try TemporaryDirectory()
    let catalog = try await Catalog.open(path: directory.path("catalog.sqlite"), clock: TestClock().clock)
    let desk = AdmissionDesk(catalog: catalog, policy: policy, pool: .shared)
    do {
      try await desk.admit(account, peer)
      #expect(try await catalog.downstreamServers().count == 1)
      return nil
    } catch let refusal as Refusal {
      #expect(try await catalog.downstreamServers().isEmpty)
      return refusal
    }
  }

  @Test("SSS-382: Basic lets in the account with its password, over TLS only, and nobody under another name")
  func basic() async throws {
    let accounts: Set = [
      BasicAccount(name: "Branch.example", password: try PasswordHash(of: "pässword:1")),
      BasicAccount(name: "other.example", password: try PasswordHash(of: "two")),
    ]
    let policy = RegistrationPolicy(.open, authentication: .basic(accounts))
    let cases: [(String?, Refusal?)] = [
      ("branch.example:pässword:1", nil), ("BRANCH.EXAMPLE:pässword:1", nil), ("branch.example:two", .unauthenticated),
      ("branch.example:", .unauthenticated), ("nobody:two", .unauthenticated), (nil, .unauthenticated),
      ("other.example:two", .unauthenticated),
    ]
    for (text, expected) in cases {
      let peer = Peer(isEncrypted: true, credentials: text.flatMap { Self.basic($0) })
      #expect(try await Self.refusal(policy, peer) == expected, "\(text ?? "none")")
    }
    let clear = Peer(isEncrypted: false, credentials: Self.basic("branch.example:pässword:1"))
    #expect(try await Self.refusal(policy, clear) == .needsEncryption)
  }

  @Test("SSS-382: a client certificate is needed where the policy says so, and names its server on an allow-list")
  func certificate() async throws {
    let policy = RegistrationPolicy(.open, authentication: .certificate)
    #expect(try await Self.refusal(policy, Peer(isEncrypted: true)) == .needsCertificate)
    let peer = Peer(isEncrypted: true, certificate: [1, 2, 3])
    #expect(try await Self.refusal(policy, peer) == nil)
    let allowed = try #require(
      AllowedServer("SHA256:039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"))
    let list = RegistrationPolicy(.allowList([allowed]), authentication: .certificate)
    #expect(try await Self.refusal(list, peer) == nil)
    let stranger = Peer(isEncrypted: true, certificate: [1, 2, 4])
    #expect(try await Self.refusal(list, stranger) == .notAdmitted(.init(account: Self.account, isWaiting: false)))
  }

  @Test(
    "what is no Basic header holds no credentials",
    arguments: [
      nil, "", "Basic", "Basic !!!!", "Bearer YTpi", "Basic YTpi YTpi", "Basic " + Base64.text(Array("nocolon".utf8)),
      "Basic " + Base64.text([0xFF, 0x3A]), "Basic " + Base64.text([UInt8](repeating: 0x3A, count: 2_000)),
    ])
  func noCredentials(_ header: String?) { #expect(BasicCredentials(header: header) == nil) }

  @Test("SSS-382: without credentials the answer is 403 over plain HTTP, and no row is made")
  func overTheWire() async throws {
    let policy = RegistrationPolicy(.open, authentication: .basic([]))
    try await ServerRig.run(registration: policy) { rig async throws in
      let request = GetAuthorizationCookie.Request(accountName: "branch.example", accountGUID: GUID(high: 1, low: 2))
      let answer = try await rig.raw(GetAuthorizationCookie.self, request)
      #expect(answer.status == 403)
      #expect(answer.body.isEmpty)
      #expect(try await rig.catalog.downstreamServers().isEmpty)
      // Nothing else is answered either: every other call needs a cookie.
      #expect(try await rig.raw(GetConfigData.self, .init(cookie: nil, anchor: nil)).status == 500)
    }
  }
}

extension Base64 {
  fileprivate static func text(_ bytes: [UInt8]) -> String { String(decoding: encode(bytes), as: UTF8.self) }
}
