import Catalog
import Foundation
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct EndpointTests {
  static let getAuthConfig = """
    <soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>\
    <GetAuthConfig xmlns="http://www.microsoft.com/SoftwareDistribution"/></soap:Body></soap:Envelope>
    """

  @Test("SSS-001, SSS-002, SSS-003, SSS-004, SSS-006: the services answer at their paths in every spelling")
  func paths() async throws {
    try await ServerRig.run { rig async throws in
      for path in [
        "/ServerSyncWebService/ServerSyncWebService.asmx", "/serversyncwebservice/ServerSyncProxy.asmx",
        "//SERVERSYNCwebservice/serversyncwebservice.asmx", "/ServerSyncWebService/ServerSyncWebService.asmx?x=1",
      ] {
        #expect(try await rig.raw(GetAuthConfig.self, .init(), path: path).status == 200, "\(path)")
      }
      for path in [
        "/DssAuthWebService/DssAuthWebService.asmx", "//dssauthWebService/DssAuthWebService.asmx",
      ] {
        let request = GetAuthorizationCookie.Request(accountName: "dss", accountGUID: ServerRig.downstream)
        #expect(try await rig.raw(GetAuthorizationCookie.self, request, path: path).status == 200, "\(path)")
      }
      for path in ["/ReportingWebService/ReportingWebService.asmx", "/reportingwebservice/WebService.asmx"] {
        #expect(try await rig.raw(Ping.self, .init(level: 1), path: path).status == 200, "\(path)")
      }
      #expect(try await rig.raw(GetAuthConfig.self, .init(), path: "/Other.asmx").status == 404)
    }
  }

  @Test("a GET of a service is answered 405")
  func wrongMethod() async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.request("GET", WebService.serverSync.path)
      #expect(answer.status == 405)
      #expect(answer["Allow"] == "POST")
      #expect(try await rig.request("GET", "/").status == 404)
    }
  }

  @Test(
    "SSS-012: the first element in Body chooses the operation, whatever the SOAPAction says",
    arguments: [
      [], ["SOAPAction: \"\""], ["SOAPAction:"],
      ["SOAPAction: http://www.microsoft.com/SoftwareDistribution/GetAuthConfig"],
      ["SOAPAction: \"http://www.microsoft.com/SoftwareDistribution/GetCookie\""],
    ])
  func bodyChooses(_ headers: [String]) async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.post(Self.getAuthConfig, headers: headers)
      #expect(answer.status == 200)
      #expect(answer.text.contains("<GetAuthConfigResponse"))
    }
  }

  @Test("SSS-014: SOAP 1.1 and SOAP 1.2 are answered in kind", arguments: SOAPVersion.allCases)
  func versions(_ version: SOAPVersion) async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.raw(GetAuthConfig.self, .init(), version: version)
      #expect(answer["Content-Type"] == version.contentType)
      #expect(answer.text.contains(version.namespace))
      let fault = try await rig.raw(
        GetConfigData.self, .init(cookie: nil, anchor: nil), version: version)
      #expect(fault.status == 500)
      #expect(fault["Content-Type"] == version.contentType)
      #expect(fault.text.contains(version.namespace))
    }
  }

  @Test("SSS-010: no answer has a SOAP Header")
  func noHeader() async throws {
    try await ServerRig.run { rig async throws in
      #expect(try await !rig.raw(GetAuthConfig.self, .init()).text.contains("Header"))
      #expect(try await !rig.raw(GetConfigData.self, .init(cookie: nil, anchor: nil)).text.contains("Header"))
    }
  }

  @Test(
    "what other implementations send is accepted",
    arguments: [
      getAuthConfig,
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>" + getAuthConfig,
      getAuthConfig.replacingOccurrences(of: "soap:", with: "s:").replacingOccurrences(of: ":soap=", with: ":s="),
      getAuthConfig.replacingOccurrences(of: "soap:", with: "soap-env:")
        .replacingOccurrences(of: ":soap=", with: ":soap-env="),
      getAuthConfig.replacingOccurrences(
        of: "<GetAuthConfig ",
        with: "<GetAuthConfig xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\" "),
      getAuthConfig.replacingOccurrences(of: "<soap:Body>", with: "<soap:Header/>\n  <soap:Body>\n<!-- -->"),
      getAuthConfig.replacingOccurrences(of: "<GetAuthConfig xmlns=", with: "<ns0:GetAuthConfig xmlns:ns0="),
    ])
  func strayForms(_ xml: String) async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.post(xml)
      #expect(answer.status == 200, "\(answer.text)")
    }
  }

  @Test("Expect: 100-continue is answered before the body, on every request of a connection")
  func expectContinue() async throws {
    try await ServerRig.run { rig async throws in
      let connection = try await rig.connect()
      for _ in 0..<3 {
        try await connection.send(
          "POST \(WebService.serverSync.path) HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
            + "Expect: 100-continue\r\nContent-Length: \(Self.getAuthConfig.utf8.count)\r\n\r\n")
        try await connection.send(Self.getAuthConfig)
        let answer = try await connection.answer()
        #expect(answer.interim == [100])
        #expect(answer.status == 200)
      }
    }
  }

  @Test("head and body in separate packets, chunked bodies and keep-alive work")
  func packets() async throws {
    try await ServerRig.run { rig async throws in
      let connection = try await rig.connect()
      let head = "POST \(WebService.serverSync.path) HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
      let body = Array(Self.getAuthConfig.utf8)
      try await connection.send(head)
      try await connection.send("Content-Length: \(body.count)\r\n\r\n")
      for byte in body { try await connection.send([byte]) }
      #expect(try await connection.answer().status == 200)
      try await connection.send(head + "Transfer-Encoding: chunked\r\n\r\n")
      try await connection.send(Array("\(String(body.count, radix: 16))\r\n".utf8) + body + Array("\r\n0\r\n\r\n".utf8))
      let answer = try await connection.answer()
      #expect(answer.status == 200)
      #expect(answer["Content-Length"] == "\(answer.body.count)")
    }
  }

  @Test("a request body in a coding that nobody asked for is refused")
  func codedRequest() async throws {
    try await ServerRig.run { rig async throws in
      #expect(try await rig.post(Self.getAuthConfig, headers: ["Content-Encoding: xpress"]).status == 415)
    }
  }
}

@Suite struct FaultTests {
  @Test("SSS-020, SSS-037, SSS-038: a SOAP 1.1 fault has status 500 and three unqualified elements in detail")
  func fault11() async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.raw(GetConfigData.self, .init(cookie: nil, anchor: nil))
      #expect(answer.status == 500)
      let body = try #require(try XMLElement.parse(answer.body, limits: .request).child("Body"))
      let detail = try #require(body.child("Fault")?.child("detail"))
      #expect(detail.namespace == "")
      #expect(detail.children.map(\.name) == ["ErrorCode", "Message", "ID"])
      #expect(detail.children.allSatisfy { $0.namespace == "" })
      #expect(detail.child("ErrorCode")?.text == "InvalidCookie")
    }
  }

  @Test("SSS-040: a SOAP 1.2 fault has an unqualified Detail apart from the one of SOAP")
  func fault12() async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.raw(GetConfigData.self, .init(cookie: nil, anchor: nil), version: .v12)
      #expect(answer.status == 500)
      let body = try #require(try XMLElement.parse(answer.body, limits: .request).child("Body"))
      let detail = try #require(body.child("Fault")?.children.first { $0.name == "Detail" })
      #expect(detail.namespace == "")
      #expect(detail.children.map(\.name) == ["ErrorCode", "Message", "ID"])
      #expect(detail.children.allSatisfy { $0.namespace == "" })
    }
  }

  @Test("SSS-039: every fault has an ID of its own")
  func freshIDs() async throws {
    try await ServerRig.run { rig async throws in
      let request = GetConfigData.Request(cookie: nil, anchor: nil)
      let first = try await rig.fault(GetConfigData.self, request)
      let second = try await rig.fault(GetConfigData.self, request)
      #expect(first.id != nil && first.id != .zero)
      #expect(first.id != second.id)
    }
  }

  @Test(
    "SSS-233, SSS-232: unknown and driver operations get a client fault",
    arguments: [
      "Foo", "GetDriverIdList", "GetDriverSetData", "GetConfig2", "GetTimestamps",
    ])
  func unknownOperations(_ name: String) async throws {
    try await ServerRig.run { rig async throws in
      let xml = EndpointTests.getAuthConfig.replacingOccurrences(of: "GetAuthConfig", with: name)
      for service in [WebService.serverSync, .dssAuth, .reporting] {
        let answer = try await rig.post(xml, to: service)
        #expect(answer.status == 500)
        #expect(answer.text.contains("<faultcode>soap:Client</faultcode>"))
      }
    }
  }

  @Test("an operation of another service is unknown here")
  func otherService() async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.raw(GetAuthConfig.self, .init(), service: .dssAuth)
      #expect(answer.status == 500)
    }
  }

  @Test(
    "SSS-022: document types and entities are refused without being read",
    arguments: [
      "<!DOCTYPE soap:Envelope [<!ENTITY a \"b\">]>",
      "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">",
      "<!DOCTYPE lolz [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;&l;&l;\"><!ENTITY n \"&m;&m;&m;&m;\">]>",
      "<?xml-stylesheet href=\"http://127.0.0.1/\"?>",
    ])
  func documentTypes(_ prologue: String) async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.post(prologue + EndpointTests.getAuthConfig)
      #expect(answer.status == 500)
      #expect(answer.text.contains("faultcode"))
      #expect(!answer.text.contains("root:"))
    }
  }

  @Test(
    "rubbish instead of SOAP gets a client fault in SOAP",
    arguments: [
      "", "hello", "<html/>", "<a", "\u{0}\u{1}",
      "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"/>",
      "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body/></soap:Envelope>",
      String(repeating: "<a>", count: 100_000),
    ])
  func rubbish(_ text: String) async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.post(text)
      #expect(answer.status == 500)
      #expect(answer.text.contains("<faultcode>soap:Client</faultcode>"))
      #expect(answer.body.count < 2_000)
    }
  }

  @Test("SSS-041, SSS-042: a value of the wrong type is InvalidParameters with the name of the parameter")
  func wrongTypes() async throws {
    try await ServerRig.run { rig async throws in
      let cookie = try await rig.cookie()
      let good = SOAPRequest.encode(
        GetUpdateData.self,
        .init(cookie: cookie, identities: [UpdateIdentity(updateID: Fixtures.guid(1), revisionNumber: 12_345)]),
        version: .v11)
      let xml = String(decoding: good.body, as: UTF8.self).replacingOccurrences(of: "12345", with: "99999999999")
      let answer = try await rig.post(xml)
      #expect(answer.status == 500)
      #expect(answer.text.contains("<ErrorCode>InvalidParameters</ErrorCode><Message>updateIds</Message>"))
    }
  }

  @Test("SSS-229: Ping answers on all services and tells nothing of the host")
  func ping() async throws {
    try await ServerRig.run { rig async throws in
      for service in WebService.allCases {
        let answer = try await rig.raw(Ping.self, .init(level: 3), service: service)
        #expect(answer.status == 200)
        let text = answer.text
        #expect(text.contains("<SuccessFlag>true</SuccessFlag>"))
        for name in ["ServicesMachine", "DatabaseInfo", "ConfigFilePath", ProcessInfo.processInfo.hostName] {
          #expect(!text.contains(name))
        }
      }
    }
  }

  @Test("SSS-228: GetRelatedRevisionsForUpdates answers with nothing and changes nothing")
  func relatedRevisions() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1))
      let before = try await rig.catalog.mark()
      let response = try await rig.call(
        GetRelatedRevisionsForUpdates.self, .init(cookie: nil, updateIDs: [Fixtures.guid(1)]))
      #expect(response.identities.isEmpty)
      #expect(try await rig.catalog.mark() == before)
    }
  }
}
