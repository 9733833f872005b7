import Testing
import UpdateModel

@testable import WireFormat

/// Recordings of real agents and scripted clients with a real server.
@Suite("Recorded clients", .enabled(if: ClientExchange.arePresent, "recordings not found"))
struct RecordedClientTests {
  private static let cookieBytes = [UInt8](repeating: 0, count: 224)

  @Test("every recorded exchange has an expectation here")
  func complete() throws {
    #expect(
      try ClientExchange.names(in: "wsus-m0-native/scan") == [
        "000001", "000002", "000003", "000004", "000005", "000006", "000008",
      ])
    #expect(
      try ClientExchange.names(in: "wsus-m0-native/flow") == ["000014", "000015", "000016", "000017"])
    #expect(try ClientExchange.names(in: "wsus-m0") == ["000005", "000141"])
  }

  @Test("WUSP-017, WUSP-075: GetConfig, with an empty Parameter")
  func getConfig() throws {
    let exchange = ClientExchange("wsus-m0-native/scan/000001")
    #expect(try exchange.request(GetClientConfig.self).protocolVersion == "2.90")
    let response = try exchange.response(GetClientConfig.self)
    #expect(response.lastChange == Timestamp("2026-10-04T13:17:07.59Z"))
    #expect(response.isRegistrationRequired)
    #expect(response.plugIns == [.simpleTargeting])
    #expect(response.allowedEventIDs == nil)
    #expect(
      response.properties.map(\.name) == [
        "MaxExtendedUpdatesPerRequest", "PackageServerShare", "ProtocolVersion", "IsInventoryRequired",
        "ClientReportingLevel",
      ])
    #expect(response.value(of: "MaxExtendedUpdatesPerRequest") == "50")
    #expect(response.value(of: "ProtocolVersion") == "3.2")
  }

  @Test("GetAuthorizationCookie, without a target group")
  func getAuthorizationCookie() throws {
    let exchange = ClientExchange("wsus-m0-native/scan/000002")
    let request = try exchange.request(GetClientAuthorizationCookie.self)
    #expect(request.clientID == "e1da06a3-5601-43c9-bac3-52d5db701494")
    #expect(request.targetGroupName == nil)
    #expect(request.dnsName == "REDACTED3")
    let cookie = try exchange.response(GetClientAuthorizationCookie.self)
    #expect(cookie.plugInID == "SimpleTargeting")
    #expect(cookie.cookieData.count == 496)
  }

  @Test("GetCookie, with an old cookie that has no data")
  func getCookie() throws {
    let exchange = ClientExchange("wsus-m0-native/scan/000003")
    let request = try exchange.request(GetClientCookie.self)
    #expect(request.authorizationCookies.map(\.cookieData.count) == [496])
    #expect(request.oldCookie == nil)
    #expect(request.lastChange == Timestamp("2026-10-04T13:17:07.59Z"))
    #expect(request.currentTime == Timestamp("2026-10-04T15:03:36Z"))
    #expect(request.protocolVersion == "2.90")
    let cookie = try exchange.response(GetClientCookie.self)
    #expect(
      cookie == Cookie(expiration: Timestamp("2026-10-04T16:03:35.9967236Z")!, encryptedData: Self.cookieBytes))
  }

  @Test("WUSP-126: RegisterComputer, with all 26 fields")
  func registerComputer() throws {
    let exchange = ClientExchange("wsus-m0-native/scan/000004")
    let request = try exchange.request(RegisterComputer.self)
    #expect(request.cookie?.encryptedData == Self.cookieBytes)
    var expected = ComputerInfo(dnsName: "REDACTED3")
    expected.osMajorVersion = 10
    expected.osBuildNumber = 26_200
    expected.osLocale = "en-US"
    expected.computerManufacturer = "QEMU"
    expected.computerModel = "Standard PC (Q35 + ICH9, 2009)"
    expected.biosVersion = "unknown"
    expected.biosName = "unknown"
    expected.biosReleaseDate = Timestamp(year: 2022, month: 2, day: 2)
    expected.processorArchitecture = "AMD64"
    expected.suiteMask = 256
    expected.oldProductType = 1
    expected.newProductType = 48
    expected.clientVersion = .init(major: 1507, minor: 2601, build: 30_012)
    expected.osDescription = "Windows 10 Pro"
    expected.oem = "QEMU"
    expected.deviceType = "Standard PC (Q35 + ICH9, 2009)"
    expected.firmwareVersion = "unknown"
    expected.mobileOperator = "Not Present"
    #expect(request.computerInfo == expected)
    #expect(try exchange.response(RegisterComputer.self) == .init())
  }

  @Test("StartCategoryScan, without a cookie")
  func startCategoryScan() throws {
    let exchange = ClientExchange("wsus-m0-native/scan/000005")
    let category = try #require(GUID("dd78b8a1-0b20-45c1-add6-4da72e9364cf"))
    #expect(
      try exchange.request(StartCategoryScan.self).requestedCategories
        == [.init(indexOfAndGroup: 0, categoryID: category)])
    #expect(try exchange.response(StartCategoryScan.self) == .init(preferredCategoryIDs: [category]))
  }

  @Test("WUSP-026: SyncUpdates of a category scan, with elements that the schema does not have")
  func categoryScan() throws {
    let first = try ClientExchange("wsus-m0-native/scan/000006").request(SyncUpdates.self)
    var expected = SyncUpdates.Parameters()
    expected.filterCategoryIDs = [try #require(GUID("dd78b8a1-0b20-45c1-add6-4da72e9364cf"))]
    expected.needsTwoGroupOutOfScopeUpdates = true
    #expect(first.parameters == expected)
    let third = try ClientExchange("wsus-m0-native/scan/000008").request(SyncUpdates.self)
    expected.installedNonLeafUpdateIDs = [108_226, 108_231]
    #expect(third.parameters == expected)
  }

  @Test("WUSP-168, WUSP-191: SyncUpdates answers, with the Core fragment escaped once")
  func syncAnswers() throws {
    let info = try ClientExchange("wsus-m0-native/scan/000006").response(SyncUpdates.self)
    let deployment = ClientDeployment(
      id: 8059, action: .evaluate, lastChange: Timestamp(year: 2026, month: 10, day: 4))
    let xml =
      #"<UpdateIdentity UpdateID="56309036-4C77-4DD9-951A-99EE9C246A94" RevisionNumber="101" />"#
      + #"<Properties UpdateType="Category" /><ApplicabilityRules><IsInstalled><True /></IsInstalled>"#
      + "</ApplicabilityRules>"
    #expect(
      info.newUpdates == [UpdateInfo(id: 108_226, deployment: deployment, isLeaf: false, xml: Array(xml.utf8))])
    #expect(!info.isTruncated && info.isDriverSyncNotNeeded == true)
    #expect(info.newCookie?.encryptedData == Self.cookieBytes)
    #expect(info.outOfScopeRevisionIDs.isEmpty && info.changedUpdates.isEmpty)
    #expect(info.deployedOutOfScopeRevisionIDs == nil)
    let later = try ClientExchange("wsus-m0-native/scan/000008").response(SyncUpdates.self)
    #expect(later.newUpdates.map(\.isLeaf) == [true])
  }

  @Test("SyncUpdates of a scripted client: empty lists, and a full page")
  func fullPage() throws {
    let exchange = ClientExchange("wsus-m0/000005")
    #expect(try exchange.request(SyncUpdates.self).parameters == SyncUpdates.Parameters())
    let info = try exchange.response(SyncUpdates.self)
    #expect(info.newUpdates.count == 30)
    #expect(info.isTruncated)
    #expect(info.newUpdates.allSatisfy { $0.deployment?.action == .evaluate && $0.deployment?.statesBehavior == true })
  }

  @Test("a driver pass with nothing to offer")
  func driverPass() throws {
    let info = try ClientExchange("wsus-m0-native/flow/000014").response(SyncUpdates.self)
    #expect(info.newUpdates.isEmpty && !info.isTruncated && info.isDriverSyncNotNeeded == true)
  }

  @Test("GetExtendedUpdateInfo: all Extended before all LocalizedProperties, a location for each file")
  func extendedInfo() throws {
    let exchange = ClientExchange("wsus-m0-native/flow/000015")
    let request = try exchange.request(GetExtendedUpdateInfo.self)
    #expect(request.revisionIDs?.count == 18)
    #expect(request.infoTypes == [.extended, .localizedProperties])
    #expect(request.locales == ["en-US", "en"])
    #expect(request.geoID == "USA")
    let response = try exchange.response(GetExtendedUpdateInfo.self)
    #expect(response.updates.prefix(18).map(\.id) == request.revisionIDs)
    #expect(response.updates.suffix(18).map(\.id).sorted() == request.revisionIDs)
    #expect(response.updates.prefix(18).allSatisfy { $0.xml.starts(with: "<ExtendedProperties ".utf8) })
    #expect(response.updates.suffix(18).allSatisfy { $0.xml.starts(with: "<LocalizedProperties>".utf8) })
    #expect(response.locations.count == 9)
    #expect(
      response.locations.first
        == ContentLocation(
          digest: try #require(FileDigest(hex: "A379D5526FB3A7A0423DA1CD7FC3182A8D448449")),
          url: "http://192.0.2.1:8530/Content/49/A379D5526FB3A7A0423DA1CD7FC3182A8D448449.exe"))
  }

  @Test("GetFileLocations, with a cookie whose date was blotted out")
  func fileLocations() throws {
    let recorded = String(
      decoding: try ClientExchange.file("wsus-m0-cbs/get-file-locations-response.xml"), as: UTF8.self)
    #expect(throws: WireError.self) { try decodeReply(GetFileLocations.self, recorded) }
    let text = recorded.replacing("<Expiration>REDACTED<", with: "<Expiration>2026-10-04T16:03:35Z<")
      .replacing("<EncryptedData>REDACTED<", with: "<EncryptedData>AAAA<")
    guard case .response(let response) = try decodeReply(GetFileLocations.self, text) else {
      Issue.record("a fault")
      return
    }
    #expect(response.locations.map(\.digest.hex) == ["86542C97261C46D5B379A43EC895F97EAF409BA2"])
    #expect(response.newCookie?.encryptedData == [0, 0, 0])
  }

  @Test("ReportEventBatch: nine events, one of them with a list of needed updates")
  func events() throws {
    let exchange = ClientExchange("wsus-m0-native/flow/000017")
    let request = try exchange.request(ReportEventBatch.self)
    #expect(request.clientTime == Timestamp("2026-10-04T15:20:47.502Z"))
    let events = try #require(request.events)
    #expect(events.map(\.eventID) == [148, 148, 147, 156, 147, 156, 161, 161, 181])
    #expect(events.allSatisfy { $0.clientID == "e1da06a3-5601-43c9-bac3-52d5db701494" && $0.namespaceID == 1 })
    #expect(events[0].win32HResult == -2_145_123_272)
    #expect(events[0].update == nil)
    #expect(events[0].replacementStrings == ["0x80240438"])
    #expect(events[0].value(of: "c") == "48" && events[0].value(of: "C") == "2")
    #expect(events[0].value(of: "AppName") == "<<PROCESS>>: powershell.exe")
    #expect(events[0].computer?.processorArchitecture == .amd64)
    #expect(events[0].computer?.osVersion.build == 26_200)
    #expect(events.contains { !($0.updates(of: "U") ?? []).isEmpty })
    #expect(events.suffix(3).allSatisfy { $0.update != nil })
    #expect(Set(events.map(\.instanceID)).count == 9)
    #expect(try exchange.response(ReportEventBatch.self).wasReceived)
    let earlier = ClientExchange("wsus-m0-native/flow/000016")
    #expect(try earlier.request(ReportEventBatch.self).events?.map(\.eventID) == [147, 148, 148, 148])
    #expect(try earlier.response(ReportEventBatch.self).wasReceived)
  }

  @Test("WUSP-049, WUSP-053: the recorded fault names its parameter")
  func fault() throws {
    guard case .fault(let fault) = try decodeReply(SyncUpdates.self, ClientExchange("wsus-m0/000141").reply) else {
      Issue.record("no fault")
      return
    }
    #expect(fault.code == .invalidParameters && fault.isClientFault)
    #expect(fault.message == "parameters.InstalledNonLeafUpdateIDs")
  }
}
