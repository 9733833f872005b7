public import Catalog
public import ContentStore
public import Logging
import Platform
public import Transfer
public import UpdateModel

/// One synchronization run of this server in the DSS role (MS-WSUSSS 3.2.4).
///
/// The thin shell around ``SyncSession``: it encodes, posts, decodes, stages in order and
/// publishes. One run at a time: the caller holds the lock of the state directory (SSS-389).
public struct SyncRun: Sendable {
  public enum Scope: Hashable, Sendable {
    case all
    case metadataOnly
    case contentOnly
    /// Only files that somebody asked for (``Catalog/Catalog/requestFiles(_:)``). Leaves no row in the history.
    case requestedFiles

    var includesMetadata: Bool { self == .all || self == .metadataOnly }
  }

  let catalog: Catalog
  let store: ContentStore
  let client: HTTPClient
  let options: SyncOptions
  let clock: @Sendable () -> Timestamp
  let logger: Logger
  let progress: ProgressHandler
  let pool: BlockingPool
  /// Runs when new metadata is visible, before content: what it approves is fetched by the same run.
  public var afterMetadata: @Sendable () async -> Void = {}
  /// Waits so many seconds; tests pass their own.
  package var sleep: @Sendable (Double) async -> Void = SyncRun.realSleep

  public init(
    catalog: Catalog, store: ContentStore, client: HTTPClient, options: SyncOptions,
    clock: @escaping @Sendable () -> Timestamp, logger: Logger,
    progress: @escaping ProgressHandler = { _ in }
  ) {
    self.catalog = catalog
    self.store = store
    self.client = client
    self.options = options
    self.clock = clock
    self.logger = logger
    self.progress = progress
    pool = .shared
  }

  /// Cancelling the task ends the run after the calls in flight, or cuts them at the bound; the next run
  /// continues (SSS-276).
  ///
  /// - Throws: ``SyncError`` for what the USS or the way to it caused, errors of the rooms below,
  ///   `CancellationError`. Everything committed before stays. A missing file is no error: the
  ///   report lists it (SSS-264).
  public func run(_ scope: Scope = .all) async throws -> SyncReport {
    let stop = StopSignal()
    return try await stop.shield(bound: options.stopBound) { try await self.run(scope, stop) }
  }

  /// Tells what a run would change, in updates and bytes, and stores nothing.
  ///
  /// - Throws: as ``run(_:)``.
  public func preview() async throws -> SyncPreview {
    warnOfPlainHTTP()
    let stop = StopSignal()
    return try await stop.shield(bound: options.stopBound) { try await PreviewPhase(run: self, stop: stop).preview() }
  }

  private func run(_ scope: Scope, _ stop: StopSignal) async throws -> SyncReport {
    warnOfPlainHTTP()
    let began = clock()
    if try await catalog.useUpstream(options.upstream.base) {
      logger.notice("sync: upstream is now \(options.upstream.base)")
    }
    let hasContent = scope != .metadataOnly && options.subscription.content != .none
    let history = RunHistory(catalog: catalog, clock: clock, logger: logger, isKept: scope != .requestedFiles)
    var report = SyncReport(began: began, ended: began, endpoint: options.upstream.base)
    do {
      if scope.includesMetadata {
        let phase = MetadataPhase(run: self, stop: stop, history: history, hasContent: hasContent)
        report = try await phase.run(report)
        await afterMetadata()
      }
      if hasContent {
        let content = contentRun(stop, isRequestedOnly: scope == .requestedFiles)
        report.content = try await stop.cancelling { try await content.run(stop) }
        try await history.contentEnded(report)
      }
    } catch {
      await history.failed(error, report)
      throw error
    }
    report.ended = clock()
    return report
  }

  /// SSS-385: the protocol signs nothing, so only HTTPS protects the metadata.
  private func warnOfPlainHTTP() {
    guard !options.upstream.isSecure, !options.upstream.isLoopback else { return }
    logger.warning("sync: \(options.upstream.base) is plain HTTP: anybody on the way can change the metadata")
  }

  private func contentRun(_ stop: StopSignal, isRequestedOnly: Bool) -> ContentRun {
    ContentRun(
      catalog: catalog, store: store, client: client, options: options, isRequestedOnly: isRequestedOnly,
      clock: clock, logger: logger, progress: progress, sleep: sleep, requestFiles: { try await request($0, stop) })
  }

  /// Asks the USS to fetch files, in a session of its own.
  ///
  /// - Returns: those it does not know.
  private func request(_ files: [FileDigest], _ stop: StopSignal) async throws -> [FileDigest] {
    var session = SyncSession(settings: try await sessionSettings(), requesting: files)
    try await driver(sender(decoder: DocumentDecoder(pool: pool)), stop).run(&session) { _, _ in .done }
    return session.unknownFiles
  }

  static let realSleep: @Sendable (Double) async -> Void = { seconds in
    do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
  }
}

extension SyncRun {
  func sender(decoder: DocumentDecoder) -> CallSender {
    let bytes = ByteMeter(progress: progress)
    return CallSender(
      client: client, upstream: options.upstream, version: options.soapVersion, maximumAnswer: options.maximumAnswer,
      decoder: decoder, onBytes: { bytes.add($0) })
  }

  func driver(_ sender: CallSender, _ stop: StopSignal) -> SessionDriver {
    SessionDriver(
      sender: sender, stop: stop, clock: clock, sleep: sleep,
      onWait: { seconds in
        logger.notice("sync: upstream is busy; waiting \(Int(seconds)) s")
        progress(.waiting(seconds: seconds))
      })
  }

  func sessionSettings() async throws -> SyncSession.Settings {
    var settings = SyncSession.Settings(
      accountName: options.accountName, accountGUID: try await catalog.identity().serverID,
      mode: try await catalog.settings().replicationMode)
    settings.version = options.protocolVersion
    settings.batchesInFlight = min(max(1, options.batchesInFlight), 32)
    settings.batchCap = min(max(1, options.batchCap), 1_000)
    settings.seed = options.seed
    return settings
  }
}
