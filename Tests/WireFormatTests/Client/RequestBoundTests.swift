import Testing
import UpdateModel

@testable import WireFormat

@Suite("Bounds of client requests")
struct RequestBoundTests {
  private func failure<Op: WireOperation>(_ operation: Op.Type, _ inside: String) throws -> WireError? {
    let text = """
      <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><\(Op.operationName)>\(inside)\
      </\(Op.operationName)></s:Body></s:Envelope>
      """
    let limits = XMLLimits(elements: 10_000_000, text: 64 << 20, total: .max)
    let request = try IncomingRequest.parse(Array(text.utf8), limits: limits)
    do throws(WireError) { _ = try request.decode(operation) } catch { return error }
    return nil
  }

  private func integers(_ count: Int) -> String { String(repeating: "<int>1</int>", count: count) }

  @Test(
    "WUSP-230: a list of more than 100,000 revisions becomes InvalidParameters with its name",
    arguments: ["InstalledNonLeafUpdateIDs", "OtherCachedUpdateIDs", "CachedDriverIDs"])
  func revisions(name: String) throws {
    #expect(try failure(SyncUpdates.self, "<parameters><\(name)>\(integers(100_000))</\(name)></parameters>") == nil)
    let error = try #require(
      try failure(SyncUpdates.self, "<parameters><\(name)>\(integers(100_001))</\(name)></parameters>"))
    #expect(error.location?.element == "parameters/\(name)")
    let fault = SOAPFault(answering: error, id: Samples.guid)
    #expect(fault.code == .invalidParameters && fault.message == "parameters")
  }

  @Test("WUSP-230: other lists have bounds too")
  func lists() throws {
    let identities = String(repeating: "<UpdateIdentity/>", count: 100_001)
    #expect(try failure(RefreshCache.self, "<globalIDs>\(identities)</globalIDs>")?.parameter == "globalIDs")
    let devices = String(repeating: "<Device/>", count: 4_097)
    #expect(
      try failure(SyncUpdates.self, "<parameters><SystemSpec>\(devices)</SystemSpec></parameters>")?.location?.element
        == "parameters/SystemSpec")
    let events = String(repeating: "<ReportingEvent/>", count: 5_001)
    #expect(try failure(ReportEventBatch.self, "<eventBatch>\(events)</eventBatch>")?.parameter == "eventBatch")
    let digests = String(repeating: "<base64Binary/>", count: 10_001)
    #expect(try failure(GetFileLocations.self, "<fileDigests>\(digests)</fileDigests>")?.parameter == "fileDigests")
  }

  @Test("a text that is too long becomes InvalidParameters with its name")
  func texts() throws {
    let long = String(repeating: "ä", count: 2_049)
    #expect(try failure(GetClientAuthorizationCookie.self, "<clientId>\(long)</clientId>")?.parameter == "clientId")
    #expect(
      try failure(GetClientConfig.self, "<protocolVersion>\(long)</protocolVersion>")?.parameter == "protocolVersion")
    let error = try failure(RegisterComputer.self, "<computerInfo><BiosName>\(long)</BiosName></computerInfo>")
    #expect(error?.location?.element == "computerInfo/BiosName")
    #expect(error?.description.contains("ä") == false)
  }

  @Test(
    "WUSP-050: a value of the wrong kind names its parameter",
    arguments: [
      "<fileDigests><base64Binary>AAAA</base64Binary></fileDigests>",
      "<fileDigests><base64Binary>\(String(repeating: "A", count: 44))</base64Binary></fileDigests>",
      "<fileDigests><base64Binary>!</base64Binary></fileDigests>",
    ])
  func digests(inside: String) throws {
    let error = try #require(try failure(GetFileLocations.self, inside))
    #expect(SOAPFault(answering: error, id: Samples.guid).message == "fileDigests")
  }

  @Test("a status event may list thousands of updates in one string")
  func longLists() throws {
    let updates = (0..<6_000).map { GUID(high: 1, low: UInt64($0)) }
    var event = ClientSamples.event
    event.miscData = ["U=" + updates.map { $0.description.uppercased() }.joined(separator: ";"), "V=;x;"]
    let request = ReportEventBatch.Request(cookie: nil, clientTime: Samples.time, events: [event])
    let bytes = SOAPRequest.encode(ReportEventBatch.self, request, version: .v11).body
    let found = try IncomingRequest.parse(bytes).decode(ReportEventBatch.self)
    #expect(found.events?.first?.updates(of: "U") == updates)
    #expect(found.events?.first?.updates(of: "V") == [])
    #expect(found.events?.first?.updates(of: "u") == nil)
  }

  @Test("WUSP-335: MiscData tags are whole words with their letter case")
  func tags() {
    var event = ClientSamples.event
    event.miscData = ["gg=3", "G=1", "g=2=x", "g=9", "ä=5", "e"]
    #expect(event.value(of: "g") == "2=x")
    #expect(event.value(of: "G") == "1")
    #expect(event.value(of: "ä") == "5")
    #expect(event.value(of: "e") == nil && event.value(of: "x") == nil && event.value(of: "") == nil)
  }
}
