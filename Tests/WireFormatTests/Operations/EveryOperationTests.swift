import TestSupport
import Testing
import UpdateModel

@testable import WireFormat

private struct RoundTrip: SampleVisitor {
  let version: SOAPVersion

  func visit<Op: WireOperation>(_ operation: Op.Type, _ request: Op.Request, _ response: Op.Response) throws {
    let outgoing = SOAPRequest.encode(operation, request, version: version)
    let incoming = try IncomingRequest.parse(
      outgoing.body, contentType: outgoing.contentType, soapAction: outgoing.soapAction)
    #expect(incoming.isCall(of: operation))
    #expect(incoming.version == version)
    #expect(incoming.action == Op.action)
    #expect(incoming.namespace == Op.namespace)
    #expect(try incoming.decode(operation) == request)
    let reply = SOAPReply.encode(operation, response, version: version)
    for piece in [nil, 1, 7] {
      #expect(try decodeReply(operation, reply, version: version, piece: piece) == .response(response))
    }
  }
}

private struct Validity: SampleVisitor {
  private let schemas: [WebService: SchemaValidator]

  init() throws {
    schemas = [
      .serverSync: try SchemaValidator(wsdl: "server-sync.wsdl"), .dssAuth: try SchemaValidator(wsdl: "dss-auth.wsdl"),
      .client: try SchemaValidator(wsdl: "client.wsdl"), .simpleAuth: try SchemaValidator(wsdl: "simple-auth.wsdl"),
      .reporting: try SchemaValidator(wsdl: "reporting-client.wsdl"),
    ]
  }

  func visit<Op: WireOperation>(_ operation: Op.Type, _ request: Op.Request, _ response: Op.Response) throws {
    let schema = try #require(schemas[Op.service])
    let outgoing = SOAPRequest.encode(operation, request, version: .v11)
    #expect(try schema.complaints(about: outgoing.body) == "", "\(Op.operationName) request")
    let reply = SOAPReply.encode(operation, response, version: .v11)
    #expect(try schema.complaints(about: reply) == "", "\(Op.operationName) reply")
  }
}

private struct Damage: SampleVisitor {
  func visit<Op: WireOperation>(_ operation: Op.Type, _ request: Op.Request, _ response: Op.Response) throws {
    let requestBytes = SOAPRequest.encode(operation, request, version: .v11).body
    let reply = SOAPReply.encode(operation, response, version: .v11)
    for length in 0..<reply.count - 1 {
      #expect(throws: WireError.self) { try decodeReply(operation, Array(reply.prefix(length))) }
    }
    for length in 0..<requestBytes.count - 1 {
      #expect(throws: WireError.self) { try IncomingRequest.parse(Array(requestBytes.prefix(length))) }
    }
    for index in reply.indices { survive { try decodeReply(operation, flipped(reply, index)) } }
    for index in requestBytes.indices {
      survive { try IncomingRequest.parse(flipped(requestBytes, index)).decode(operation) }
    }
  }

  private func flipped(_ bytes: [UInt8], _ index: Int) -> [UInt8] {
    var copy = bytes
    copy[index] ^= 1 << UInt8(index % 8)
    return copy
  }

  /// Any value and any `WireError` will do.
  private func survive<Value>(_ work: () throws -> Value) {
    do { _ = try work() } catch { #expect(error is WireError) }
  }
}

private struct Strictness: SampleVisitor {
  func visit<Op: WireOperation>(_ operation: Op.Type, _ request: Op.Request, _ response: Op.Response) throws {
    let outgoing = SOAPRequest.encode(operation, request, version: .v11)
    #expect(!String(decoding: outgoing.body, as: UTF8.self).contains("Header"))
    #expect(outgoing.soapAction == "\"\(Op.action)\"")
    let reply = SOAPReply.encode(operation, response, version: .v11)
    #expect(!String(decoding: reply, as: UTF8.self).contains("Header"))
    let newer = SOAPRequest.encode(operation, request, version: .v12)
    #expect(newer.soapAction == nil)
    #expect(newer.contentType == "application/soap+xml; charset=utf-8; action=\"\(Op.action)\"")
  }
}

@Suite("Every operation")
struct EveryOperationTests {
  @Test(
    "SSS-014, WUSP-019: every message survives a round trip in both versions, in any cut",
    arguments: SOAPVersion.allCases)
  func roundTrip(version: SOAPVersion) throws {
    try Samples.forEach(RoundTrip(version: version))
    try Samples.forEachOfClients(RoundTrip(version: version))
  }

  @Test("SSS-011, SSS-025, SSS-029, SSS-034, WUSP-013, WUSP-027: every message is valid by the published schemas")
  func valid() throws {
    let validity = try Validity()
    try Samples.forEach(validity)
    try Samples.forEachOfClients(validity)
  }

  @Test("every message, cut at any length or with a flipped bit, gives a value or a WireError")
  func damage() throws {
    try Samples.forEach(Damage())
    try Samples.forEachOfClients(Damage())
  }

  @Test("SSS-010, SSS-013, WUSP-014, WUSP-017: no SOAP Header, and the action of the table")
  func strict() throws {
    try Samples.forEach(Strictness())
    try Samples.forEachOfClients(Strictness())
    #expect(
      GetClientConfig.action == "http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService/GetConfig")
    #expect(
      GetClientAuthorizationCookie.action
        == "http://www.microsoft.com/SoftwareDistribution/Server/SimpleAuthWebService/GetAuthorizationCookie")
    #expect(ReportEventBatch.action == "http://www.microsoft.com/SoftwareDistribution/ReportEventBatch")
    #expect(GetUpdateData.action == "http://www.microsoft.com/SoftwareDistribution/GetUpdateData")
    #expect(
      GetAuthorizationCookie.action
        == "http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService/GetAuthorizationCookie")
    #expect(Ping.action == "http://www.microsoft.com/SoftwareDistribution/Server/IMonitorable/Ping")
  }

  @Test("the schema check itself finds what is wrong")
  func schemaCheckWorks() throws {
    let schema = try SchemaValidator(wsdl: "server-sync.wsdl")
    let reply = SOAPReply.encode(GetConfigData.self, Samples.configuration, version: .v11)
    let text = String(decoding: reply, as: UTF8.self).replacing("<LazySync>true</LazySync>", with: "")
    #expect(try schema.complaints(about: Array(text.utf8)) != "")
  }
}
