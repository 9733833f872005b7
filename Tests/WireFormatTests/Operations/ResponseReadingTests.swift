import Testing
import UpdateModel

@testable import WireFormat

private let xsi = "xmlns:i='http://www.w3.org/2001/XMLSchema-instance'"

private func reply(_ operation: String, _ result: String) -> String {
  """
  <s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' \(xsi)><s:Header><x/></s:Header><s:Body>
  <\(operation)Response xmlns='http://www.microsoft.com/SoftwareDistribution'>\(result)</\(operation)Response>
  <more/></s:Body></s:Envelope>
  """
}

private func response<Op: WireOperation>(_ operation: Op.Type, _ result: String) throws(WireError) -> Op.Response {
  let parsed = try decodeReply(operation, reply(Op.operationName, result))
  guard case .response(let response) = parsed else { throw .notSOAP(found: "a fault") }
  return response
}

private func update(_ inside: String) throws(WireError) -> UpdateDocument? {
  let id = "<Id><UpdateID>\(Samples.guid)</UpdateID><RevisionNumber>200</RevisionNumber></Id>"
  let result = "<updates><ServerSyncUpdateData>\(inside)\(id)</ServerSyncUpdateData></updates><fileUrls/>"
  return try response(GetUpdateData.self, "<GetUpdateDataResult>\(result)</GetUpdateDataResult>").updates.first
}

@Suite("Reading responses")
struct ResponseReadingTests {
  @Test("SSS-028, SSS-036: the order of children does not matter, unknown ones are ignored")
  func anyOrder() throws {
    let configuration = try response(
      GetConfigData.self,
      """
      <GetConfigDataResult><LanguageUpdateList><ServerSyncLanguageData i:nil='true'/></LanguageUpdateList><New>1</New>
      <NewConfigAnchor>a</NewConfigAnchor><ServerHostsPsfFiles>1</ServerHostsPsfFiles><LazySync>0</LazySync>
      <MaxNumberOfUpdatesPerRequest> 7 </MaxNumberOfUpdatesPerRequest><CatalogOnlySync>true</CatalogOnlySync>
      </GetConfigDataResult>
      """)
    #expect(
      configuration
        == ServerConfiguration(
          isCatalogOnly: true, isLazy: false, hostsPSFFiles: true,
          limits: RequestLimits(updates: 7, driverSets: 0, computerIDs: 0, pnpHardwareIDs: 0, decryptionUpdates: nil),
          protocolVersion: nil, anchor: ConfigAnchor("a"), languages: []))
  }

  @Test(
    "SSS-123: a missing or non-positive limit of GetUpdateData is an error",
    arguments: [
      "", "<MaxNumberOfUpdatesPerRequest>0</MaxNumberOfUpdatesPerRequest>",
      "<MaxNumberOfUpdatesPerRequest>-1</MaxNumberOfUpdatesPerRequest>",
      "<MaxNumberOfUpdatesPerRequest>2147483648</MaxNumberOfUpdatesPerRequest>",
      "<MaxNumberOfUpdatesPerRequest>ten</MaxNumberOfUpdatesPerRequest>",
    ])
  func badLimit(xml: String) {
    let rest =
      "<CatalogOnlySync>1</CatalogOnlySync><LazySync>1</LazySync><ServerHostsPsfFiles>1</ServerHostsPsfFiles>"
      + "<NewConfigAnchor>a</NewConfigAnchor>"
    do {
      _ = try response(GetConfigData.self, "<GetConfigDataResult>\(rest)\(xml)</GetConfigDataResult>")
      Issue.record("accepted")
    } catch {
      #expect(error.location?.element.hasSuffix("MaxNumberOfUpdatesPerRequest") == true, "\(error)")
      #expect(error.location?.operation == "GetConfigData")
    }
  }

  @Test(
    "SSS-026, SSS-027: NewRevisions may be missing, empty, or hold nil items",
    arguments: [
      "", "<NewRevisions/>", "<NewRevisions i:nil='true'/>",
      "<NewRevisions><UpdateIdentity i:nil='1'/><UpdateIdentity i:nil='true'><UpdateID/></UpdateIdentity></NewRevisions>",
    ])
  func emptyLists(xml: String) throws {
    let list = try response(
      GetRevisionIdList.self, "<GetRevisionIdListResult>\(xml)<Anchor>a</Anchor></GetRevisionIdListResult>")
    #expect(list == RevisionIDList(anchor: SyncAnchor("a"), identities: []))
  }

  @Test(
    "a listing with a wrong identity or without an anchor is refused",
    arguments: [
      "<Anchor>a</Anchor><NewRevisions><UpdateIdentity><UpdateID>x</UpdateID></UpdateIdentity></NewRevisions>",
      "<Anchor>a</Anchor><NewRevisions><UpdateIdentity><RevisionNumber>1</RevisionNumber></UpdateIdentity></NewRevisions>",
      "<Anchor>a</Anchor><NewRevisions><UpdateIdentity><UpdateID>266f6222-c89d-43f2-9f8a-69340271e677</UpdateID>"
        + "</UpdateIdentity></NewRevisions>",
      "<Anchor>a</Anchor><NewRevisions><UpdateIdentity><UpdateID>266f6222-c89d-43f2-9f8a-69340271e677</UpdateID>"
        + "<RevisionNumber>99999999999999999999</RevisionNumber></UpdateIdentity></NewRevisions>",
      "<NewRevisions/>",
    ])
  func badLists(xml: String) {
    #expect(throws: WireError.self) {
      try response(GetRevisionIdList.self, "<GetRevisionIdListResult>\(xml)</GetRevisionIdListResult>")
    }
  }

  @Test("SSS-163: a blob is read as escaped text, as CDATA, and as markup")
  func blobForms() throws {
    let document = "<a b=\"1\">x</a>"
    let expected = MetadataBlob.plain(Array(document.utf8))
    let escaped = "&lt;a b=\"1\"&gt;x&lt;/a&gt;"
    #expect(try update("<XmlUpdateBlob>\(escaped)</XmlUpdateBlob>")?.blob == expected)
    #expect(try update("<XmlUpdateBlob><![CDATA[\(document)]]></XmlUpdateBlob>")?.blob == expected)
    let markup = "<XmlUpdateBlob>\n <a xmlns='' b='1'>x</a>\n</XmlUpdateBlob>"
    guard case .plain(let bytes)? = try update(markup)?.blob else {
      Issue.record("no document")
      return
    }
    let root = try XMLElement.parse(bytes)
    #expect(root == XMLElement(name: "a", attributes: [XMLAttribute(name: "b", value: "1")], text: "x"))
  }

  @Test("SSS-163: markup keeps the namespaces that hold around it, prefixes, entities and empty elements")
  func markup() throws {
    let blob = """
      <XmlUpdateBlob xmlns:q='urn:q'><u:Update xmlns:u='urn:u' i:type='q:T' u:k='&lt;"'><u:E/>&amp;é<b xmlns='urn:b'>
      </b></u:Update></XmlUpdateBlob>
      """
    guard case .plain(let bytes)? = try update(blob)?.blob else {
      Issue.record("no document")
      return
    }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix("<u:Update xmlns:u=\"urn:u\""))
    #expect(text.contains("xmlns:q=\"urn:q\""))
    #expect(!text.contains("soap"))
    #expect(text.hasSuffix("<u:E />&amp;é<b xmlns=\"urn:b\">\n</b></u:Update>"))
    let root = try XMLElement.parse(bytes)
    #expect(root.namespace == "urn:u")
    #expect(root.attribute("type") == "q:T")
    #expect(root.attribute("k") == "<\"")
  }

  @Test("a record needs its identity and one blob", arguments: ["", "<XmlUpdateBlob/>", "<XmlUpdateBlobCompressed/>"])
  func noBlob(xml: String) { #expect(throws: WireError.self) { try update(xml) } }

  @Test("an empty plain blob beside a compressed one counts for nothing")
  func emptyPlainBlob() throws {
    let both = "<XmlUpdateBlob/><XmlUpdateBlobCompressed>AQID</XmlUpdateBlobCompressed>"
    #expect(try update(both)?.blob == .cabinet([1, 2, 3]))
  }

  @Test("SSS-158: UssUrl is ignored, an empty MUUrl is none, records may come in any order")
  func locations() throws {
    let digest = String(decoding: Base64.encode(Samples.digest(7).bytes), as: UTF8.self)
    let data = try response(
      GetUpdateData.self,
      """
      <GetUpdateDataResult><fileUrls><ServerSyncUrlData><UssUrl>http://trap.invalid/</UssUrl><MUUrl/>
      <FileDigest>\(digest)</FileDigest></ServerSyncUrlData><ServerSyncUrlData i:nil='true'/></fileUrls></GetUpdateDataResult>
      """)
    #expect(data == .init(updates: [], locations: [FileLocation(digest: Samples.digest(7), muURL: nil)]))
  }

  @Test("SSS-015: a result in the other SOAP version is an error, a fault is read")
  func otherVersion() throws {
    let bytes = SOAPReply.encode(GetCookie.self, Samples.cookie, version: .v11)
    #expect(throws: WireError.self) { try decodeReply(GetCookie.self, bytes, version: .v12) }
    let fault = SOAPFault(reason: "version mismatch", isClientFault: true)
    #expect(try decodeReply(GetCookie.self, fault.encode(version: .v11), version: .v12) == .fault(fault))
  }

  @Test("the answer to another operation is refused with both names")
  func otherOperation() {
    let bytes = SOAPReply.encode(GetCookie.self, Samples.cookie, version: .v11)
    do {
      _ = try decodeReply(GetConfigData.self, bytes)
      Issue.record("accepted")
    } catch {
      #expect(error.description.contains("expected GetConfigDataResponse, found GetCookieResponse"))
    }
  }

  @Test("AMB-25: a group without a parent hangs below All Computers when that is listed")
  func groupsWithoutParent() throws {
    func group(_ id: GUID) -> String {
      "<ServerSyncTargetGroup><TargetGroupID>\(id)</TargetGroupID><Name>n</Name><IsBuiltin>0</IsBuiltin>"
        + "</ServerSyncTargetGroup>"
    }
    let root = TargetGroup.allComputers.targetGroupID
    let state = try response(
      GetDeployments.self,
      "<GetDeploymentsResult><Anchor/><Groups>\(group(Samples.guid))\(group(root))</Groups></GetDeploymentsResult>")
    #expect(state.groups.map(\.parentGroupID) == [root, .zero])
    let alone = try response(
      GetDeployments.self,
      "<GetDeploymentsResult><Anchor/><Groups>\(group(Samples.guid))</Groups></GetDeploymentsResult>")
    #expect(alone.groups.map(\.parentGroupID) == [.zero])
  }

  @Test("SSS-073, SSS-074: odd LastChange, AllowedEventIds and Parameter are ignored")
  func authConfig() throws {
    let config = try response(
      GetAuthConfig.self,
      """
      <GetAuthConfigResult><AllowedEventIds><int>x</int></AllowedEventIds><AuthInfo><AuthPlugInInfo>
      <Parameter>p</Parameter><ServiceUrl>u</ServiceUrl><PlugInID>DssTargeting</PlugInID></AuthPlugInInfo></AuthInfo>
      <LastChange>yesterday</LastChange></GetAuthConfigResult>
      """)
    #expect(config.dssTargetingURL == "u")
  }

  @Test("errors never show cookies")
  func secrets() {
    let secret = "c2VjcmV0IGNvb2tpZQ!"
    do {
      _ = try response(
        GetCookie.self,
        "<GetCookieResult><Expiration>2026-10-04T20:33:26Z</Expiration><EncryptedData>\(secret)</EncryptedData></GetCookieResult>"
      )
      Issue.record("accepted")
    } catch { #expect(!error.description.contains("c2Vj")) }
    #expect(!"\(Samples.cookie) \(Samples.authorizationCookie)".contains("EncryptedData"))
  }

  @Test("SSS-145: 300,000 identities pass in pieces, without a tree and within the limits")
  func longListing() throws {
    let count = 300_000
    let identities = (0..<count).map { number in
      UpdateIdentity(updateID: GUID(high: UInt64(number), low: ~UInt64(number)), revisionNumber: Int32(number))
    }
    let list = RevisionIDList(anchor: SyncAnchor("a"), identities: identities)
    let parser = ReplyParser(GetRevisionIdList.self, version: .v11)
    var largest = 0
    for chunk in SOAPReply.chunks(GetRevisionIdList.self, list, version: .v11) {
      largest = max(largest, chunk.count)
      try parser.push(chunk)
    }
    #expect(largest < 100_000)
    #expect(try parser.finish() == .response(list))
  }

  @Test("a listing without end is refused at the limit")
  func endlessListing() throws {
    let parser = ReplyParser(
      GetRevisionIdList.self, version: .v11, limits: XMLLimits(elements: 1_000_000, text: 100, total: 1 << 20))
    let head = reply("GetRevisionIdList", "<GetRevisionIdListResult><NewRevisions>|")
    try parser.push(Array(head.split(separator: "|")[0].utf8))
    let record = Array("<UpdateIdentity i:nil='true'/>".utf8)
    #expect(throws: WireError.self) { while true { try parser.push(record) } }
  }
}
