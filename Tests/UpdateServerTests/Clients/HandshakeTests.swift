import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

/// GetConfig, GetAuthorizationCookie, GetCookie, RegisterComputer.
@Suite struct HandshakeTests {
  @Test("WUSP-001 WUSP-002 WUSP-071 WUSP-077 WUSP-078 WUSP-081 WUSP-082 WUSP-084 WUSP-085 WUSP-086: GetConfig answers")
  func config() async throws {
    try await ServerRig.run { rig async throws in
      let config = try await TestClient(rig).config()
      #expect(config.isRegistrationRequired)
      #expect(config.plugIns == [.simpleTargeting])
      #expect(config.allowedEventIDs == nil)
      let properties = config.properties.map { "\($0.name)=\($0.value)" }
      #expect(
        properties == [
          "MaxExtendedUpdatesPerRequest=50", "PackageServerShare=", "ProtocolVersion=3.2", "IsInventoryRequired=0",
          "ClientReportingLevel=2",
        ])
    }
  }

  @Test("WUSP-072: a protocol version that is not two numbers is InvalidParameters", arguments: [nil, "", "1", "a.b"])
  func badVersion(_ version: String?) async throws {
    try await ServerRig.run { rig async throws in
      let fault = try await rig.fault(GetClientConfig.self, .init(protocolVersion: version))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "protocolVersion")
    }
  }

  @Test("WUSP-073: newer protocol versions are welcome", arguments: ["2.10", "9.99"])
  func newerVersion(_ version: String) async throws {
    try await ServerRig.run { rig async throws in
      _ = try await rig.call(GetClientConfig.self, .init(protocolVersion: version))
    }
  }

  @Test("WUSP-074 WUSP-112 WUSP-176: a changed configuration is ConfigChanged until the handshake is made again")
  func configChanged() async throws {
    try await ServerRig.run { rig async throws in
      let known = try await TestClient.known(to: rig)
      let before = try await known.config().lastChange
      rig.clock.advance(seconds: 60)
      var other = ClientServiceConfiguration()
      other.limits.extendedUpdates = 40
      let cookie = known.cookie
      try await ServerRig.run(clients: other, after: rig) { rig async throws in
        var client = TestClient(rig)
        client.cookie = cookie
        let change = try await client.config().lastChange
        #expect(change > before)
        #expect(try await rig.fault(SyncUpdates.self, client.syncRequest()).code == .configChanged)
        let stale = client.cookieRequest([try await client.authorization()], lastChange: before)
        #expect(try await rig.fault(GetClientCookie.self, stale).code == .configChanged)
        let none = client.cookieRequest([try await client.authorization()], lastChange: nil)
        #expect(try await rig.fault(GetClientCookie.self, none).code == .configChanged)
        try await client.handshake(old: cookie)
        try await client.sync()
      }
    }
  }

  @Test("WUSP-075 WUSP-117 WUSP-169 WUSP-170: LastChange and cookies survive a restart")
  func restart() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let before = try await client.config().lastChange
      #expect(before.ticks % (Timestamp.ticksPerSecond / 1_000) == 0)
      let cookie = client.cookie
      rig.clock.advance(seconds: 100)
      try await ServerRig.run(after: rig) { rig async throws in
        var again = TestClient(rig)
        again.cookie = cookie
        #expect(try await again.config().lastChange == before)
        try await again.sync()
      }
    }
  }

  @Test("WUSP-076 WUSP-083 WUSP-087: the configuration decides what GetConfig tells")
  func configured() async throws {
    var configuration = ClientServiceConfiguration()
    configuration.registration = .accepted
    configuration.protocolVersion = ProtocolVersion(major: 2, minor: 0)
    configuration.allowedEventIDs = [153, 183]
    try await ServerRig.run(clients: configuration) { rig async throws in
      let config = try await TestClient(rig).config()
      #expect(!config.isRegistrationRequired)
      #expect(config.allowedEventIDs == [153, 183])
      #expect(config.properties.map(\.name) == ["MaxExtendedUpdatesPerRequest"])
    }
  }

  @Test("WUSP-003 WUSP-079 WUSP-080: the authorization service is at its relative URL, and has no parameter")
  func authorizationURL() async throws {
    try await ServerRig.run { rig async throws in
      let raw = try await rig.raw(GetClientConfig.self, .init(protocolVersion: "1.8"))
      #expect(!raw.text.contains("Parameter"))
      let url = try await TestClient(rig).config().plugIns[0].serviceURL
      let answer = try await rig.raw(
        GetClientAuthorizationCookie.self, .init(clientID: TestClient.id, dnsName: "a"), path: "/" + url)
      #expect(answer.status == 200)
    }
  }

  @Test("WUSP-093 WUSP-097: the first authorization makes the computer known")
  func authorization() async throws {
    try await ServerRig.run { rig async throws in
      let cookie = try await TestClient(rig).authorization()
      #expect(cookie.plugInID == "SimpleTargeting")
      #expect(!cookie.cookieData.isEmpty)
      let rows = try await rig.catalog.computers(ComputerQuery())
      #expect(rows.map(\.dnsName) == ["pc1.example"])
      #expect(rows.first?.address == "127.0.0.1")
    }
  }

  @Test(
    "WUSP-094 WUSP-095: a client id that is none is InvalidParameters",
    arguments: [nil, "", "a_b", "{e1da06a3}", String(repeating: "a", count: 256)])
  func badClientID(_ id: String?) async throws {
    try await ServerRig.run { rig async throws in
      let fault = try await rig.fault(GetClientAuthorizationCookie.self, .init(clientID: id, dnsName: "a"))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "clientId")
      #expect(try await rig.catalog.computers(ComputerQuery()).isEmpty)
    }
  }

  @Test(
    "WUSP-096: a DNS name that is none is InvalidParameters",
    arguments: [nil, "", "a b", "<b>", "a\u{202E}b", String(repeating: "a", count: 256)])
  func badName(_ name: String?) async throws {
    try await ServerRig.run { rig async throws in
      let fault = try await rig.fault(
        GetClientAuthorizationCookie.self, .init(clientID: TestClient.id, dnsName: name))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "dnsName")
    }
  }

  @Test("WUSP-108: authCookies must hold exactly one good cookie, else InvalidAuthorizationCookie")
  func authorizationCookies() async throws {
    try await ServerRig.run { rig async throws in
      let client = TestClient(rig)
      let good = try await client.authorization()
      let change = try await client.config().lastChange
      var forged = good.cookieData
      forged[forged.count - 1] ^= 1
      let other = try await rig.authorization()
      let lists = [
        [], [good, good], [AuthorizationCookie(plugInID: good.plugInID, cookieData: forged)],
        [AuthorizationCookie(plugInID: good.plugInID, cookieData: [])], [other],
      ]
      for list in lists {
        let fault = try await rig.fault(GetClientCookie.self, client.cookieRequest(list, lastChange: change))
        #expect(fault.code == .invalidAuthorizationCookie)
      }
      rig.clock.advance(seconds: 3_601)
      let fault = try await rig.fault(GetClientCookie.self, client.cookieRequest([good], lastChange: change))
      #expect(fault.code == .invalidAuthorizationCookie)
    }
  }

  @Test("WUSP-107 WUSP-110 WUSP-116: GetCookie gives a cookie of one hour, also without an old one")
  func cookie() async throws {
    try await ServerRig.run { rig async throws in
      var client = TestClient(rig)
      try await client.handshake()
      let cookie = try #require(client.cookie)
      #expect(cookie.expiration == rig.clock.now.adding(seconds: 3_600))
      #expect(cookie.encryptedData.count < 400)
      // What agents send with their first call, and the nil of other writers.
      for old in [
        "<oldCookie><Expiration>2026-10-04T15:03:36Z</Expiration></oldCookie>",
        "<oldCookie xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"1\"/>", "",
      ] {
        let request = client.cookieRequest(
          [try await client.authorization()], lastChange: try await client.config().lastChange)
        let message = String(
          decoding: SOAPRequest.encode(GetClientCookie.self, request, version: .v11).body, as: UTF8.self)
        let changed = message.replacing("<lastChange>", with: "\(old)<lastChange>")
        #expect(try await rig.post(changed, to: .client).status == 200)
      }
    }
  }

  @Test("WUSP-109: a foreign or forged old cookie is InvalidCookie; one of another epoch is ServerChanged")
  func badOldCookie() async throws {
    try await ServerRig.run { rig async throws in
      var client = TestClient(rig)
      try await client.handshake()
      let old = try #require(client.cookie)
      let change = try await client.config().lastChange
      let forged = Cookie(expiration: old.expiration, encryptedData: old.encryptedData.reversed())
      for bad in [forged, try await rig.cookie()] {
        let request = client.cookieRequest([try await client.authorization()], old: bad, lastChange: change)
        #expect(try await rig.fault(GetClientCookie.self, request).code == .invalidCookie)
      }
      try await rig.catalog.renewEpoch()
      let request = client.cookieRequest([try await client.authorization()], old: old, lastChange: change)
      #expect(try await rig.fault(GetClientCookie.self, request).code == .serverChanged)
    }
  }

  @Test("WUSP-111 WUSP-114: an expired old cookie is good, and what the client had heard goes on")
  func oldCookie() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      let known = try await client.scan().updates
      let old = client.cookie
      rig.clock.advance(seconds: 7_200)
      try await client.handshake(old: old)
      let installed = known.filter { !$0.isLeaf }.map(\.id)
      let other = known.filter(\.isLeaf).map(\.id)
      #expect(try await client.sync(installed: installed, other: other).changedUpdates.isEmpty)
      // Without it everything is told again.
      try await client.handshake()
      #expect(try await client.sync(installed: installed, other: other).changedUpdates.count == known.count)
    }
  }

  @Test("WUSP-113: GetCookie wants a version of two numbers")
  func cookieVersion() async throws {
    try await ServerRig.run { rig async throws in
      let client = TestClient(rig)
      let request = client.cookieRequest(
        [try await client.authorization()], lastChange: try await client.config().lastChange, version: "x")
      let fault = try await rig.fault(GetClientCookie.self, request)
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "protocolVersion")
    }
  }

  @Test("WUSP-122 WUSP-124 WUSP-126 WUSP-127: what a computer tells is stored; the answer is empty")
  func register() async throws {
    try await ServerRig.run { rig async throws in
      var client = TestClient(rig)
      try await client.handshake()
      var info = ComputerInfo(dnsName: "PC1.example")
      info.osMajorVersion = 10
      info.clientVersion.build = 50_000
      info.biosName = "<script>\u{202E}x"
      let answer = try await rig.raw(RegisterComputer.self, .init(cookie: client.cookie, computerInfo: info))
      #expect(answer.status == 200)
      let open = try #require(answer.text.firstRange(of: "<RegisterComputerResponse"))
      let rest = answer.text[open.upperBound...]
      #expect(rest.prefix { $0 != "<" }.hasSuffix("/>") || rest.contains("></RegisterComputerResponse>"))
      let stored = try await rig.catalog.computer(ClientID(TestClient.id)!)
      #expect(stored?.registration?.clientVersion.build == 50_000)
      #expect(stored?.registration?.biosName == "<script>\\u{202e}x")
      #expect(stored?.row.dnsName == "PC1.example")
      let fault = try await rig.fault(RegisterComputer.self, .init(cookie: client.cookie, computerInfo: nil))
      #expect(fault.message == "computerInfo")
    }
  }

  @Test("WUSP-129: registration that nobody wants is refused only where that is configured")
  func registrationNotRequired() async throws {
    var configuration = ClientServiceConfiguration()
    configuration.registration = .accepted
    try await ServerRig.run(clients: configuration) { rig async throws in
      _ = try await TestClient.known(to: rig)
    }
    configuration.registration = .refused
    try await ServerRig.run(clients: configuration) { rig async throws in
      var client = TestClient(rig)
      try await client.handshake()
      let request = RegisterComputer.Request(cookie: client.cookie, computerInfo: ComputerInfo(dnsName: "a"))
      #expect(try await rig.fault(RegisterComputer.self, request).code == .registrationNotRequired)
      try await client.sync()
    }
  }

  @Test("WUSP-177: nothing is offered before a computer has registered, where that is required")
  func registrationRequired() async throws {
    try await ServerRig.run { rig async throws in
      var client = TestClient(rig)
      try await client.handshake()
      #expect(try await rig.fault(SyncUpdates.self, client.syncRequest()).code == .registrationRequired)
      let printers = SyncPrinterCatalog.Request(
        cookie: client.cookie, installedNonLeafUpdateIDs: [], printerUpdateIDs: [])
      #expect(try await rig.fault(SyncPrinterCatalog.self, printers).code == .registrationRequired)
      try await client.register()
      try await client.sync()
    }
  }
}
