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

/// The USS role: what this server's own downstream servers call, and the files they fetch.
///
/// Everything is answered from the catalogue and the content store that were given; nothing
/// is kept in memory but counters, so a restart is invisible but for the connections.
public struct UpdateServer: Service {
  private let catalog: Catalog
  private let store: ContentStore
  private let keys: SealingKeyRing
  private let configuration: UpdateServerConfiguration
  private let clock: @Sendable () -> Timestamp
  private let logger: Logger
  private let onBound: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - keys: seals cookies; give the same ones after a restart (SSS-098).
  ///   - onBound: called once with the port that is listened at, before the first answer.
  public init(
    catalog: Catalog, store: ContentStore, keys: SealingKeyRing, configuration: UpdateServerConfiguration,
    clock: @escaping @Sendable () -> Timestamp, logger: Logger,
    onBound: @escaping @Sendable (Int) async -> Void = { _ in }
  ) {
    self.catalog = catalog
    self.store = store
    self.keys = keys
    self.configuration = configuration
    self.clock = clock
    self.logger = logger
    self.onBound = onBound
  }

  /// Listens until the surrounding service group shuts down gracefully or the task is cancelled.
  ///
  /// A graceful end takes no new connection, and lets answers under way finish.
  ///
  /// - Throws: ``UpdateServerError``.
  public func run() async throws {
    try configuration.limits.check()
    do {
      try await application().run()
    } catch  where error is IOError || error is SocketAddressError {
      throw UpdateServerError.cannotListen(host: configuration.host, port: configuration.port, text: "\(error)")
    }
  }

  private func application() -> some ApplicationProtocol {
    let limits = configuration.limits
    return Application(
      responder: frontDoor(),
      server: HTTPServerBuilder { responder in GuardedChannel(responder: responder, limits: limits) },
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port),
        availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: logger)),
      onServerRunning: { [onBound] channel in await onBound(channel.localAddress?.port ?? 0) },
      logger: logger)
  }

  private func frontDoor() -> FrontDoor {
    let limits = configuration.limits
    let mint = CookieMint(
      keys: keys, lifetime: limits.cookieLifetime, authorizationLifetime: limits.authorizationLifetime)
    let sync = ServerSyncService(
      catalog: catalog, mint: mint, registration: configuration.registration, limits: limits, clock: clock,
      gate: BusyGate(limit: limits.expensiveRequests))
    let endpoints = [
      (WebService.serverSync, sync.serverSyncOperations), (.dssAuth, sync.authorizationOperations),
      (.reporting, sync.reportingOperations),
    ].map { service, operations in
      SOAPEndpoint(service: service, operations: operations, maximumBody: limits.requestBody, logger: logger)
    }
    return FrontDoor(endpoints: endpoints, content: ContentService(catalog: catalog, store: store, pool: .shared))
  }
}

extension UpdateServerLimits {
  /// - Throws: ``UpdateServerError/limitTooSmall(name:minimum:found:)``.
  func check() throws(UpdateServerError) {
    let counts = [
      ("requestBody", requestBody), ("connections", connections), ("updateDataBytes", updateDataBytes),
      ("downloadDigests", downloadDigests), ("requestDeadline", Int(requestDeadline / .seconds(1))),
      ("idleTimeout", Int(idleTimeout / .seconds(1))),
    ]
    for (name, found) in counts where found < 1 {
      throw .limitTooSmall(name: name, minimum: 1, found: found)
    }
  }
}
