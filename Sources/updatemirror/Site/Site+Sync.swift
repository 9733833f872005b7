import Catalog
import Logging
import Mirror
import Platform
import Transfer
import WireFormat

extension Site {
  /// What this site mirrors, as the mirror takes it.
  var mirrored: Subscription {
    Subscription(
      products: subscription.products, classifications: subscription.classifications,
      languages: subscription.languages, drivers: subscription.includesDrivers,
      expressFiles: subscription.includesExpressFiles,
      content: Subscription.Content(rawValue: subscription.contentMode.rawValue) ?? .lazy)
  }

  /// The options of a run, from the configuration.
  ///
  /// - Throws: ``ConfigurationError/notSet(key:need:)`` without an upstream server (SSS-009).
  func syncOptions() throws -> SyncOptions {
    let url = try configuration.required(.upstreamURL, need: "and sync needs an upstream server")
    var options = SyncOptions(
      upstream: try UpstreamEndpoint(url), accountName: accountName, subscription: mirrored)
    options.soapVersion = configuration.text(.upstreamSOAPVersion) == "1.2" ? .v12 : .v11
    options.batchesInFlight = try configuration.integer(.upstreamBatchesInFlight)
    options.stopBound = try configuration.seconds(.serveStopWithin)
    options.seed = .random(in: .min ... .max)
    options.content.contentBase = configuration.optional(.upstreamContentURL)
    options.content.parallel = try configuration.integer(.contentParallel)
    options.content.maximumRefetches = try configuration.integer(.contentRetries)
    options.content.waitingBudget = try configuration.seconds(.contentWait)
    return options
  }

  /// Runs `work` with a client for outgoing requests, and shuts the client down afterwards.
  func withClient<T: Sendable>(_ work: (HTTPClient) async throws -> T) async throws -> T {
    let client = HTTPClient(try clientConfiguration())
    do {
      let result = try await work(client)
      await client.shutdown()
      return result
    } catch {
      await client.shutdown()
      throw error
    }
  }

  private func clientConfiguration() throws -> HTTPClientConfiguration {
    var settings = HTTPClientConfiguration()
    settings.connectTimeout = .seconds(try configuration.seconds(.upstreamConnectTimeout))
    settings.stallTimeout = .seconds(try configuration.seconds(.upstreamStallTimeout))
    settings.trustRootsFile = configuration.optional(.upstreamCAFile)
    if let certificate = configuration.optional(.upstreamClientCertificate) {
      let key = try configuration.required(.upstreamClientKey, need: "and upstream.client-certificate needs its key")
      settings.clientCertificate = ClientCertificate(certificateFile: certificate, keyFile: key)
    }
    settings.proxy = configuration.optional(.upstreamProxy).map { .url($0) } ?? .none
    let limit = try configuration.byteCount(.contentBandwidthLimit)
    settings.bandwidthLimit = limit > 0 ? limit : nil
    settings.userAgent = "updatemirror/\(UpdateMirror.version)"
    return settings
  }

  /// One run; the caller holds the lock.
  func sync(_ scope: SyncRun.Scope, progress: @escaping ProgressHandler) async throws -> SyncReport {
    try await saveSettings()
    let report = try await withClient { client in
      var syncRun = try run(client, progress)
      syncRun.afterMetadata = { await runRulesIfAutonomous() }
      return try await syncRun.run(scope)
    }
    if scope != .metadataOnly { await indexText() }
    return report
  }

  /// Fetches the files that somebody asked for; the caller holds the lock.
  func fetchRequested() async throws -> ContentReport {
    try await withClient { try await run($0) { _ in }.run(.requestedFiles) }.content ?? ContentReport()
  }

  /// Fills the text index, last and in small steps: a search is right without it, only slower.
  func indexText() async {
    do {
      while try await catalog.indexText(limit: 1_000) > 0 { try Task.checkCancellation() }
    } catch {
      logger.warning("search: the text index waits for the next run: \(error)")
    }
  }

  /// What a run would do; changes nothing.
  func previewSync(progress: @escaping ProgressHandler) async throws -> SyncPreview {
    try await withClient { try await run($0, progress).preview() }
  }

  private func run(_ client: HTTPClient, _ progress: @escaping ProgressHandler) throws -> SyncRun {
    SyncRun(
      catalog: catalog, store: store, client: client, options: try syncOptions(), clock: SystemClock.now,
      logger: logger,
      progress: progress)
  }
}
