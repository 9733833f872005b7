import Testing
import UpdateModel

@testable import WireFormat

/// Forms that real clients and the examples of the specification have (guide 2.3).
@Suite("Lenient reading of client requests")
struct LenientRequestTests {
  private func decode<Op: WireOperation>(_ operation: Op.Type, _ inside: String) throws -> Op.Request {
    let text = """
      <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
      xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"><s:Header><x/></s:Header><s:Body>\
      <\(Op.operationName) xmlns="\(Op.namespace)">\(inside)</\(Op.operationName)></s:Body></s:Envelope>
      """
    return try IncomingRequest.parse(Array(text.utf8)).decode(operation)
  }

  private func sync(_ parameters: String) throws -> SyncUpdates.Parameters? {
    try decode(SyncUpdates.self, "<parameters>\(parameters)</parameters>").parameters
  }

  @Test("WUSP-022, WUSP-174: an element that is nil is absent, in either word", arguments: ["1", "true"])
  func nilElements(word: String) throws {
    let parameters = try sync(
      """
      <ExpressQuery>false</ExpressQuery><SystemSpec xsi:nil="\(word)"/><CachedDriverIDs xsi:nil="\(word)"/>\
      <SkipSoftwareSync>false</SkipSoftwareSync>
      """)
    #expect(parameters == SyncUpdates.Parameters())
    let cookie =
      #"<oldCookie><Expiration>2026-10-04T15:03:36</Expiration><EncryptedData xsi:nil="\#(word)"/></oldCookie>"#
    #expect(try decode(GetClientCookie.self, cookie).oldCookie == nil)
    let events = try decode(
      ReportEventBatch.self,
      """
      <eventBatch><ReportingEvent><BasicData><TargetID><Sid>a</Sid></TargetID>\
      <TimeAtTarget>2026-10-04T15:03:36.1</TimeAtTarget><EventInstanceID>\(Samples.guid)</EventInstanceID>\
      <EventID>147</EventID><SourceID>101</SourceID></BasicData><ExtendedData>\
      <ReplacementStrings xsi:nil="\(word)"/></ExtendedData></ReportingEvent></eventBatch>
      """
    ).events
    #expect(events?.map(\.replacementStrings) == [[]])
  }

  @Test("an empty SystemSpec is one: a device is not needed to send it")
  func emptySystemSpec() throws {
    #expect(try sync("<SystemSpec/>")?.systemSpec == [])
    #expect(try sync("")?.systemSpec == nil)
  }

  @Test("WUSP-023: soapenc:arrayType on arrays is ignored")
  func arrayType() throws {
    let parameters = try sync(
      """
      <InstalledNonLeafUpdateIDs soapenc:arrayType="xsd:int[2]"><int>1</int><int>2</int>\
      </InstalledNonLeafUpdateIDs>
      """)
    #expect(parameters?.installedNonLeafUpdateIDs == [1, 2])
  }

  @Test(
    "WUSP-024: dates come with and without zone, with 0 to 7 digits",
    arguments: [
      ("2006-05-01T10:20:30", "2006-05-01T10:20:30Z"), ("2006-05-01T10:20:30Z", "2006-05-01T10:20:30Z"),
      ("2006-05-01T10:20:30.1", "2006-05-01T10:20:30.1Z"),
      (" 2006-05-01T10:20:30.1234567Z\n", "2006-05-01T10:20:30.1234567Z"),
      ("2006-05-01T10:20:30.123+02:00", "2006-05-01T08:20:30.123Z"),
    ])
  func dates(text: String, expected: String) throws {
    let request = try decode(GetClientCookie.self, "<lastChange>\(text)</lastChange>")
    #expect(request.lastChange?.description == expected)
  }

  @Test("WUSP-025: white space in Base64 is skipped")
  func base64() throws {
    let cookie = try decode(
      GetClientCookie.self,
      "<authCookies><AuthorizationCookie><PlugInId>x</PlugInId><CookieData> AQI\r\n D </CookieData>"
        + "</AuthorizationCookie></authCookies>")
    #expect(cookie.authorizationCookies == [AuthorizationCookie(plugInID: "x", cookieData: [1, 2, 3])])
    let digest = "AAECAwQFBgcICQoL\n DA0ODxAREhM="
    let files = try decode(GetFileLocations.self, "<fileDigests><base64Binary>\(digest)</base64Binary></fileDigests>")
    #expect(files.fileDigests == [FileDigest(bytes: Array(0..<20))!])
  }

  @Test("WUSP-026: unknown elements are skipped, and the order means nothing")
  func unknownElements() throws {
    let parameters = try sync(
      """
      <callerAttributes>a</callerAttributes><SkipSoftwareSync>1</SkipSoftwareSync><New><int>7</int></New>\
      <CachedDriverIDs><other/><int>3</int></CachedDriverIDs><ExpressQuery>0</ExpressQuery>
      """)
    #expect(parameters?.skipsSoftwareSync == true)
    #expect(parameters?.cachedDriverIDs == [3])
  }

  @Test("GUIDs come in any letter case")
  func guids() throws {
    let upper = Samples.guid.description.uppercased()
    let request = try decode(
      RefreshCache.self,
      "<globalIDs><UpdateIdentity><RevisionNumber> 200 </RevisionNumber><UpdateID>\(upper)</UpdateID></UpdateIdentity>"
        + "</globalIDs>")
    #expect(request.globalIDs == [Samples.identity])
  }

  @Test("WUSP-331: both spellings of Win32HResult are read, and values keep their sign")
  func results() throws {
    for name in ["Win32HResult", "Win32Hresult"] {
      let request = try decode(
        ReportEventBatch.self,
        """
        <eventBatch><ReportingEvent><BasicData><TimeAtTarget>2026-10-04T15:03:36Z</TimeAtTarget>\
        <EventInstanceID>\(Samples.guid)</EventInstanceID><EventID>182</EventID><SourceID>101</SourceID>\
        <\(name)>-2145123272</\(name)></BasicData></ReportingEvent></eventBatch>
        """)
      #expect(request.events?.map(\.win32HResult) == [-2_145_123_272])
    }
  }

  @Test("WUSP-127: a negative short is the 16 bits it stands for", arguments: [("-15536", 50_000), ("50000", 50_000)])
  func shorts(text: String, expected: UInt16) throws {
    let request = try decode(
      RegisterComputer.self,
      "<computerInfo><ClientVersionBuildNumber>\(text)</ClientVersionBuildNumber></computerInfo>")
    #expect(request.computerInfo?.clientVersion.build == expected)
  }

  @Test("WUSP-125, WUSP-126: a computer may say nothing, or what nobody can read as a date")
  func sparseComputer() throws {
    #expect(try decode(RegisterComputer.self, "<computerInfo/>").computerInfo == ComputerInfo())
    let odd = try decode(
      RegisterComputer.self, "<computerInfo><BiosReleaseDate>02/02/2022</BiosReleaseDate></computerInfo>")
    #expect(odd.computerInfo == ComputerInfo())
    let bytes = SOAPRequest.encode(RegisterComputer.self, odd, version: .v11).body
    #expect(try IncomingRequest.parse(bytes).decode(RegisterComputer.self) == odd)
  }

  @Test("info types that nobody knows here are left out")
  func infoTypes() throws {
    let request = try decode(
      GetExtendedUpdateInfo.self,
      "<infoTypes><XmlUpdateFragmentType>Core</XmlUpdateFragmentType><XmlUpdateFragmentType>New</XmlUpdateFragmentType>"
        + "</infoTypes>")
    #expect(request.infoTypes == [.core])
  }

  @Test("all that is mandatory may be missing: the server chooses the fault")
  func missing() throws {
    #expect(try decode(GetClientConfig.self, "") == .init(protocolVersion: nil))
    #expect(try decode(GetClientAuthorizationCookie.self, "") == .init(clientID: nil, dnsName: nil))
    #expect(try decode(RegisterComputer.self, "") == .init(cookie: nil, computerInfo: nil))
    #expect(try decode(StartCategoryScan.self, "") == .init(requestedCategories: nil))
    #expect(try decode(SyncUpdates.self, "") == .init(cookie: nil, parameters: nil))
    #expect(try decode(RefreshCache.self, "") == .init(cookie: nil, globalIDs: nil))
    #expect(
      try decode(GetExtendedUpdateInfo.self, "")
        == .init(cookie: nil, revisionIDs: nil, infoTypes: nil, locales: nil))
    #expect(try decode(GetFileLocations.self, "") == .init(cookie: nil, fileDigests: nil))
    #expect(try decode(ReportEventBatch.self, "") == .init(cookie: nil, clientTime: nil, events: nil))
    #expect(try decode(GetRequiredInventoryType.self, "") == .init(cookie: nil, rulesID: nil))
  }
}
