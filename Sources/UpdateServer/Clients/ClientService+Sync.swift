import Catalog
import Offering
import UpdateModel
import WireFormat

extension ClientService {
  /// Installed revisions in one call; a real server counts entries, and names the parameter so (observed-behaviour.md 3).
  static let installedRevisions = 400
  /// How often an answer is begun anew because revisions in it turned out to have no fragments. A client that was told
  /// of none would call again at once.
  private static let attempts = 3

  /// MS-WUSP 3.1.5.7.
  @Sendable func syncUpdates(_ request: SyncUpdates.Request, of caller: ClientCaller) async throws -> SyncInfo {
    guard let parameters = request.parameters else { throw Refusal.invalidParameters("parameters") }
    guard parameters.installedNonLeafUpdateIDs.count <= Self.installedRevisions else {
      throw Refusal.invalidParameters("parameters.InstalledNonLeafUpdateIDs")
    }
    guard parameters.filterCategoryIDs.count <= configuration.limits.filterCategories else {
      throw Refusal.invalidParameters("parameters.FilterCategoryIds")
    }
    guard parameters.systemSpec == nil || parameters.skipsSoftwareSync else {
      throw Refusal.invalidParameters("parameters.SystemSpec")
    }
    let pass: PassMarks.Pass = parameters.skipsSoftwareSync ? .drivers : .software
    var query = SyncQuery(
      pass: pass == .drivers ? .drivers(DriverQuery(parameters)) : .software, since: caller.cookie.marks[pass],
      clientProtocol: caller.cookie.protocolVersion, limit: configuration.limits.pageRevisions)
    query.installedNonLeaf = parameters.installedNonLeafUpdateIDs
    query.otherCached = parameters.otherCachedUpdateIDs
    query.cachedDrivers = parameters.cachedDriverIDs
    query.filterCategories = try await filter(parameters.filterCategoryIDs)
    query.splitsOutOfScope = parameters.needsTwoGroupOutOfScopeUpdates && knowsCategoryScans
    return try await answer(query, of: caller, pass)
  }

  /// MS-WUSP 3.1.5.12.
  @Sendable func syncPrinterCatalog(
    _ request: SyncPrinterCatalog.Request, of caller: ClientCaller
  ) async throws -> SyncInfo {
    guard request.installedNonLeafUpdateIDs.count <= Self.installedRevisions else {
      throw Refusal.invalidParameters("installedNonLeafUpdateIDs")
    }
    var query = SyncQuery(
      pass: .printers, since: caller.cookie.marks[.printers], clientProtocol: caller.cookie.protocolVersion,
      limit: configuration.limits.pageRevisions)
    query.installedNonLeaf = request.installedNonLeafUpdateIDs
    query.cachedDrivers = request.printerUpdateIDs
    return try await answer(query, of: caller, .printers)
  }

  /// MS-WUSP 3.1.5.8. Real servers leave out what they deploy as Bundle; here all that is offered is answered.
  @Sendable func refreshCache(
    _ request: RefreshCache.Request, of caller: ClientCaller
  ) async throws -> RefreshCache.Response {
    guard let identities = request.globalIDs else { throw Refusal.invalidParameters("globalIDs") }
    guard identities.count <= configuration.limits.refreshedRevisions else {
      throw Refusal.invalidParameters("globalIDs")
    }
    let offer = try await offers.offer(to: caller.record.groups, at: clock())
    let keys = try await catalog.updateKeys(identities.map(\.updateID))
    var updateIDs: [Int32: GUID] = [:]
    var asked: [(updateKey: Int32, revisionNumber: Int32)] = []
    for (identity, key) in zip(identities, keys) {
      guard let key else { continue }
      updateIDs[key] = identity.updateID
      asked.append((key, identity.revisionNumber))
    }
    let version = caller.cookie.protocolVersion
    let results = offer.refresh(asked).compactMap { refreshed -> RefreshCache.Result? in
      guard let updateID = updateIDs[refreshed.updateKey] else { return nil }
      return RefreshCache.Result(
        revisionID: refreshed.offered.revisionID,
        globalID: UpdateIdentity(updateID: updateID, revisionNumber: refreshed.revisionNumber),
        isLeaf: refreshed.offered.isLeaf, deployment: ClientDeployment(refreshed.offered, to: version))
    }
    return RefreshCache.Response(results: results)
  }

  /// nil without a filter; categories that nobody knows relate to nothing.
  private func filter(_ categories: [GUID]) async throws -> [Int32]? {
    if categories.isEmpty || !knowsCategoryScans { return nil }
    return try await catalog.updateKeys(categories).compactMap { $0 }
  }

  private var knowsCategoryScans: Bool { configuration.protocolVersion >= .firstWithCategoryScan }

  private func answer(
    _ query: SyncQuery, of caller: ClientCaller, _ pass: PassMarks.Pass
  ) async throws -> SyncInfo {
    let (answer, page) = try await page(query, for: caller.record.groups)
    var contents = caller.cookie
    if let reached = answer.mark { contents.marks[pass] = reached }
    let version = contents.protocolVersion
    let cores = Dictionary(page.fragments.map { ($0.revisionID, $0.bytes) }, uniquingKeysWith: { first, _ in first })
    return SyncInfo(
      newUpdates: answer.new.compactMap { offered in
        cores[RevisionID(Int64(offered.revisionID))].map { UpdateInfo(offered, to: version, xml: $0) }
      },
      outOfScopeRevisionIDs: answer.outOfScope,
      changedUpdates: answer.changed.map { UpdateInfo($0, to: version, xml: nil) },
      isTruncated: answer.isTruncated || !page.isComplete, newCookie: try mint.cookie(contents),
      deployedOutOfScopeRevisionIDs: knowsCategoryScans ? answer.deployedOutOfScope?.unlessEmpty : nil,
      isDriverSyncNotNeeded: knowsCategoryScans ? answer.driverSyncNotNeeded : nil)
  }

  /// The answer and its core fragments.
  ///
  /// What the worker has not derived yet is derived here. A revision without fragments is offered to nobody, so that
  /// the answer is begun anew when one is found.
  private func page(_ query: SyncQuery, for groups: Set<GUID>) async throws -> (SyncAnswer, FragmentPage) {
    var attempt = 1
    while true {
      let answer = try await offers.offer(to: groups, at: clock()).sync(query)
      let page = try await fragments.cores(
        answer.new.map { RevisionID(Int64($0.revisionID)) }, maximumBytes: configuration.limits.pageBytes)
      if page.lacking.isEmpty || attempt >= Self.attempts && !page.fragments.isEmpty { return (answer, page) }
      guard attempt < Self.attempts else { throw Refusal.serverBusy }
      attempt += 1
    }
  }
}

extension Array {
  /// Lists without members are left out, as on real servers.
  fileprivate var unlessEmpty: Self? { isEmpty ? nil : self }
}

extension UpdateInfo {
  init(_ offered: OfferedRevision, to client: ProtocolVersion, xml: [UInt8]?) {
    self.init(
      id: offered.revisionID, deployment: ClientDeployment(offered, to: client), isLeaf: offered.isLeaf, xml: xml)
  }
}

extension ClientDeployment {
  /// DownloadPriority is not sent: readers disagree on its form.
  init(_ offered: OfferedRevision, to client: ProtocolVersion) {
    let deployment = offered.deployment
    self.init(
      id: deployment.number, action: Action(deployment.action), deadline: deployment.deadline,
      isAssigned: deployment.isAssigned, lastChange: deployment.lastChange.midnight, hardwareIDs: offered.hardwareIDs,
      statesBehavior: client >= .firstWithBehavior)
  }
}

extension ClientDeployment.Action {
  init(_ action: OfferedAction) {
    self =
      switch action {
      case .install: .install
      case .uninstall: .uninstall
      case .preDeploymentCheck: .preDeploymentCheck
      case .evaluate: .evaluate
      case .bundle: .bundle
      }
  }
}

extension CivilDate {
  fileprivate var midnight: Timestamp { Timestamp(ticks: Int64(dayNumber) * 86_400 * Timestamp.ticksPerSecond) }
}

extension DriverQuery {
  init(_ parameters: SyncUpdates.Parameters) {
    self.init(
      devices: (parameters.systemSpec ?? []).map { Device($0) },
      computerHardwareIDs: parameters.computerHardwareIDs, featureScoreKey: parameters.featureScoreMatchingKey)
  }
}

extension Device {
  fileprivate init(_ device: SyncUpdates.Device) {
    self.init(
      hardwareIDs: device.hardwareIDs, compatibleIDs: device.compatibleIDs,
      installedDriver: device.installedDriver.map { InstalledDriver($0) })
  }
}

extension InstalledDriver {
  fileprivate init(_ driver: SyncUpdates.Device.InstalledDriver) {
    self.init(
      matchingID: driver.matchingID, date: CivilDate(of: driver.driverVerDate),
      version: UInt64(bitPattern: driver.driverVerVersion), deviceClass: driver.deviceClass,
      manufacturer: driver.manufacturer, provider: driver.provider,
      matchingComputerHardwareID: driver.matchingComputerHardwareID)
  }
}
