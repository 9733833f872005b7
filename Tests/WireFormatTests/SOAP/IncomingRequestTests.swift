import Testing
import UpdateModel

@testable import WireFormat

private let ns = "http://www.microsoft.com/SoftwareDistribution"

private func parse(
  _ body: String, contentType: String? = nil, soapAction: String? = nil, version: SOAPVersion = .v11
) throws(WireError) -> IncomingRequest {
  let text = "<s:Envelope xmlns:s=\"\(version.namespace)\"><s:Body>\(body)</s:Body></s:Envelope>"
  return try IncomingRequest.parse(Array(text.utf8), contentType: contentType, soapAction: soapAction)
}

@Suite("Incoming requests")
struct IncomingRequestTests {
  @Test("SSS-012: the first element of the body selects the operation, not the SOAPAction")
  func firstElement() throws {
    for action in [nil, "", "\"\"", "\"\(ns)/GetCookie\"", "\(ns)/GetCookie"] {
      let request = try parse("<GetAuthConfig xmlns=\"\(ns)\"/>", soapAction: action)
      #expect(request.isCall(of: GetAuthConfig.self))
    }
    #expect(try parse("<a/>", soapAction: "\"x\"").action == "x")
    #expect(try parse("<a/>", contentType: "application/soap+xml; action=\"y\"").action == "y")
  }

  @Test("SSS-014: both versions of the envelope are read")
  func versions() throws {
    for version in SOAPVersion.allCases { #expect(try parse("<a/>", version: version).version == version) }
  }

  @Test("SSS-033: prefixes, headers, a nil request and stray attributes do not matter")
  func tolerant() throws {
    let text = """
      <?xml version='1.0' encoding='UTF-8'?>
      <soap-env:Envelope xmlns:soap-env='http://schemas.xmlsoap.org/soap/envelope/' xmlns:ns0='\(ns)'
        xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>
      <soap-env:Header><x xmlns='urn:x'/></soap-env:Header>
      <soap-env:Body soap-env:encodingStyle='x'>
        <ns0:GetUpdateData><ns0:updateIds soap-env:arrayType='x[2]'>
          <ns0:UpdateIdentity xsi:nil='true'/>
          <ns0:UpdateIdentity><ns0:RevisionNumber> +5 </ns0:RevisionNumber><ns0:More/>
            <ns0:UpdateID>\n266F6222-C89D-43F2-9F8A-69340271E677 </ns0:UpdateID></ns0:UpdateIdentity>
        </ns0:updateIds></ns0:GetUpdateData>
      </soap-env:Body></soap-env:Envelope>
      """
    let request = try IncomingRequest.parse(Array(text.utf8)).decode(GetUpdateData.self)
    #expect(request.identities == [UpdateIdentity(updateID: Samples.guid, revisionNumber: 5)])
    #expect(request.cookie == nil)
    let nilRequest = try parse(
      "<GetAuthConfig xmlns='\(ns)' xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'/>")
    _ = try nilRequest.decode(GetAuthConfig.self)
  }

  @Test("another charset is refused by name")
  func charset() {
    #expect(throws: WireError.wrongEncoding(found: "charset iso-8859-1")) {
      try parse("<a/>", contentType: "text/xml; charset=ISO-8859-1")
    }
    #expect(throws: Never.self) { try parse("<a/>", contentType: "text/xml;charset=\"UTF-8\"") }
  }

  @Test(
    "what is no envelope with a body is refused",
    arguments: [
      "<a/>", "<Envelope/>", "<s:Envelope xmlns:s='urn:other'><s:Body><a/></s:Body></s:Envelope>",
      "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'/>",
      "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>",
    ])
  func notEnvelopes(text: String) {
    #expect(throws: WireError.self) { try IncomingRequest.parse(Array(text.utf8)) }
  }

  @Test(
    "SSS-102: a cookie that is absent, empty or not readable is no cookie",
    arguments: [
      "", "<cookie/>", "<cookie><EncryptedData/></cookie>", "<cookie><EncryptedData>???</EncryptedData></cookie>",
      "<cookie xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='1'><EncryptedData>AQID</EncryptedData></cookie>",
    ])
  func noCookie(xml: String) throws {
    #expect(try parse("<GetConfigData>\(xml)</GetConfigData>").decode(GetConfigData.self).cookie == nil)
  }

  @Test("SSS-030, SSS-032: a cookie with another spelling of its time and wrapped Base64 is the same cookie")
  func sameCookie() throws {
    let request = try parse(
      """
      <GetConfigData><cookie><EncryptedData> AQ
        ID </EncryptedData><Expiration>2026-10-04T22:33:26.6545500+02:00</Expiration></cookie></GetConfigData>
      """
    ).decode(GetConfigData.self)
    #expect(request.cookie == Cookie(expiration: Samples.time, encryptedData: [1, 2, 3]))
  }

  @Test("SSS-132, SSS-196, SSS-197: empty anchors read as absent")
  func emptyAnchors() throws {
    let list = try parse("<GetRevisionIdList><filter><Anchor/><GetConfig>1</GetConfig></filter></GetRevisionIdList>")
    #expect(
      try list.decode(GetRevisionIdList.self).filter
        == RevisionFilter(anchor: nil, isConfiguration: true, is63LanguagesOnly: nil))
    let deployments = try parse("<GetDeployments><deploymentAnchor/><syncAnchor></syncAnchor></GetDeployments>")
    let request = try deployments.decode(GetDeployments.self)
    #expect(request.deploymentAnchor == nil)
    #expect(request.syncAnchor == nil)
  }

  @Test("SSS-150, SSS-188: an absent array is not an empty one")
  func absentArrays() throws {
    #expect(try parse("<GetUpdateData/>").decode(GetUpdateData.self).identities == nil)
    #expect(try parse("<GetUpdateData><updateIds/></GetUpdateData>").decode(GetUpdateData.self).identities == [])
    #expect(try parse("<DownloadFiles/>").decode(DownloadFiles.self).digests == nil)
    #expect(try parse("<GetRevisionIdList/>").decode(GetRevisionIdList.self).filter == nil)
  }

  @Test("SSS-090, SSS-091: authorization cookies are counted, and rubbish in them is empty data")
  func authorizationCookies() throws {
    let cookie =
      "<AuthorizationCookie><PlugInId>DssTargeting</PlugInId><CookieData>!</CookieData></AuthorizationCookie>"
    for count in 0...2 {
      let xml = "<GetCookie><authCookies>\(String(repeating: cookie, count: count))</authCookies></GetCookie>"
      let request = try parse(xml).decode(GetCookie.self)
      #expect(request.authorizationCookies == Array(repeating: AuthorizationCookie(cookieData: []), count: count))
    }
  }

  @Test(
    "values of wrong types are refused with their parameter's name",
    arguments: [
      ("<GetRevisionIdList><filter><GetConfig>maybe</GetConfig></filter></GetRevisionIdList>", "filter"),
      ("<GetRevisionIdList><filter/></GetRevisionIdList>", "filter"),
      (
        "<GetRevisionIdList><filter><GetConfig>true</GetConfig><Languages><LanguageAndDelta><Id>2147483648</Id>"
          + "<Delta>0</Delta></LanguageAndDelta></Languages></filter></GetRevisionIdList>", "filter"
      ),
    ])
  func wrongTypes(xml: String, parameter: String) throws {
    let request = try parse(xml)
    do {
      _ = try request.decode(GetRevisionIdList.self)
      Issue.record("accepted")
    } catch { #expect(error.parameter == parameter) }
  }

  @Test("digests of another length are refused")
  func wrongDigests() throws {
    let request = try parse(
      "<DownloadFiles><fileDigestList><base64Binary>AQID</base64Binary></fileDigestList></DownloadFiles>")
    do {
      _ = try request.decode(DownloadFiles.self)
      Issue.record("accepted")
    } catch {
      #expect(error.parameter == "fileDigestList")
      #expect(error.description.contains("20 bytes, found 3 bytes"))
    }
  }

  @Test("a request with more elements than any honest one is refused")
  func hugeArray() {
    let text = "<GetUpdateData><updateIds>" + String(repeating: "<a/>", count: 200_001) + "</updateIds></GetUpdateData>"
    do {
      _ = try parse(text)
      Issue.record("accepted")
    } catch {
      guard case .limitExceeded(_, .elements, 200_000) = error else {
        Issue.record("\(error)")
        return
      }
    }
  }
}
