public import Catalog
public import ContentStore
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import Platform
public import Sealing
public import ServiceLifecycle
public import UpdateModel
import WireFormat

/// Everything that listens for others: what downstream servers and Windows clients call, and the files they fetch.
///
/// Everything is answered from the catalogue and the content store that were given; what is
/// kept in memory can be made again, so a restart is invisible but for the connections.
public struct UpdateServer: Service {
  private let catalog: Catalog
  private let store: ContentStore
  private let keys: SealingKeyRing
  private let configuration: UpdateServerConfiguration
  private let clock: @Sendable () -> Timestamp
  private let logger: Logger
  private let onBound: @Sendable (Int) async -> Void
  private let onSecureBound: @Sendable (Int) async -> Void
  private let certificates: CertificateStore?
  private let observer: RequestObserver
  private let ports = ListeningPorts()
  private let clients: ClientService?

  /// - Parameters:
  ///   - keys: seals cookies; give the same ones after a restart (SSS-098).
  ///   - onBound: called once with the port that is listened at, before the first answer.
  ///   - onSecureBound: the same for HTTPS, when it is configured.
  ///   - metrics: counts what is answered.
  ///   - onAnswer: called on an event loop for each answered request; it must not block.
  public init(
    catalog: Catalog, store: ContentStore, keys: SealingKeyRing, configuration: UpdateServerConfiguration,
    clock: @escaping @Sendable () -> Timestamp, logger: Logger,
    onBound: @escaping @Sendable (Int) async -> Void = { _ in },
    onSecureBound: @escaping @Sendable (Int) async -> Void = { _ in }, metrics: ServerMetrics? = nil,
    onAnswer: (@Sendable (AnsweredRequest) -> Void)? = nil
  ) {
    self.catalog = catalog
    self.store = store
    self.keys = keys
    self.configuration = configuration
    self.clock = clock
    self.logger = logger
    self.onBound = onBound
    self.onSecureBound = onSecureBound
    certificates = configuration.tls.map { CertificateStore($0) }
    observer = RequestObserver(metrics: metrics, onAnswer: onAnswer)
    clients = configuration.clients.map { [ports] in
      ClientService(
        catalog: catalog, keys: keys, configuration: $0, ports: ports, clock: clock, logger: logger)
    }
  }

  /// Listens until the surrounding service group shuts down gracefully or the task is cancelled.
  ///
  /// A graceful end takes no new connection, and lets answers under way finish.
  ///
  /// - Throws: ``UpdateServerError``.
  public func run() async throws {
    try configuration.limits.check()
    try configuration.clients?.limits.check()
    DescriptorLimit.raise()
    try await reloadCertificates()
    if let clients { try await clients.serving(listen) } else { try await listen() }
  }

  @Sendable private func listen() async throws {
    let listeners = listeners()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for listener in listeners { group.addTask { try await run(listener) } }
      try await group.waitForAll()
    }
  }

  /// Reads certificate and key files again and uses them for new connections. Does nothing without TLS.
  ///
  /// - Throws: ``UpdateServerError/badCertificate(path:text:)``; the old ones stay in use then.
  public func reloadCertificates() async throws {
    guard let certificates else { return }
    try await BlockingPool.shared.run { try certificates.load() }
  }

  private func run(_ listener: Listener) async throws {
    do {
      try await listener.application.run()
    } catch  where error is IOError || error is SocketAddressError {
      throw UpdateServerError.cannotListen(host: configuration.host, port: listener.port, text: "\(error)")
    }
  }

  private struct Listener: Sendable {
    let port: Int
    let application: any ApplicationProtocol & Sendable
  }

  /// Plain HTTP, and HTTPS when it is configured; they share limits and open files.
  private func listeners() -> [Listener] {
    let limits = configuration.limits
    let ledger = ConnectionLedger(limit: limits.connections, limitOfAddress: limits.connectionsOfAddress)
    let library = ContentLibrary(catalog: catalog, store: store, pool: .shared, clock: clock, logger: logger)
    let shelves = ContentShelves(library: library)
    let endpoints = endpoints()
    let frontDoor = { [selfUpdate, secureServices] (isSecure: Bool, asksForCertificates: Bool) in
      FrontDoor(
        endpoints: endpoints, selfUpdate: selfUpdate, secureServices: secureServices, isSecure: isSecure,
        asksForCertificates: asksForCertificates)
    }
    var settings = ConnectionHandler.Settings(limits, logger: logger)
    settings.observer = observer
    let plain = application(
      port: configuration.port, frontDoor(false, false),
      { [ports, onBound] port in
        ports.plain = port
        await onBound(port)
      },
      HTTPServerBuilder { [settings] responder in
        ServingChannel(
          responder: responder, settings: settings, ledger: ledger, shelves: shelves, certificates: nil)
      })
    guard let tls = configuration.tls, let certificates else { return [plain] }
    settings.isSecure = true
    let secure = application(
      port: tls.port,
      frontDoor(true, tls.clientCertificates != .none),
      { [ports, onSecureBound] port in
        ports.secure = port
        await onSecureBound(port)
      },
      HTTPServerBuilder { [settings] responder in
        ServingChannel(
          responder: responder, settings: settings, ledger: ledger, shelves: shelves, certificates: certificates)
      })
    return [plain, secure]
  }

  private var selfUpdate: SelfUpdateFolder? {
    configuration.clients?.selfUpdateFolder.map { SelfUpdateFolder(path: $0, pool: .shared, logger: logger) }
  }

  /// The reporting service is also that of downstream servers.
  private var secureServices: Set<WebService> {
    configuration.clients?.requiresTLS == true ? [.client, .simpleAuth, .reporting] : []
  }

  private func application(
    port: Int, _ responder: FrontDoor, _ onBound: @escaping @Sendable (Int) async -> Void, _ server: HTTPServerBuilder
  ) -> Listener {
    let application = Application(
      responder: responder, server: server,
      configuration: ApplicationConfiguration(address: .hostname(configuration.host, port: port)),
      onServerRunning: { channel in await onBound(channel.localAddress?.port ?? 0) },
      logger: logger)
    return Listener(port: port, application: application)
  }

  /// Passwords checked at a time: fewer than the pool has threads, which also opens files.
  private static let passwordChecks = 2

  private func endpoints() -> [SOAPEndpoint] {
    let limits = configuration.limits
    let mint = CookieMint(
      keys: keys, lifetime: limits.cookieLifetime, authorizationLifetime: limits.authorizationLifetime)
    let sync = ServerSyncService(
      catalog: catalog, mint: mint, registration: configuration.registration, limits: limits, clock: clock,
      gate: BusyGate(limit: limits.expensiveRequests), passwordGate: BusyGate(limit: Self.passwordChecks))
    var reporting = sync.reportingOperations
    if let clients { reporting.add(clients.reportingOperations) }
    let largeBytes = BusyGate(limit: limits.largeRequestBytes)
    let ofServers = endpoint(limits: .downstream, pool: "updatemirror.large-requests", largeBytes)
    var endpoints = [
      ofServers(.serverSync, sync.serverSyncOperations, { _ = try await sync.caller($0) }),
      ofServers(.dssAuth, sync.authorizationOperations, nil),
    ]
    let ofClients = endpoint(limits: .client, pool: "updatemirror.client-requests", largeBytes)
    endpoints.append(ofClients(.reporting, reporting, clients.map { clients in clients.admit }))
    guard let clients else { return endpoints }
    return endpoints + [
      ofClients(.client, clients.clientOperations, clients.admit),
      ofClients(.simpleAuth, clients.authorizationOperations, nil),
    ]
  }

  private typealias Admission = @Sendable (WireFormat.Cookie?) async throws -> Void

  /// Makes endpoints that share a thread for their large requests.
  private func endpoint(
    limits requestLimits: RequestLimits, pool name: String, _ largeBytes: BusyGate
  ) -> (WebService, OperationTable, Admission?) -> SOAPEndpoint {
    let largeRequests = BlockingPool(width: 1, name: name)
    let limits = configuration.limits
    return { service, operations, admit in
      SOAPEndpoint(
        service: service, operations: operations, maximumBody: limits.requestBody, limits: requestLimits, admit: admit,
        largeRequests: largeRequests, largeBytes: largeBytes, refusalPause: limits.refusalPause, logger: logger,
        metrics: observer.metrics)
    }
  }
}

extension UpdateServerLimits {
  /// - Throws: ``UpdateServerError/limitTooSmall(name:minimum:found:)``.
  func check() throws(UpdateServerError) {
    let counts = [
      ("requestBody", requestBody), ("connections", connections), ("updateDataBytes", updateDataBytes),
      ("largeRequestBytes", largeRequestBytes),
      ("downloadDigests", downloadDigests), ("requestDeadline", Int(requestDeadline / .seconds(1))),
      ("idleTimeout", Int(idleTimeout / .seconds(1))), ("headDeadline", Int(headDeadline / .seconds(1))),
      ("stallTimeout", Int(stallTimeout / .seconds(1))), ("connectionsOfAddress", connectionsOfAddress),
      ("contentBytesPerSecond", contentBytesPerSecond ?? 1),
    ]
    for (name, found) in counts where found < 1 {
      throw .limitTooSmall(name: name, minimum: 1, found: found)
    }
  }
}

extension ConnectionHandler.Settings {
  /// For plain HTTP.
  init(_ limits: UpdateServerLimits, logger: Logger) {
    self.init(
      times: ConnectionClock.Limits(
        head: TimeAmount(limits.headDeadline), request: TimeAmount(limits.requestDeadline),
        answer: TimeAmount(limits.stallTimeout), idle: TimeAmount(limits.idleTimeout)),
      budget: limits.contentBytesPerSecond.map { BandwidthBudget(bytesPerSecond: $0) }, isSecure: false,
      retryAfter: max(1, Int(limits.retryAfter / .seconds(1))), logger: logger,
      refusalPause: TimeAmount(limits.refusalPause))
  }
}

extension UpdateServer: CustomStringConvertible {
  public var description: String { "UpdateServer(\(configuration.host):\(configuration.port))" }
}
