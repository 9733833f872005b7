import Testing
import UpdateModel

@testable import WireFormat

private let id = Samples.guid

private func envelope(_ body: String, _ version: SOAPVersion = .v11) -> String {
  "<e:Envelope xmlns:e=\"\(version.namespace)\"><e:Body>\(body)</e:Body></e:Envelope>"
}

private func fault(_ text: String) throws -> SOAPFault {
  guard case .fault(let fault) = try decodeReply(GetCookie.self, text) else { throw WireError.notSOAP(found: "?") }
  return fault
}

@Suite("SOAP faults")
struct SOAPFaultTests {
  @Test("SSS-037, SSS-040: a fault survives a round trip in both versions", arguments: SOAPVersion.allCases)
  func roundTrip(version: SOAPVersion) throws {
    for code in FaultCode.allCases {
      let fault = SOAPFault(code: code, message: "updateIds <&>", id: id)
      let reply = try decodeReply(GetUpdateData.self, fault.encode(version: version), version: .v11)
      #expect(reply == .fault(fault))
    }
  }

  @Test("SSS-037, SSS-038: in SOAP 1.1 the three elements stand in detail, without a namespace")
  func form11() throws {
    let bytes = SOAPFault(code: .invalidParameters, message: "updateIds", id: id).encode(version: .v11)
    let root = try XMLElement.parse(bytes)
    let fault = try #require(root.child("Body")?.child("Fault"))
    #expect(fault.namespace == SOAPVersion.v11.namespace)
    #expect(fault.text(of: "faultcode") == "soap:Client")
    #expect(fault.text(of: "faultstring")?.contains("InvalidParameters") == true)
    let detail = try #require(fault.child("detail"))
    #expect(detail.namespace == "")
    #expect(detail.children.map(\.name) == ["ErrorCode", "Message", "ID"])
    #expect(detail.children.allSatisfy { $0.namespace == "" })
    #expect(detail.text(of: "ID") == id.description)
  }

  @Test("SSS-040: in SOAP 1.2 they stand in a Detail without a namespace")
  func form12() throws {
    let bytes = SOAPFault(code: .internalServerError, id: id).encode(version: .v12)
    let fault = try #require(try XMLElement.parse(bytes).child("Body")?.child("Fault"))
    #expect(fault.child("Code")?.text(of: "Value") == "soap:Receiver")
    let detail = try #require(fault.child("Detail"))
    #expect(detail.namespace == "")
    #expect(detail.children.map(\.name) == ["ErrorCode", "Message", "ID"])
    #expect(detail.children.allSatisfy { $0.namespace == "" })
  }

  @Test("SSS-041: ErrorCodes are compared with their letter case")
  func caseSensitive() throws {
    let text = envelope(
      "<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring><detail><ErrorCode>invalidcookie"
        + "</ErrorCode></detail></e:Fault>")
    #expect(try fault(text).code == nil)
  }

  @Test(
    "SSS-054: the ErrorCode is found in other layouts too",
    arguments: [
      "<e:Fault><detail><x:Wrap xmlns:x='urn:x'><x:ErrorCode> InvalidCookie </x:ErrorCode></x:Wrap></detail></e:Fault>",
      "<e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code><e:Detail><ErrorCode>InvalidCookie</ErrorCode></e:Detail></e:Fault>",
      "<e:Fault><faultstring>Server did not like it: InvalidCookie.</faultstring></e:Fault>",
    ])
  func layouts(body: String) throws {
    #expect(try fault(envelope(body)).code == .invalidCookie)
    #expect(try fault(envelope(body, .v12)).code == .invalidCookie)
  }

  @Test(
    "SSS-043 to SSS-051: each row of the table gives its reaction",
    arguments: [
      (FaultCode.invalidParameters, Reaction.giveUp), (.invalidCookie, .restartSession),
      (.invalidAuthorizationCookie, .restartSession), (.serverChanged, .resetAnchors),
      (.fileDigestsMissing, .restartSession), (.serverBusy, .retry(after: nil)),
      (.incompatibleProtocolVersion, .giveUp), (.internalServerError, .giveUp), (.tooManyIds, .giveUp),
    ])
  func reactions(code: FaultCode, reaction: Reaction) {
    #expect(SOAPFault(code: code, id: id).reaction == reaction)
    #expect(FaultTable.rows.filter { $0.code == code }.count == 1)
  }

  @Test("SSS-051: a fault without ErrorCode means to give up")
  func withoutCode() throws {
    let fault = try fault(envelope("<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring></e:Fault>"))
    #expect(fault.code == nil)
    #expect(fault.reaction == .giveUp)
  }

  @Test(
    "SSS-021: an HTML page is no SOAP and gives a WireError",
    arguments: [
      "<html><body><h1>503</h1></body></html>", "<!DOCTYPE html><html><body><hr></body></html>", "Service Unavailable",
      "<html><br></html>", "{\"error\":1}", "",
    ])
  func htmlPages(page: String) {
    #expect(throws: WireError.self) { try decodeReply(GetCookie.self, page) }
  }

  @Test("AMB-15: missing digests are written in Base64 and read in Base64 or hexadecimal")
  func missingDigests() {
    let digests = [Samples.digest(1), Samples.digest(0xFE)]
    let fault = SOAPFault(missing: digests, id: id)
    #expect(fault.missingDigests == digests)
    let mixed = SOAPFault(
      code: .fileDigestsMissing, message: "\(digests[1].hex.lowercased())| junk |" + fault.message, id: id)
    #expect(mixed.missingDigests == [digests[1]] + digests)
    #expect(SOAPFault(code: .serverBusy, message: fault.message, id: id).missingDigests == [])
  }

  @Test("SSS-042: a wrong value in a request becomes InvalidParameters with the parameter's name")
  func answeringRequests() throws {
    let text = envelope(
      "<GetUpdateData><updateIds><UpdateIdentity><UpdateID>x</UpdateID></UpdateIdentity></updateIds></GetUpdateData>")
    let incoming = try IncomingRequest.parse(Array(text.utf8))
    do {
      _ = try incoming.decode(GetUpdateData.self)
      Issue.record("accepted")
    } catch {
      let fault = SOAPFault(answering: error, id: id)
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "updateIds")
      #expect(error.description.contains("GetUpdateData"))
    }
  }

  @Test("bytes that are no message are answered with a client fault without ErrorCode")
  func answeringRubbish() {
    let fault = SOAPFault(answering: .notSOAP(found: "element x"), id: id)
    #expect(fault.code == nil)
    #expect(fault.isClientFault)
  }
}
