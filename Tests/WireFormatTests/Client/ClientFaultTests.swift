import Testing
import UpdateModel

@testable import WireFormat

@Suite("Faults of client services")
struct ClientFaultTests {
  private func fault(_ code: String) throws -> SOAPFault {
    let text = """
      <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode>\
      <faultstring>Fault occurred</faultstring><detail><ErrorCode>\(code)</ErrorCode><Message/></detail></s:Fault>\
      </s:Body></s:Envelope>
      """
    guard case .fault(let fault) = try decodeReply(SyncUpdates.self, text) else {
      throw WireError.notSOAP(found: "a response")
    }
    return fault
  }

  @Test("WUSP-067: a change of file locations is known in both spellings, and written in the table's")
  func spellings() throws {
    #expect(try fault("FileLocationChanged").code == .fileLocationChanged)
    #expect(try fault("FileLocationsChanged").code == .fileLocationChanged)
    let written = SOAPFault(code: .fileLocationChanged, id: Samples.guid).encode(version: .v11)
    #expect(String(decoding: written, as: UTF8.self).contains("<ErrorCode>FileLocationChanged</ErrorCode>"))
  }

  @Test(
    "WUSP-070: each row of the table says what a client does",
    arguments: [
      ("InvalidCookie", ClientRecovery.handshakeAndRefreshCache), ("ServerChanged", .handshakeAndRefreshCache),
      ("ConfigChanged", .handshake), ("InvalidAuthorizationCookie", .handshake), ("CookieExpired", .newCookie),
      ("RegistrationRequired", .register), ("RegistrationNotRequired", .stopRegistering),
      ("FileLocationChanged", .locateFiles), ("ServerBusy", .tryLater), ("InternalServerError", .tryLater),
      ("InvalidParameters", .giveUp), ("Unheard", .giveUp), ("invalidcookie", .giveUp),
    ])
  func recovery(code: String, expected: ClientRecovery) throws {
    #expect(ClientRecovery(try fault(code).code) == expected)
  }

  @Test("WUSP-049: every code has a row that says whose fault it is")
  func rows() {
    for code in FaultCode.allCases { #expect(FaultTable.rows.filter { $0.code == code }.count == 1) }
    let ofServer = FaultCode.allCases.filter { FaultTable.row($0)?.isClientFault == false }
    #expect(ofServer == [.serverBusy, .internalServerError])
  }
}
