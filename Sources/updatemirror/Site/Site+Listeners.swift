import Catalog
import Platform
import ServiceLifecycle
import UpdateModel
import UpdateServer

/// What a serving site listens with.
struct SiteListeners: Sendable {
  let server: UpdateServer
  let admin: AdminServer?
  let check: ServedFileCheck?

  var services: [any Service] { [server] + (admin.map { [$0] } ?? []) + (check.map { [$0] } ?? []) }
}

extension Site {
  /// - Parameter onReady: called once, when all of them listen.
  func listeners(onReady: @escaping @Sendable () -> Void) throws -> SiteListeners {
    let metrics = ServerMetrics()
    let tls = try tlsConfiguration()
    let adminHost = configuration.optional(.adminHost)
    let countdown = Countdown(1 + (tls == nil ? 0 : 1) + (adminHost == nil ? 0 : 1), onZero: onReady)
    let host = configuration.text(.serveHost)
    let scope = AccessLog.Scope(rawValue: configuration.text(.logAccess)) ?? .errors
    let access = AccessLog(scope: scope, logger: Logs.logger("access", level: "info", format: logFormat))
    let check = try servedFileCheck()
    let silence = try configuration.seconds(.clientsSilentAfter)
    let server = UpdateServer(
      catalog: catalog, store: store, keys: try cookieKeys(), configuration: try serverConfiguration(tls: tls),
      clock: SystemClock.now, logger: logger,
      onBound: { port in countdown.step("serving \(state.path) on http://\(host):\(port)") },
      onSecureBound: { port in countdown.step("also on https://\(host):\(port)") }, metrics: metrics,
      onAnswer: { request in
        access.record(request)
        check?.note(request)
      })
    let admin = try adminHost.map { host in
      AdminServer(
        catalog: catalog, store: store, policy: contentPolicy, metrics: metrics, host: host,
        port: try freePortBesideFree(.adminPort), version: UpdateMirror.version, logger: logger,
        silentSince: { SystemClock.now().adding(seconds: -silence) },
        health: { await health() },
        onBound: { port in countdown.step("health and metrics on http://\(host):\(port)") })
    }
    return SiteListeners(server: server, admin: admin, check: check)
  }

  private func servedFileCheck() throws -> ServedFileCheck? {
    let rate = try configuration.byteCount(.serveVerifyRate)
    guard rate > 0 else { return nil }
    return ServedFileCheck(
      catalog: catalog, store: store, bytesPerSecond: rate, clock: SystemClock.now, logger: logger)
  }

  /// What the server of this site is told.
  func serverConfiguration(port: Int? = nil, tls: TLSConfiguration? = nil) throws -> UpdateServerConfiguration {
    var server = UpdateServerConfiguration(
      host: configuration.text(.serveHost), port: try port ?? configuration.integer(.servePort),
      registration: try registrationPolicy(), tls: tls)
    server.clients = try clientServiceConfiguration()
    if configuration.text(.serveLongMetadata) == "cabinet" { server.limits.cabinetBytes = 5_120 }
    server.limits.connections = try configuration.integer(.serveConnections)
    server.limits.connectionsOfAddress = try configuration.integer(.serveConnectionsPerAddress)
    let bandwidth = try configuration.byteCount(.serveBandwidthLimit)
    server.limits.contentBytesPerSecond = bandwidth > 0 ? Int(bandwidth) : nil
    return server
  }

  /// Nil when no certificate is configured.
  func tlsConfiguration() throws -> TLSConfiguration? {
    let files = (configuration.optional(.serveCertificate), configuration.optional(.servePrivateKey))
    guard let certificate = files.0, let key = files.1 else {
      if files.0 == nil && files.1 == nil { return nil }
      let missing = files.0 == nil ? Setting.serveCertificate : .servePrivateKey
      throw ConfigurationError.badValue(
        place: "configuration", key: missing.key, expected: "a path, as the other of the two has one", found: "none")
    }
    let clients = TLSConfiguration.ClientCertificates(rawValue: configuration.text(.serveClientCertificates)) ?? .none
    let roots = configuration.optional(.serveClientRoots)
    guard clients == .none || roots != nil else {
      throw ConfigurationError.badValue(
        place: "configuration", key: Setting.serveClientRoots.key, expected: "a path: clients show certificates",
        found: "none")
    }
    return TLSConfiguration(
      port: try freePortBesideFree(.serveHTTPSPort), certificateChain: certificate, privateKey: key,
      clientCertificates: clients, clientRoots: roots)
  }

  /// A server at any free port takes any free ones for its other listeners, too.
  private func freePortBesideFree(_ setting: Setting) throws -> Int {
    try configuration.integer(.servePort) == 0 ? 0 : configuration.integer(setting)
  }

  /// What an operator should know of the newest run; nil when it is in order, or still at work.
  static func warning(of run: SyncRecord, isRunning: Bool) -> String? {
    switch run.outcome {
    case .succeeded: nil
    case .unfinished: isRunning ? nil : "killed while it fetched files; the next one continues"
    case .incomplete: run.message ?? "\(Quantity.count(run.missingFiles, "file")) missing"
    case .failed: run.message ?? "failed"
    case .cancelled: run.message ?? "cancelled; the next one continues"
    }
  }

  /// Whether this site can answer, and what its operator should look at.
  func health() async -> SiteHealth {
    var health = SiteHealth()
    do {
      _ = try await catalog.identity()
      let run = try await catalog.history(limit: 1).first
      if let run, let warning = Self.warning(of: run, isRunning: try state.isLocked()) {
        health.warnings.append("last run: \(warning)")
      }
    } catch {
      health.reasons.append("catalogue: \(error)")
    }
    do {
      let reserve = try configuration.byteCount(.contentMinFree)
      let free = try await BlockingPool.shared.run { [path = state.path] in
        try FreeSpace.available(at: path + "/content")
      }
      if free < reserve {
        health.warnings.append("free space: expected \(Quantity.bytes(reserve)), found \(Quantity.bytes(free))")
      }
    } catch {
      health.reasons.append("content: \(error)")
    }
    return health
  }
}
