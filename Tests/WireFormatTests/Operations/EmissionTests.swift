import Foundation
import Testing
import UpdateModel

@testable import WireFormat

private func text<Op: WireOperation>(_ operation: Op.Type, _ response: Op.Response) -> String {
  String(decoding: SOAPReply.encode(operation, response, version: .v11), as: UTF8.self)
}

private func names<Op: WireOperation>(_ operation: Op.Type, _ response: Op.Response) throws -> [String] {
  let root = try XMLElement.parse(SOAPReply.encode(operation, response, version: .v11))
  let result = root.child("Body")?.children.first?.children.first
  return try #require(result).children.map(\.name)
}

@Suite("Strict emission")
struct EmissionTests {
  @Test("SSS-029, SSS-114: ServerSyncConfigData has all elements in the order of MS-WSUSSS 3.1.4.4.3.1")
  func configurationOrder() throws {
    var configuration = Samples.configuration
    configuration.limits.decryptionUpdates = nil
    #expect(
      try names(GetConfigData.self, configuration) == [
        "CatalogOnlySync", "LazySync", "ServerHostsPsfFiles", "MaxNumberOfUpdatesPerRequest",
        "MaxNumberOfDriverSetsPerRequest", "MaxNumberOfComputerIdsInRequest", "MaxNumberOfPnpHardwareIdsInRequest",
        "NewConfigAnchor", "ProtocolVersion", "LanguageUpdateList", "MaxUpdatesPerRequestInGetUpdateDecryptionData",
      ])
  }

  @Test("SSS-067 to SSS-072: the answer to GetAuthConfig")
  func authConfig() throws {
    let config = GetAuthConfig.Response(lastChange: Samples.time)
    #expect(try names(GetAuthConfig.self, config) == ["LastChange", "AuthInfo"])
    let xml = text(GetAuthConfig.self, config)
    #expect(xml.contains("<PlugInID>DssTargeting</PlugInID>"))
    #expect(xml.contains("<ServiceUrl>DssAuthWebService/DssAuthWebService.asmx</ServiceUrl>"))
    #expect(!xml.contains("Parameter") && !xml.contains("AllowedEventIds"))
  }

  @Test("SSS-137, SSS-159, SSS-198: what is empty is still there")
  func emptyResults() throws {
    let list = RevisionIDList(anchor: SyncAnchor("a"), identities: [])
    #expect(try names(GetRevisionIdList.self, list) == ["Anchor", "NewRevisions"])
    #expect(try names(GetUpdateData.self, .init(updates: [], locations: [])) == ["updates", "fileUrls"])
    #expect(
      try names(GetDeployments.self, DeploymentState(anchor: DeploymentAnchor("a"))) == [
        "Anchor", "Groups", "Deployments", "DeadDeployments", "HiddenUpdates", "AcceptedEulas",
      ])
  }

  @Test("SSS-153 to SSS-157: one blob, digests only with files, no UssUrl, MUUrl only when known")
  func updateData() throws {
    let root = try XMLElement.parse(SOAPReply.encode(GetUpdateData.self, Samples.updateData, version: .v11))
    let result = try #require(root.child("Body")?.children.first?.children.first)
    let updates = try #require(result.child("updates")).children
    #expect(
      updates.map { $0.children.map(\.name) } == [
        ["Id", "XmlUpdateBlob", "FileDigestList"], ["Id", "XmlUpdateBlobCompressed"],
      ])
    let urls = try #require(result.child("fileUrls")).children
    #expect(urls.map { $0.children.map(\.name) } == [["FileDigest", "MUUrl"], ["FileDigest", "DecryptionKey"]])
  }

  @Test("each digest is written at most once in fileUrls")
  func distinctLocations() throws {
    let location = FileLocation(digest: Samples.digest(1), muURL: "http://a.invalid/")
    let response = GetUpdateData.Response(updates: [], locations: [location, location])
    let reply = SOAPReply.encode(GetUpdateData.self, response, version: .v11)
    #expect(try decodeReply(GetUpdateData.self, reply) == .response(.init(updates: [], locations: [location])))
  }

  @Test("chunks are together the whole reply", arguments: [1, 100, 1 << 20])
  func chunks(size: Int) {
    let whole = SOAPReply.encode(GetUpdateData.self, Samples.updateData, version: .v12)
    let chunks = Array(SOAPReply.chunks(GetUpdateData.self, Samples.updateData, version: .v12, size: size))
    #expect(Array(chunks.joined()) == whole)
    #expect(size > 1 << 10 || chunks.count > 2)
    #expect(chunks.allSatisfy { !$0.isEmpty })
  }

  @Test("SSS-035: an authorization cookie moves into the namespace of Server Sync")
  func cookieNamespace() throws {
    let reply = SOAPReply.encode(GetAuthorizationCookie.self, Samples.authorizationCookie, version: .v11)
    guard case .response(let cookie) = try decodeReply(GetAuthorizationCookie.self, reply) else { return }
    let request = SOAPRequest.encode(
      GetCookie.self, .init(authorizationCookies: [cookie], oldCookie: nil, protocolVersion: "1.20"), version: .v11)
    func namespaces(_ bytes: [UInt8]) throws -> Set<String> {
      var found = Set<String>()
      try XMLElement.parse(bytes).forEach {
        if ["PlugInId", "CookieData"].contains($0.name) { found.insert($0.namespace) }
      }
      return found
    }
    #expect(try namespaces(reply) == [WebService.dssAuth.namespace])
    #expect(try namespaces(request.body) == [WebService.serverSync.namespace])
  }

  @Test("SSS-063, SSS-064, SSS-128: the filter holds what the version knows, and never DssProtocolVersion")
  func filter() {
    func request(_ filter: RevisionFilter) -> String {
      let request = GetRevisionIdList.Request(cookie: Samples.cookie, filter: filter)
      return String(decoding: SOAPRequest.encode(GetRevisionIdList.self, request, version: .v11).body, as: UTF8.self)
    }
    let full = request(Samples.filter)
    let parts = ["<Anchor>", "<GetConfig>", "<Get63LanguageOnly>", "<Categories>", "<Classifications>", "<Languages>"]
    let positions = parts.compactMap { full.range(of: $0)?.lowerBound }
    #expect(positions.count == parts.count && positions == positions.sorted())
    #expect(!full.contains("DssProtocolVersion"))
    let old = request(RevisionFilter(anchor: nil, isConfiguration: true, is63LanguagesOnly: nil))
    #expect(parts.filter { old.contains($0) } == ["<GetConfig>"])
  }

  @Test("SSS-080, SSS-093, SSS-111, SSS-194: what a first call leaves out")
  func firstCalls() {
    func body<Op: WireOperation>(_ operation: Op.Type, _ request: Op.Request) -> String {
      String(decoding: SOAPRequest.encode(operation, request, version: .v11).body, as: UTF8.self)
    }
    let account = GetAuthorizationCookie.Request(accountName: "a.b", accountGUID: Samples.guid)
    #expect(!body(GetAuthorizationCookie.self, account).contains("programKeys"))
    let cookie = GetCookie.Request(authorizationCookies: [], oldCookie: nil, protocolVersion: "1.20")
    #expect(!body(GetCookie.self, cookie).contains("oldCookie"))
    #expect(!body(GetConfigData.self, .init(cookie: nil, anchor: nil)).contains("configAnchor"))
    let deployments = GetDeployments.Request(cookie: nil, deploymentAnchor: nil, syncAnchor: SyncAnchor("s"))
    #expect(!body(GetDeployments.self, deployments).contains("deploymentAnchor"))
  }

  @Test("SSS-208, SSS-209: no deadline is the last moment without zone; priorities are 1 to 3")
  func deployments() throws {
    var state = Samples.deployments
    state.deployments[0].downloadPriority = 0
    state.deployments[1].downloadPriority = 200
    let xml = text(GetDeployments.self, state)
    #expect(xml.contains("<Deadline>9999-12-31T23:59:59.9999999</Deadline>"))
    #expect(xml.contains("<DownloadPriority>1</DownloadPriority>"))
    #expect(xml.contains("<DownloadPriority>3</DownloadPriority>"))
  }

  @Test("SSS-023: GUIDs are written in lower case, 8-4-4-4-12")
  func guids() throws {
    var bytes: [UInt8] = []
    for guid in [GUID.zero, Samples.guid, Samples.other, GUID(high: .max, low: 1)] {
      bytes.removeAll()
      WireText.append(guid, to: &bytes)
      #expect(String(decoding: bytes, as: UTF8.self) == guid.description)
      #expect(WireText.guid(bytes) == guid)
      #expect(WireText.guid(Array(guid.description.uppercased().utf8)) == guid)
    }
    for bad in ["", "{\(Samples.guid)}", "266f6222c89d43f29f8a69340271e677", "266f6222-c89d-43f2-9f8a-69340271e67g"] {
      #expect(WireText.guid(Array(bad.utf8)) == nil)
    }
  }
}
