import Catalog
import Logging
import UpdateModel
import WireFormat

extension ClientService {
  /// MS-WUSP 3.1.5.2.
  @Sendable func config(_ request: GetClientConfig.Request) async throws -> GetClientConfig.Response {
    _ = try clientVersion(request.protocolVersion)
    return try await served.answer()
  }

  /// MS-WUSP 3.1.5.3. The first call of a client makes its row (WUSP-097).
  @Sendable func authorizationCookie(
    _ request: GetClientAuthorizationCookie.Request
  ) async throws -> GetClientAuthorizationCookie.Response {
    guard let clientID = request.clientID.flatMap(ClientID.init) else { throw Refusal.invalidParameters("clientId") }
    guard let dnsName = request.dnsName.flatMap(HostName.init) else { throw Refusal.invalidParameters("dnsName") }
    let record: ClientRecord
    do {
      record = try await catalog.recordClient(
        clientID, dnsName: dnsName, requestedGroups: request.targetGroupName,
        address: Peer.current.addressText)
    } catch let error as CatalogError {
      guard case .tooManyComputers = error else { throw error }
      logger.warning("\(error)")
      throw Refusal.serverBusy
    }
    return try mint.authorization(for: clientID, record.computer, at: clock(), origin: try await origin())
  }

  /// MS-WUSP 3.1.5.4. What the old cookie says of earlier answers goes on in the new one (WUSP-114).
  @Sendable func cookie(_ request: GetClientCookie.Request) async throws -> GetClientCookie.Response {
    let now = clock()
    let origin = try await origin()
    guard request.authorizationCookies.count == 1 else { throw Refusal.invalidAuthorizationCookie }
    let authorization = try mint.open(request.authorizationCookies[0], at: now, origin: origin)
    let old = try request.oldCookie.map { cookie throws(Refusal) in try mint.contents(of: cookie, origin: origin) }
    let change = try await served.lastChange()
    guard let known = request.lastChange, known.isSameMillisecond(as: change) else { throw Refusal.configChanged }
    let version = try clientVersion(request.protocolVersion)
    // The old cookie of another computer tells nothing of this one.
    let marks = old?.computer == authorization.computer ? old?.marks : nil
    return try mint.cookie(
      mint.contents(
        from: authorization, protocolVersion: version, configurationChange: change, marks: marks ?? PassMarks(),
        at: now))
  }

  /// MS-WUSP 3.1.5.5.
  @Sendable func register(
    _ request: RegisterComputer.Request, of caller: ClientCaller
  ) async throws -> RegisterComputer.Response {
    if configuration.registration == .refused { throw Refusal.registrationNotRequired }
    guard let info = request.computerInfo else { throw Refusal.invalidParameters("computerInfo") }
    guard let dnsName = info.dnsName.flatMap(HostName.init) else {
      throw Refusal.invalidParameters("computerInfo.DnsName")
    }
    try await catalog.registerComputer(caller.cookie.clientID, ComputerRegistration(info, dnsName: dnsName))
    return RegisterComputer.Response()
  }

  /// Two numbers, whatever they are: newer clients are welcome (WUSP-072, WUSP-073).
  private func clientVersion(_ text: String?) throws(Refusal) -> ProtocolVersion {
    guard let version = text.flatMap(ProtocolVersion.init) else { throw .invalidParameters("protocolVersion") }
    return version
  }
}

extension Timestamp {
  /// Clients may round what they send back (WUSP-075).
  fileprivate func isSameMillisecond(as other: Timestamp) -> Bool {
    let ticks = Self.ticksPerSecond / 1_000
    return self.ticks / ticks == other.ticks / ticks
  }
}

extension ComputerRegistration {
  init(_ info: ComputerInfo, dnsName: HostName) {
    self.init(
      dnsName: dnsName, operatingSystem: OperatingSystem(info), manufacturer: info.computerManufacturer,
      model: info.computerModel, biosVersion: info.biosVersion, biosName: info.biosName,
      biosReleaseDate: info.biosReleaseDate ?? .never,
      clientVersion: ClientVersion(
        major: info.clientVersion.major, minor: info.clientVersion.minor, build: info.clientVersion.build,
        qfe: info.clientVersion.qfe),
      osDescription: info.osDescription, oem: info.oem, deviceType: info.deviceType,
      firmwareVersion: info.firmwareVersion, mobileOperator: info.mobileOperator)
  }
}

extension OperatingSystem {
  init(_ info: ComputerInfo) {
    self.init(
      major: info.osMajorVersion, minor: info.osMinorVersion, build: info.osBuildNumber,
      servicePackMajor: info.osServicePackMajorNumber, servicePackMinor: info.osServicePackMinorNumber,
      locale: info.osLocale ?? "", suiteMask: Int16(bitPattern: info.suiteMask), oldProductType: info.oldProductType,
      newProductType: info.newProductType, systemMetrics: info.systemMetrics,
      architecture: info.processorArchitecture ?? "")
  }
}
