import Catalog
import Logging
import Platform
import Sealing
import UpdateModel
import WireFormat

/// What Windows clients call, by service (MS-WUSP 3.1.5, docs/client-role.md).
struct ClientService: Sendable {
  let catalog: Catalog
  let mint: ClientCookieMint
  let configuration: ClientServiceConfiguration
  let served: ServedConfiguration
  let offers: OfferBook
  let fragments: FragmentSource
  let contacts: ContactLog
  let address: ContentAddress
  /// Counts every request of a client that has shown a good cookie.
  let gate: BusyGate
  let clock: @Sendable () -> Timestamp
  let logger: Logger

  init(
    catalog: Catalog, keys: SealingKeyRing, configuration: ClientServiceConfiguration, ports: ListeningPorts,
    clock: @escaping @Sendable () -> Timestamp, logger: Logger
  ) {
    // Neither takes the threads that open files, nor more than one core.
    let pool = BlockingPool(width: 1, name: "updatemirror.offers")
    self.catalog = catalog
    self.configuration = configuration
    self.clock = clock
    self.logger = logger
    mint = ClientCookieMint(keys: keys, lifetime: configuration.limits.cookieLifetime)
    served = ServedConfiguration(configuration, catalog: catalog)
    offers = OfferBook(
      catalog: catalog, limit: configuration.limits.groupSets, cheapLoading: configuration.limits.cheapLoading,
      pool: pool)
    fragments = FragmentSource(
      catalog: catalog, pool: BlockingPool(width: 1, name: "updatemirror.fragments"))
    contacts = ContactLog(catalog: catalog, logger: logger)
    address = ContentAddress(configuration: configuration, ports: ports)
    gate = BusyGate(limit: configuration.limits.requests)
  }

  var clientOperations: OperationTable {
    var table = OperationTable()
    table.add(GetClientConfig.self, config)
    table.add(GetClientCookie.self, cookie)
    table.add(RegisterComputer.self, of: self, register)
    table.addStreamed(SyncUpdates.self, of: self, demanding: .currentClient, syncUpdates)
    table.addStreamed(SyncPrinterCatalog.self, of: self, demanding: .currentClient, syncPrinterCatalog)
    table.add(RefreshCache.self, of: self, refreshCache)
    table.addStreamed(GetExtendedUpdateInfo.self, of: self, extendedUpdateInfo)
    table.addStreamed(GetExtendedUpdateInfo2.self, of: self, extendedUpdateInfo2)
    table.add(GetFileLocations.self, of: self, fileLocations)
    if configuration.protocolVersion >= .firstWithCategoryScan { table.add(StartCategoryScan.self, categoryScan) }
    table.add(Ping.self, ping)
    return table
  }

  var authorizationOperations: OperationTable {
    var table = OperationTable()
    table.add(GetClientAuthorizationCookie.self, authorizationCookie)
    table.add(Ping.self, ping)
    return table
  }

  /// Besides what downstream servers call at the same path.
  var reportingOperations: OperationTable {
    var table = OperationTable()
    table.add(ReportEventBatch.self, of: self, reportEventBatch)
    table.add(ReportEventBatch2.self, reportEventBatch2)
    table.add(ReportInventory.self, of: self, reportInventory)
    table.add(GetRequiredInventoryType.self, of: self, requiredInventoryType)
    return table
  }

  /// Runs `body`, and meanwhile what clients need besides answers.
  func serving(_ body: @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      let worker = FragmentWorker(catalog: catalog, source: fragments, logger: logger)
      group.addTask { await worker.run() }
      group.addTask { [contacts] in await contacts.run() }
      defer { group.cancelAll() }
      try await body()
    }
    await contacts.store()
  }

  @Sendable func ping(_ request: Ping.Request) async throws -> Ping.Response { Ping.Response(time: clock()) }
}

extension ProtocolVersion {
  /// The first server that knows StartCategoryScan, filters and DriverSyncNotNeeded (wusp.md 12).
  static let firstWithCategoryScan = ProtocolVersion(major: 3, minor: 2)
  /// The first server that tells more properties than one.
  static let firstWithProperties = ProtocolVersion(major: 3, minor: 0)
  /// The first client that expects AutoSelect and its like.
  static let firstWithBehavior = ProtocolVersion(major: 1, minor: 8)
}
