import Testing
import UpdateModel

@testable import WireFormat

@Suite("Answers to clients")
struct ClientAnswerTests {
  private func body<Op: WireOperation>(_ operation: Op.Type, _ response: Op.Response) throws -> XMLElement {
    let root = try XMLElement.parse(SOAPReply.encode(operation, response, version: .v11))
    return try #require(root.child("Body")?.children.first)
  }

  private func text<Op: WireOperation>(_ operation: Op.Type, _ response: Op.Response) -> String {
    String(decoding: SOAPReply.encode(operation, response, version: .v11), as: UTF8.self)
  }

  @Test("WUSP-020: every element of an answer is in the namespace of its service")
  func namespaces() throws {
    try body(SyncUpdates.self, ClientSamples.syncInfo).forEach {
      #expect($0.namespace == "http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService")
    }
    try body(GetClientAuthorizationCookie.self, ClientSamples.authorizationCookie).forEach {
      #expect($0.namespace == "http://www.microsoft.com/SoftwareDistribution/Server/SimpleAuthWebService")
    }
    try body(ReportEventBatch.self, .init(wasReceived: true)).forEach {
      #expect($0.namespace == "http://www.microsoft.com/SoftwareDistribution")
    }
  }

  @Test("WUSP-077, WUSP-078, WUSP-080: one plug-in, without a Parameter")
  func plugIn() throws {
    let config = try #require(try body(GetClientConfig.self, ClientSamples.configuration).child("GetConfigResult"))
    let plugIns = try #require(config.child("AuthInfo")).children
    #expect(plugIns.map { $0.children.map(\.name) } == [["PlugInID", "ServiceUrl"]])
    #expect(plugIns.first?.text(of: "PlugInID") == "SimpleTargeting")
    #expect(plugIns.first?.text(of: "ServiceUrl") == "SimpleAuthWebService/SimpleAuth.asmx")
  }

  @Test("WUSP-122: RegisterComputer is answered with nothing")
  func registration() throws {
    let element = try body(RegisterComputer.self, .init())
    #expect(element.name == "RegisterComputerResponse" && element.children.isEmpty && element.text.isEmpty)
  }

  @Test("WUSP-197, WUSP-262: lists without members are left out")
  func emptyLists() throws {
    let info = try #require(
      try body(SyncUpdates.self, SyncInfo(newCookie: ClientSamples.cookie)).child("SyncUpdatesResult"))
    #expect(info.children.map(\.name) == ["Truncated", "NewCookie"])
    let extended = try body(GetExtendedUpdateInfo.self, .init(updates: []))
    #expect(extended.children.first?.children.isEmpty == true)
    let second = try body(GetExtendedUpdateInfo2.self, .init())
    #expect(second.children.first?.children.isEmpty == true)
  }

  @Test("WUSP-213, WUSP-214, WUSP-216: a deployment has its four elements, and behaviour only when asked for")
  func deployments() throws {
    func names(_ deployment: ClientDeployment) throws -> [String]? {
      let info = SyncInfo(changedUpdates: [UpdateInfo(id: 1, deployment: deployment, isLeaf: true)], newCookie: nil)
      return try body(SyncUpdates.self, info).child("SyncUpdatesResult")?.child("ChangedUpdates")?.child("UpdateInfo")?
        .child("Deployment")?.children.map(\.name)
    }
    #expect(try names(ClientSamples.plain) == ["ID", "Action", "IsAssigned", "LastChangeTime"])
    #expect(
      try names(ClientSamples.deployment) == [
        "ID", "Action", "Deadline", "IsAssigned", "LastChangeTime", "DownloadPriority", "HardwareIds", "AutoSelect",
        "AutoDownload", "SupersedenceBehavior",
      ])
    let whole = text(SyncUpdates.self, ClientSamples.syncInfo)
    #expect(whole.contains("<LastChangeTime>2026-10-04</LastChangeTime>"))
    #expect(whole.contains("<AutoSelect>0</AutoSelect>"))
    #expect(whole.contains("<Deadline>2026-10-04T20:33:26.65455Z</Deadline>"))
    #expect(whole.contains("<DriverSyncNotNeeded>false</DriverSyncNotNeeded>"))
  }

  @Test("WUSP-021: GUIDs are written in lower case without braces")
  func guids() {
    #expect(
      text(StartCategoryScan.self, .init(preferredCategoryIDs: [Samples.guid]))
        .contains("<guid>266f6222-c89d-43f2-9f8a-69340271e677</guid>"))
  }

  @Test("WUSP-167, WUSP-168: a fragment is escaped once")
  func escaping() {
    let answer = text(
      GetExtendedUpdateInfo.self, .init(updates: [UpdateFragment(id: 1, xml: Array("<a b=\"&lt;\" />".utf8))]))
    #expect(answer.contains("<Xml>&lt;a b=\"&amp;lt;\" /&gt;</Xml>"))
  }

  @Test("WUSP-299: SecurityData has one member, the key; descriptions never show it")
  func keys() throws {
    let key = GetExtendedUpdateInfo2.FileKey(digest: Samples.digest(1), decryptionKey: [1, 2, 3])
    let result = try body(GetExtendedUpdateInfo2.self, .init(keys: [key])).children.first
    for (list, item) in [("FileDecryptionData", "FileDecryption"), ("FileDecryptionData2", "FileDecryption2")] {
      let entry = try #require(result?.child(list)?.child(item))
      #expect(entry.text(of: "DecryptionKey") == "AQID")
      #expect(entry.child("SecurityData")?.children.map(\.text) == ["AQID"])
    }
    #expect(!"\(key)".contains("AQID") && !"\(key)".contains("[1, 2, 3]"))
    #expect(!"\(ClientSamples.locations[1])".contains("KeyData"))
  }

  @Test("large answers come in pieces that are the same bytes")
  func pieces() {
    var info = ClientSamples.syncInfo
    info.newUpdates = (0..<200).map {
      UpdateInfo(id: $0, deployment: ClientSamples.plain, isLeaf: true, xml: ClientSamples.fragment)
    }
    let pieces = Array(SOAPReply.chunks(SyncUpdates.self, info, version: .v11, size: 4_096))
    #expect(pieces.count > 10)
    #expect(pieces.flatMap { $0 } == SOAPReply.encode(SyncUpdates.self, info, version: .v11))
  }

  @Test("WUSP-349, WUSP-352, WUSP-357: an event of ours has the form that servers expect")
  func events() throws {
    let bytes = SOAPRequest.encode(
      ReportEventBatch.self, .init(cookie: nil, clientTime: Samples.time, events: [ClientSamples.bareEvent]),
      version: .v11
    ).body
    let batch = try #require(
      try XMLElement.parse(bytes).child("Body")?.child("ReportEventBatch")?.child("eventBatch"))
    let event = try #require(batch.child("ReportingEvent"))
    #expect(event.child("BasicData")?.text(of: "SequenceNumber") == "0")
    #expect(
      event.child("BasicData")?.child("UpdateID")?.text(of: "UpdateID") == "00000000-0000-0000-0000-000000000000")
    #expect(event.child("PrivateData")?.children.map(\.name) == ["ComputerDnsName", "UserAccountName"])
    #expect(event.child("PrivateData")?.children.allSatisfy { $0.text.isEmpty } == true)
  }

  @Test("WUSP-347: control characters and markup in a client's texts survive, escaped")
  func hostileTexts() throws {
    var info = ComputerInfo(dnsName: ClientSamples.hostile)
    info.oem = "a\u{0}\u{1B}[31m\u{FFFE}b"
    let request = RegisterComputer.Request(cookie: nil, computerInfo: info)
    let bytes = SOAPRequest.encode(RegisterComputer.self, request, version: .v11).body
    #expect(!String(decoding: bytes, as: UTF8.self).contains("<script>"))
    let found = try IncomingRequest.parse(bytes).decode(RegisterComputer.self).computerInfo
    #expect(found?.dnsName == ClientSamples.hostile)
    // XML has no form for these.
    #expect(found?.oem == "a\u{FFFD}\u{FFFD}[31m\u{FFFD}b")
  }
}
