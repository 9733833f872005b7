import UpdateModel

@testable import WireFormat

/// One value of each message of clients.
enum ClientSamples {
  static let hostile = "\"><script>&\t\r\n'\u{7F}\u{85}\u{202E}ä漢😀 ]]> %1"
  static let cookie = Samples.cookie
  static let authorizationCookie = AuthorizationCookie(
    plugInID: AuthorizationCookie.simpleTargeting, cookieData: Array(0...99))

  static let configuration = GetClientConfig.Response(
    lastChange: Samples.time, isRegistrationRequired: true, allowedEventIDs: [147, 148],
    properties: [
      .init(name: "MaxExtendedUpdatesPerRequest", value: "50"), .init(name: "ProtocolVersion", value: "3.2"),
    ])

  static let computer: ComputerInfo = {
    var info = ComputerInfo(dnsName: "pc-1.lab.invalid")
    info.osMajorVersion = 10
    info.osBuildNumber = 26_200
    info.osServicePackMajorNumber = 40_000
    info.osLocale = "en-US"
    info.computerManufacturer = hostile
    info.computerModel = "Standard PC (Q35 + ICH9, 2009)"
    info.biosVersion = ""
    info.biosName = "unknown"
    info.biosReleaseDate = Samples.time
    info.processorArchitecture = "AMD64"
    info.suiteMask = 256
    info.oldProductType = 1
    info.newProductType = 48
    info.systemMetrics = -1
    info.clientVersion = .init(major: 1507, minor: 2601, build: 65_535, qfe: 1)
    info.osDescription = "Windows 10 Pro"
    info.oem = "QEMU"
    info.deviceType = "PC"
    info.firmwareVersion = "unknown"
    info.mobileOperator = "000-00"
    return info
  }()

  static let deployment = ClientDeployment(
    id: 8059, action: .install, deadline: Samples.time, isAssigned: false,
    lastChange: Timestamp(year: 2026, month: 10, day: 4), downloadPriority: 3, hardwareIDs: ["PCI\\VEN_8086&DEV_1"])

  static let plain = ClientDeployment(
    id: 1, action: .evaluate, lastChange: Timestamp(year: 2026, month: 1, day: 31), statesBehavior: false)

  static let fragment = Array("<UpdateIdentity UpdateID=\"x\" /><Properties /> &lt;&#13; ]]&gt; ä漢😀".utf8)

  static let syncInfo = SyncInfo(
    newUpdates: [
      UpdateInfo(id: 1, deployment: plain, isLeaf: false, xml: fragment),
      UpdateInfo(id: .max, deployment: deployment, isLeaf: true, xml: []),
    ],
    outOfScopeRevisionIDs: [2, -3], changedUpdates: [UpdateInfo(id: 4, deployment: deployment, isLeaf: true)],
    isTruncated: true, newCookie: cookie, deployedOutOfScopeRevisionIDs: [5], isDriverSyncNotNeeded: false)

  static let parameters: SyncUpdates.Parameters = {
    var parameters = SyncUpdates.Parameters()
    parameters.installedNonLeafUpdateIDs = [1, 2, 2]
    parameters.otherCachedUpdateIDs = [3]
    parameters.systemSpec = [
      .init(
        hardwareIDs: ["PCI\\VEN_8086&DEV_1", hostile], compatibleIDs: ["PCI\\CC_0604"],
        installedDriver: .init(
          matchingID: "pci\\cc_0604", driverVerDate: Samples.time, driverVerVersion: .max, deviceClass: "System",
          manufacturer: "(Standard)", provider: "Microsoft", model: "Bridge",
          matchingComputerHardwareID: Samples.guid, driverRank: -1),
        extensionDrivers: [
          .init(
            extensionID: "x", driverVerDate: Samples.time, driverVerVersion: -1, deviceClass: "Extension",
            driverRank: 1, matchingComputerHardwareID: Samples.other)
        ], recoveryIDs: ["y"], flags: 1),
      .init(hardwareIDs: []),
    ]
    parameters.cachedDriverIDs = [9]
    parameters.skipsSoftwareSync = true
    parameters.filterCategoryIDs = [Samples.guid]
    parameters.needsTwoGroupOutOfScopeUpdates = true
    parameters.computerHardwareIDs = [Samples.guid, Samples.other]
    parameters.featureScoreMatchingKey = "AMD64.10.0"
    return parameters
  }()

  static let locations = [
    ContentLocation(digest: Samples.digest(1), url: "http://srv.lab.invalid:8530/Content/01/01.cab?a=1&b=2"),
    ContentLocation(
      digest: Samples.digest(2), url: "http://srv.lab.invalid/2", digestAlgorithm: "SHA1",
      decryptionInformation: "{\"KeyData\":\"AA==\"}", encryptedDigest: Array(0..<32),
      encryptedDigestAlgorithm: "SHA256"),
  ]

  static let event: ReportingEvent = {
    var computer = ReportingEvent.Computer()
    computer.brand = hostile
    computer.processorArchitecture = .amd64
    computer.osVersion.major = 10
    computer.osVersion.revision = 65_792
    computer.osLocaleID = 1033
    return ReportingEvent(
      clientID: "e1da06a3-5601-43c9-bac3-52d5db701494", timeAtTarget: Samples.time, instanceID: Samples.other,
      namespaceID: 2, eventID: 182, sourceID: 101, update: Samples.identity, win32HResult: -2_145_123_272,
      appName: "AutomaticUpdates", replacementStrings: ["0x80240438", hostile], miscData: ["g=1", "G=2", "noSign"],
      computer: computer, deviceID: "1")
  }()

  static let bareEvent = ReportingEvent(
    clientID: nil, timeAtTarget: Samples.time, instanceID: Samples.guid, eventID: 147, sourceID: -1, computer: nil)
}

extension Samples {
  /// Shows every operation of clients to `visitor`.
  static func forEachOfClients(_ visitor: some SampleVisitor) throws {
    typealias Sample = ClientSamples
    try visitor.visit(GetClientConfig.self, .init(protocolVersion: "2.90"), Sample.configuration)
    try visitor.visit(
      GetClientAuthorizationCookie.self,
      .init(clientID: "e1da06a3", targetGroupName: "Lab;Büro <1>", dnsName: "pc-1.lab.invalid"),
      Sample.authorizationCookie)
    try visitor.visit(
      GetClientCookie.self,
      .init(
        authorizationCookies: [Sample.authorizationCookie], oldCookie: cookie, lastChange: time, currentTime: time,
        protocolVersion: "2.90"), cookie)
    try visitor.visit(RegisterComputer.self, .init(cookie: cookie, computerInfo: Sample.computer), .init())
    try visitor.visit(
      StartCategoryScan.self,
      .init(requestedCategories: [.init(indexOfAndGroup: 0, categoryID: guid)]),
      .init(preferredCategoryIDs: [guid], requestedCategoryIDsInError: [other]))
    try visitor.visit(SyncUpdates.self, .init(cookie: cookie, parameters: Sample.parameters), Sample.syncInfo)
    try visitor.visit(
      SyncPrinterCatalog.self, .init(cookie: cookie, installedNonLeafUpdateIDs: [1], printerUpdateIDs: [2]),
      SyncInfo(newCookie: cookie))
    try visitor.visit(
      RefreshCache.self, .init(cookie: cookie, globalIDs: [identity]),
      .init(results: [.init(revisionID: 7, globalID: identity, isLeaf: true, deployment: Sample.deployment)]))
    try forEachOfContent(visitor)
    try forEachOfReporting(visitor)
  }

  private static func forEachOfContent(_ visitor: some SampleVisitor) throws {
    let fragments = [UpdateFragment(id: 1, xml: ClientSamples.fragment), UpdateFragment(id: 1, xml: [])]
    try visitor.visit(
      GetExtendedUpdateInfo.self,
      .init(
        cookie: cookie, revisionIDs: [1, 2], infoTypes: FragmentType.allCases, locales: ["en-US", "en"], geoID: "USA"),
      .init(updates: fragments, locations: ClientSamples.locations, outOfScopeRevisionIDs: [2]))
    try visitor.visit(
      GetExtendedUpdateInfo2.self,
      .init(cookie: cookie, updateIDs: [identity], infoTypes: [.fileURL, .fileDecryption], locales: []),
      .init(
        updates: fragments, locations: ClientSamples.locations,
        keys: [.init(digest: digest(2), decryptionKey: [1, 2, 3])],
        encryption: [.init(identity: identity, hasEncryptedFiles: true)]))
    try visitor.visit(
      GetFileLocations.self, .init(cookie: cookie, fileDigests: [digest(1), digest(2)]),
      .init(locations: ClientSamples.locations, newCookie: cookie))
  }

  private static func forEachOfReporting(_ visitor: some SampleVisitor) throws {
    let events = [ClientSamples.event, ClientSamples.bareEvent]
    try visitor.visit(
      ReportEventBatch.self, .init(cookie: cookie, clientTime: time, events: events), .init(wasReceived: true))
    try visitor.visit(
      ReportEventBatch2.self, .init(computerID: "x", clientTime: time, events: []), .init(wasReceived: false))
    try visitor.visit(
      GetRequiredInventoryType.self, .init(cookie: cookie, rulesID: guid, rulesVersion: "1"), .init())
    try visitor.visit(
      ReportInventory.self, .init(cookie: cookie, clientTime: time, inventory: .compressed([1, 2])),
      .init(wasReceived: true))
  }
}
