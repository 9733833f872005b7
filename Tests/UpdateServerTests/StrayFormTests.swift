import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

/// Forms that real clients send and no table of the specification has.
@Suite struct StrayFormTests {
  private static let body = """
    <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>\
    <GetAuthConfig xmlns="http://www.microsoft.com/SoftwareDistribution"/></s:Body></s:Envelope>
    """

  @Test(
    "SSS-004: double slashes, any letter case and a query reach the service",
    arguments: [
      "//ServerSyncWebService//ServerSyncWebService.asmx", "/SERVERSYNCWEBSERVICE/SERVERSYNCWEBSERVICE.ASMX",
      "/serversyncwebservice/serversyncproxy.asmx?wsdl=0", "/ServerSyncWebService/ServerSyncWebService.asmx/",
    ])
  func paths(_ path: String) async throws {
    try await ServerRig.run { rig async throws in
      #expect(try await rig.post(Self.body, path: path).status == 200)
    }
  }

  @Test(
    "odd content types are understood: letter case, quotes, blanks, unknown and empty parameters",
    arguments: [
      "text/xml", "TEXT/XML; CHARSET=UTF-8", "text/xml;charset=\"utf-8\"", "text/xml ; charset = utf-8 ; x=\"y\"",
      "text/xml; charset=utf-8;", "text/xml;;charset=utf-8", "text/xml; action=\"a;b\"",
      "application/xml; charset=us-ascii",
    ])
  func contentTypes(_ contentType: String) async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.post(Self.body, contentType: contentType)
      #expect(answer.status == 200)
      #expect(answer["Content-Type"] == "text/xml; charset=utf-8")
    }
  }

  @Test("SSS-014: the envelope decides the version, whatever the content type says")
  func versions() async throws {
    try await ServerRig.run { rig async throws in
      let body12 = Self.body.replacing(
        "http://schemas.xmlsoap.org/soap/envelope/", with: "http://www.w3.org/2003/05/soap-envelope")
      for (body, contentType, expected) in [
        (body12, "text/xml; charset=utf-8", "application/soap+xml; charset=utf-8"),
        (body12, "application/soap+xml;charset=UTF-8;action=\"urn:x\"", "application/soap+xml; charset=utf-8"),
        (Self.body, "application/soap+xml; charset=utf-8", "text/xml; charset=utf-8"),
      ] {
        let answer = try await rig.post(body, contentType: contentType)
        #expect(answer.status == 200)
        #expect(answer["Content-Type"] == expected)
      }
    }
  }

  @Test("a byte order mark, a declaration in any spelling and trailing white space do not matter")
  func marks() async throws {
    try await ServerRig.run { rig async throws in
      for prefix in ["\u{FEFF}", "\u{FEFF}<?xml version=\"1.0\"?>\r\n", "<?xml version='1.0' encoding='UTF-8' ?>\n"] {
        let answer = try await rig.post(prefix + Self.body + "\r\n  \n")
        #expect(answer.status == 200, "\(prefix.unicodeScalars.map(\.value))")
      }
    }
  }

  @Test("no content type and no SOAPAction at all is enough")
  func bare() async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.request("POST", WebService.serverSync.path, body: Array(Self.body.utf8))
      #expect(answer.status == 200)
    }
  }
}
