import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

/// Requests that no agent makes.
@Suite struct HostileClientTests {
  private static func text<Op: WireOperation>(_ operation: Op.Type, _ request: Op.Request) -> String {
    String(decoding: SOAPRequest.encode(operation, request, version: .v11).body, as: UTF8.self)
  }

  @Test("WUSP-230 WUSP-397: a list of revisions beyond its limit is InvalidParameters")
  func longLists() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let fault = try await rig.fault(
        SyncUpdates.self, client.syncRequest(other: [Int32](repeating: 7, count: 100_001)))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message.hasPrefix("parameters"))
      // Within the limit of elements, whatever it is for.
      let most = client.syncRequest(other: Array(1...60_000))
      #expect(try await rig.raw(SyncUpdates.self, most).status == 200)
    }
  }

  @Test("WUSP-030 WUSP-230: a million ids are more than a request may have bytes")
  func millionIDs() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let body = SOAPRequest.encode(
        SyncUpdates.self, client.syncRequest(other: Array(1_000_000..<2_000_000)), version: .v11
      ).body
      let connection = try await rig.connect()
      try await connection.send(
        "POST \(WebService.client.path) HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
          + "Content-Length: \(body.count)\r\n\r\n")
      let answer = try await connection.answer()
      #expect(answer.status == 413)
    }
  }

  @Test("a differential scan of 5,000 revisions and a driver pass of 70 devices are answered")
  func honestLargeRequests() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      try await client.sync(installed: Array(1...400), other: Array(1_000..<6_000))
      let devices = (0..<75).map { number in
        SyncUpdates.Device(
          hardwareIDs: (0..<6).map { "PCI\\VEN_8086&DEV_\(number)&SUBSYS_11001AF4&REV_0\($0)" },
          compatibleIDs: (0..<8).map { "PCI\\VEN_8086&CC_06010\($0)" },
          installedDriver: .init(matchingID: "PCI\\VEN_8086", driverVerDate: .never, driverVerVersion: 1))
      }
      let request = client.syncRequest(installed: [1]) { parameters in
        parameters.skipsSoftwareSync = true
        parameters.systemSpec = devices
      }
      #expect(Self.text(SyncUpdates.self, request).utf8.count > 60_000)
      let answer = try await rig.call(SyncUpdates.self, request)
      #expect(answer.newUpdates.isEmpty && !answer.isTruncated)
    }
  }

  @Test("a small request may be all revision ids")
  func smallLists() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let request = client.syncRequest(other: [Int32](repeating: 7, count: 3_900))
      #expect(Self.text(SyncUpdates.self, request).utf8.count < 48 << 10)
      #expect(try await rig.raw(SyncUpdates.self, request).status == 200)
    }
  }

  @Test("names of 10 MB are refused before they have come", arguments: [WebService.client, .simpleAuth, .reporting])
  func hugeNames(_ service: WebService) async throws {
    try await ServerRig.run { rig async throws in
      let connection = try await rig.connect()
      try await connection.send(
        "POST \(service.path) HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 10485760\r\n\r\n")
      let answer = try await connection.answer()
      #expect(answer.status == 413)
      #expect(answer["Connection"] == "close")
    }
  }

  @Test(
    "a large request without a good cookie is refused before its rest has come",
    arguments: [WebService.client, .reporting])
  func largeWithoutCookie(_ service: WebService) async throws {
    try await ServerRig.run { rig async throws in
      let connection = try await rig.connect()
      try await connection.send(
        "POST \(service.path) HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 1000000\r\n\r\n")
      try await connection.send([UInt8](repeating: 0x20, count: 50_000))
      let answer = try await connection.answer()
      #expect(answer.status == 500)
      #expect(answer.text.contains("<ErrorCode>InvalidCookie</ErrorCode>"))
    }
  }

  @Test("WUSP-347: markup and control characters are stored visibly and never sent back")
  func hostileText() async throws {
    try await ServerRig.run { rig async throws in
      var client = TestClient(rig)
      try await client.handshake()
      let hostile = "<script>alert(1)</script>\u{7}\u{202E}\r\n=cmd|'/c calc'!A1"
      try await client.register { info in
        info.computerModel = hostile
        info.osDescription = hostile
      }
      let stored = try await rig.catalog.computer(ClientID(TestClient.id)!)
      let model = try #require(stored?.registration?.model)
      #expect(!model.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
      let name = try await rig.raw(
        GetClientAuthorizationCookie.self, .init(clientID: "<b>\u{202E}", dnsName: hostile))
      #expect(name.status == 500)
      #expect(!name.text.contains("alert") && !name.text.contains("&lt;b&gt;"))
    }
  }

  @Test("NUL and other characters that XML does not have are no request", arguments: ["\u{0}", "&#0;", "&#x1;"])
  func impossibleCharacters(_ text: String) async throws {
    try await ServerRig.run { rig async throws in
      let message = Self.text(GetClientAuthorizationCookie.self, .init(clientID: "PLACE", dnsName: "a"))
      let answer = try await rig.post(message.replacing("PLACE", with: text), to: .simpleAuth)
      #expect(answer.status == 500)
      #expect(!answer.text.contains("ErrorCode"))
    }
  }

  @Test(
    "WUSP-028 WUSP-029: broken XML and entities are refused", arguments: [WebService.client, .simpleAuth, .reporting])
  func noMessages(_ service: WebService) async throws {
    var limits = UpdateServerLimits()
    limits.refusalPause = .zero
    try await ServerRig.run(limits: limits) { rig async throws in
      let bodies = [
        "<s:Envelope", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "", "<html/>",
        String(repeating: "<a>", count: 200) + String(repeating: "</a>", count: 200),
      ]
      for body in bodies { #expect(try await rig.post(body, to: service).status == 500) }
    }
  }

  @Test("WUSP-060: beyond their number requests of clients are ServerBusy")
  func busy() async throws {
    var configuration = ClientServiceConfiguration()
    configuration.limits.requests = 0
    try await ServerRig.run(clients: configuration) { rig async throws in
      var client = TestClient(rig)
      try await client.handshake()
      let request = RegisterComputer.Request(cookie: client.cookie, computerInfo: ComputerInfo(dnsName: "a"))
      #expect(try await rig.fault(RegisterComputer.self, request).code == .serverBusy)
    }
  }

  @Test("WUSP-061: what fails inside is InternalServerError, and no more is told")
  func internalFailure() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      try rig.damage("DROP TABLE groupAssignment")
      let answer = try await rig.raw(SyncUpdates.self, client.syncRequest())
      #expect(answer.status == 500)
      #expect(answer.text.contains("<ErrorCode>InternalServerError</ErrorCode>"))
      #expect(!answer.text.contains("groupAssignment"))
    }
  }

  @Test("WUSP-395: calls without TLS are refused where that is configured")
  func requiresTLS() async throws {
    var configuration = ClientServiceConfiguration()
    configuration.requiresTLS = true
    try await ServerRig.run(clients: configuration) { rig async throws in
      for service in [WebService.client, .simpleAuth, .reporting] {
        #expect(try await rig.raw(Ping.self, .init(level: 1), service: service).status == 403)
      }
      #expect(try await rig.raw(Ping.self, .init(level: 1), service: .serverSync).status == 200)
    }
  }

  @Test("a server without client services has none of their paths")
  func noClients() async throws {
    try await ServerRig.run(clients: nil) { rig async throws in
      for service in [WebService.client, .simpleAuth] {
        #expect(try await rig.raw(Ping.self, .init(level: 1), service: service).status == 404)
      }
    }
  }
}

/// Forms of a request that are all the same call.
@Suite struct ClientFormTests {
  private static let message = String(
    decoding: SOAPRequest.encode(GetClientConfig.self, .init(protocolVersion: "1.8"), version: .v11).body,
    as: UTF8.self)

  @Test(
    "WUSP-012 WUSP-016 WUSP-018: path and SOAPAction select nothing but the service",
    arguments: [
      [], ["SOAPAction: x"], ["SOAPAction: \"\(GetClientConfig.action)\""], ["SOAPAction: \(SyncUpdates.action)"],
    ])
  func actions(_ headers: [String]) async throws {
    try await ServerRig.run { rig async throws in
      for path in ["/ClientWebService/client.asmx", "/clientwebservice/CLIENT.ASMX"] {
        let answer = try await rig.post(Self.message, path: path, headers: headers)
        #expect(answer.status == 200)
      }
    }
  }

  @Test("WUSP-015 WUSP-026: a SOAP header and unknown elements are ignored")
  func extras() async throws {
    try await ServerRig.run { rig async throws in
      let header = Self.message.replacing("<soap:Body>", with: "<soap:Header><x/></soap:Header><soap:Body>")
      #expect(try await rig.post(header, to: .client).status == 200)
      let more = Self.message.replacing("<protocolVersion>", with: "<new><a/></new><protocolVersion>")
      #expect(try await rig.post(more, to: .client).status == 200)
    }
  }

  @Test("WUSP-019: SOAP 1.2 is answered in SOAP 1.2")
  func newerSOAP() async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.raw(GetClientConfig.self, .init(protocolVersion: "1.8"), version: .v12)
      #expect(answer.status == 200)
      #expect(answer["Content-Type"]?.hasPrefix("application/soap+xml") == true)
    }
  }

  @Test("WUSP-032 WUSP-033 WUSP-034: answers are coded as asked, and plain otherwise")
  func coding() async throws {
    try await ServerRig.run { rig async throws in
      try await SoftwareSyncTests.publishRoots(30, in: rig.catalog)
      let client = try await TestClient.known(to: rig)
      let body = SOAPRequest.encode(SyncUpdates.self, client.syncRequest(), version: .v11).body
      let ask = { (headers: [String]) in
        try await rig.request(
          "POST", WebService.client.path, headers: ["Content-Type: text/xml"] + headers, body: body)
      }
      let plain = try await ask([])
      #expect(plain["Content-Encoding"] == nil)
      let coded = try await ask(["Accept-Encoding: xpress"])
      #expect(coded["Content-Encoding"] == "xpress")
      let decoded = try Xpress.decode(coded.body, limit: 1 << 24)
      #expect(decoded.count == plain.body.count)
      #expect(coded.body.count < plain.body.count)
      #expect(try await ask(["Accept-Encoding: gzip"])["Content-Encoding"] == "gzip")
    }
  }

  @Test("WUSP-051 WUSP-053 WUSP-054: faults have status 500, a fresh ID and children in no namespace")
  func faults() async throws {
    try await ServerRig.run { rig async throws in
      var ids: Set<GUID> = []
      for _ in 0..<2 {
        let answer = try await rig.raw(SyncUpdates.self, .init(cookie: nil, parameters: nil))
        #expect(answer.status == 500)
        #expect(answer.text.contains("<ErrorCode>InvalidCookie</ErrorCode>"))
        let message = try XMLElement.parse(answer.body)
        message.forEach { element in
          guard element.name == "detail" else { return }
          #expect(element.children.count >= 3)
          #expect(element.children.allSatisfy { $0.namespace.isEmpty })
        }
        let fault = try await rig.fault(SyncUpdates.self, .init(cookie: nil, parameters: nil))
        ids.insert(try #require(fault.id))
      }
      #expect(ids.count == 2)
    }
  }
}
