import Foundation
import Testing
import UpdateModel

@testable import WireFormat

/// Recordings of a real USS with a scripted DSS.
@Suite("Recorded exchanges")
struct RecordedExchangeTests {
  private func request<Op: WireOperation>(_ operation: Op.Type, _ exchange: Exchange) throws -> Op.Request {
    let incoming = try IncomingRequest.parse(
      exchange.request, contentType: exchange.header("Content-Type"), soapAction: exchange.header("SOAPAction"))
    #expect(incoming.isCall(of: operation))
    #expect(incoming.action == Op.action)
    #expect(incoming.namespace == Op.namespace)
    return try incoming.decode(operation)
  }

  /// The response, which must be the same in any cut.
  private func response<Op: WireOperation>(_ operation: Op.Type, _ exchange: Exchange) throws -> Op.Response {
    let reply = try decodeReply(operation, exchange.reply)
    #expect(try decodeReply(operation, exchange.reply, piece: 1) == reply)
    guard case .response(let response) = reply else { throw WireError.notSOAP(found: "a fault") }
    return response
  }

  private func fault<Op: WireOperation>(_ operation: Op.Type, _ exchange: Exchange) throws -> SOAPFault {
    guard case .fault(let fault) = try decodeReply(operation, exchange.reply) else {
      throw WireError.notSOAP(found: "a response")
    }
    return fault
  }

  @Test("every recorded exchange has an expectation here")
  func complete() throws {
    #expect(
      try Exchange.names() == [
        "000001", "000002", "000003", "000004", "000005", "000006", "000007", "000009", "000011", "000014", "000015",
        "000017", "000018",
      ])
  }

  @Test("SSS-074: GetAuthConfig, with an empty Parameter")
  func getAuthConfig() throws {
    let exchange = try Exchange("000001")
    _ = try request(GetAuthConfig.self, exchange)
    let response = try response(GetAuthConfig.self, exchange)
    #expect(response.lastChange == Timestamp("2026-10-04T13:16:35.433Z"))
    #expect(response.plugIns == [.dssTargeting])
    #expect(response.dssTargetingURL == "DssAuthWebService/DssAuthWebService.asmx")
  }

  @Test("GetAuthorizationCookie")
  func getAuthorizationCookie() throws {
    let exchange = try Exchange("000002")
    let request = try request(GetAuthorizationCookie.self, exchange)
    #expect(request.accountName == "probe.lab.invalid")
    #expect(request.accountGUID == "6f1c2f6e-3f0b-4d3a-9b1e-0d2f6a1c5e12")
    let cookie = try response(GetAuthorizationCookie.self, exchange)
    #expect(cookie == AuthorizationCookie(cookieData: [UInt8](repeating: 0, count: 432)))
  }

  @Test("GetCookie")
  func getCookie() throws {
    let exchange = try Exchange("000003")
    let request = try request(GetCookie.self, exchange)
    #expect(request.authorizationCookies == [AuthorizationCookie(cookieData: [UInt8](repeating: 0, count: 432))])
    #expect(request.oldCookie == nil)
    #expect(request.protocolVersion == "1.20")
    let cookie = try response(GetCookie.self, exchange)
    #expect(cookie.expiration == Timestamp("2026-10-04T20:33:26.65455Z"))
    #expect(cookie.encryptedData == [UInt8](repeating: 0, count: 208))
  }

  @Test("GetConfigData with and without an anchor")
  func getConfigData() throws {
    let later = try Exchange("000004")
    #expect(try request(GetConfigData.self, later).anchor == ConfigAnchor("9438,2026-10-04 16:09:27.167"))
    #expect(try response(GetConfigData.self, later).languages.isEmpty)
    let first = try Exchange("000005")
    let request = try request(GetConfigData.self, first)
    #expect(request.anchor == nil)
    #expect(request.cookie?.encryptedData.count == 208)
    let configuration = try response(GetConfigData.self, first)
    #expect(!configuration.isCatalogOnly && configuration.isLazy && !configuration.hostsPSFFiles)
    #expect(
      configuration.limits
        == RequestLimits(updates: 100, driverSets: 0, computerIDs: 0, pnpHardwareIDs: 0, decryptionUpdates: 100))
    #expect(configuration.protocolVersion == ProtocolVersion(major: 1, minor: 20))
    #expect(configuration.anchor.text == "9438,2026-10-04 16:33:26.670")
    #expect(configuration.languages.count == 39)
    #expect(configuration.languages.filter(\.isEnabled).map(\.languageID) == [1033])
    #expect(
      configuration.languages.first
        == LanguageSetting(languageID: 0, shortName: "all", longName: "all", isEnabled: false))
  }

  @Test("GetRevisionIdList in all recorded forms")
  func getRevisionIdList() throws {
    let categories = try Exchange("000006")
    #expect(
      try request(GetRevisionIdList.self, categories).filter
        == RevisionFilter(anchor: nil, isConfiguration: true, is63LanguagesOnly: nil))
    let list = try response(GetRevisionIdList.self, categories)
    #expect(list.anchor.text == "9438,2026-10-04 16:33:26.671")
    #expect(list.identities.count == 30)
    #expect(list.identities.first == UpdateIdentity("e6cf1350-c01b-414d-a61f-263d14d133b4.100"))

    let oneSided = try request(GetRevisionIdList.self, try Exchange("000007"))
    #expect(oneSided.filter?.categories.count == 1)
    #expect(oneSided.filter?.classifications.isEmpty == true)
    #expect(try response(GetRevisionIdList.self, try Exchange("000007")).identities.isEmpty)

    #expect(try response(GetRevisionIdList.self, try Exchange("000009")).identities.count == 30)
    let delta = try request(GetRevisionIdList.self, try Exchange("000011"))
    #expect(delta.filter?.anchor == SyncAnchor("9438,2026-10-04 16:09:27.371"))
    #expect(delta.filter?.categories.map(\.isDelta) == [true])
    #expect(try response(GetRevisionIdList.self, try Exchange("000011")).identities.isEmpty)
  }

  @Test("GetUpdateData, compressed with a file")
  func compressed() throws {
    let exchange = try Exchange("000014")
    #expect(
      try request(GetUpdateData.self, exchange).identities?.map(\.description)
        == ["266f6222-c89d-43f2-9f8a-69340271e677.200"])
    let response = try response(GetUpdateData.self, exchange)
    let update = try #require(response.updates.first)
    #expect(response.updates.count == 1)
    #expect(update.identity == UpdateIdentity("266f6222-c89d-43f2-9f8a-69340271e677.200"))
    let digest = try #require(FileDigest(hex: "87f5bd0469585006aa5d3a77d1c662fd2895ddcd"))
    #expect(update.fileDigests == [digest])
    guard case .cabinet(let cabinet) = update.blob else {
      Issue.record("not compressed")
      return
    }
    #expect(cabinet.starts(with: "MSCF".utf8))
    #expect(
      response.locations == [
        FileLocation(
          digest: digest,
          muURL: "http://download.windowsupdate.com/c/msdownload/update/software/defu/2026/10/"
            + "am_delta_87f5bd0469585006aa5d3a77d1c662fd2895ddcd.exe")
      ])
  }

  @Test("GetUpdateData, plain: the document byte for byte")
  func plain() throws {
    let response = try response(GetUpdateData.self, try Exchange("000015"))
    let document = try SharedFiles.bytes(
      SharedFiles.recordings.appendingPathComponent(
        "docs/fixtures/wsus-m0-wsusss/docs/ccb78947-6453-4ecc-9de8-bc0305c98f2d-r200.xml"))
    #expect(response.updates.map(\.blob) == [.plain(document)])
    #expect(response.updates.first?.fileDigests == [])
    #expect(response.locations.isEmpty)
  }

  @Test("SSS-054: recorded faults with faultactor and Method")
  func faults() throws {
    let unknown = try fault(GetUpdateData.self, try Exchange("000017"))
    #expect(unknown.code == .internalServerError)
    #expect(!unknown.isClientFault)
    #expect(unknown.message == "")
    #expect(unknown.id == GUID("b6114a8d-9939-41e0-ad7f-0d9a72260804"))
    let anchor = try fault(GetRevisionIdList.self, try Exchange("000018"))
    #expect(anchor.code == .invalidParameters)
    #expect(anchor.isClientFault)
    #expect(anchor.message == "filter")
    #expect(try request(GetRevisionIdList.self, try Exchange("000018")).filter?.anchor == SyncAnchor("garbage"))
  }
}
