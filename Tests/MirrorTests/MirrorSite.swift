import Catalog
import ContentStore
import Logging
import Mirror
import Synchronization
import TestSupport
import Testing
import Transfer
import UpdateModel

/// A DSS in a temporary folder, ready to synchronize.
final class MirrorSite: Sendable {
  let folder: TemporaryDirectory
  let clock: TestClock
  let catalog: Catalog
  let store: ContentStore
  let client: HTTPClient
  let log = LogRecorder()
  let events = Watched<[ProgressEvent]>([])
  /// Pauses that the run asked for; nobody waits for real.
  let pauses = Watched<[Double]>([])
  let upstream: UpstreamEndpoint

  init(
    _ url: String, clock: TestClock = TestClock(), isReplica: Bool = false, folder: TemporaryDirectory? = nil,
    client configuration: HTTPClientConfiguration = HTTPClientConfiguration()
  ) async throws {
    self.folder = try folder ?? TemporaryDirectory()
    let folder = self.folder
    self.clock = clock
    catalog = try await Catalog.open(path: folder.path("catalog.sqlite"), clock: clock.clock)
    var settings = try await catalog.settings()
    settings.replicationMode = isReplica ? .replica : .autonomous
    try await catalog.save(settings)
    store = try ContentStore(state: folder.path, clock: clock.clock)
    client = HTTPClient(configuration)
    upstream = try UpstreamEndpoint(url)
  }

  func options(_ adjust: (inout SyncOptions) -> Void = { _ in }) -> SyncOptions {
    var options = SyncOptions(upstream: upstream, accountName: "branch.example.org")
    options.subscription.drivers = true
    adjust(&options)
    return options
  }

  func syncRun(_ adjust: (inout SyncOptions) -> Void = { _ in }) -> SyncRun {
    var run = SyncRun(
      catalog: catalog, store: store, client: client, options: options(adjust), clock: clock.clock,
      logger: log.logger, progress: { [events] event in events.update { $0.append(event) } })
    run.sleep = { [pauses, clock] seconds in
      pauses.update { $0.append(seconds) }
      clock.advance(seconds: seconds)
    }
    return run
  }

  @discardableResult
  func sync(_ scope: SyncRun.Scope = .all, _ adjust: (inout SyncOptions) -> Void = { _ in }) async throws -> SyncReport
  {
    try await syncRun(adjust).run(scope)
  }

  /// The error of a run that must fail.
  func failure(_ scope: SyncRun.Scope = .metadataOnly, _ adjust: (inout SyncOptions) -> Void = { _ in }) async throws
    -> SyncError
  {
    do {
      try await sync(scope, adjust)
    } catch let error as SyncError { return error }
    throw Unexpected(what: "the run succeeded")
  }

  struct Unexpected: Error { let what: String }

  /// All published revisions of both kinds, with a digest of their documents.
  func contents() async throws -> [UpdateIdentity: [UInt8]] {
    var all: [UpdateIdentity: [UInt8]] = [:]
    for isConfiguration in [true, false] {
      let filter = RevisionFilter(anchor: nil, isConfiguration: isConfiguration)
      let list = try await catalog.revisionIDList(filter, dssVersion: .announced)
      for start in stride(from: 0, to: list.identities.count, by: 100) {
        let part = Array(list.identities[start..<min(start + 100, list.identities.count)])
        for revision in try await catalog.updateData(part) { all[revision.identity] = revision.document }
      }
    }
    return all
  }
}

/// Keeps what is logged.
final class LogRecorder: Sendable {
  private let lines = Mutex<[(level: Logger.Level, text: String)]>([])

  var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }
  func lines(_ level: Logger.Level) -> [String] { lines.withLock { $0.filter { $0.level == level }.map(\.text) } }
  var all: [String] { lines.withLock { $0.map(\.text) } }

  private struct Handler: LogHandler {
    let recorder: LogRecorder
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      recorder.lines.withLock { $0.append((event.level, "\(event.message)")) }
    }
  }
}

/// Metadata for simulated servers.
enum Sample {
  static func guid(_ number: Int) -> GUID {
    GUID(high: 0x1000_0000_0000_4000, low: 0x8000_0000_0000_0000 | UInt64(number))
  }
  static func identity(_ number: Int, _ revision: Int32 = 1) -> UpdateIdentity {
    UpdateIdentity(updateID: guid(number), revisionNumber: revision)
  }

  static func metadata(_ number: Int, _ kind: UpdateKind, title: String? = nil, revision: Int32 = 1) -> UpdateMetadata {
    var metadata = UpdateMetadata(identity: identity(number, revision), kind: kind)
    metadata.defaultLanguage = "en"
    metadata.localized = [LocalizedProperties(language: "en", title: title ?? "Update \(number)")]
    metadata.creationDate = Timestamp(year: 2026, month: 1, day: 2)
    metadata.publicationState = "Published"
    metadata.isExplicitlyDeployable = !kind.isConfiguration
    return metadata
  }

  static let product = guid(900_001)
  static let otherProduct = guid(900_002)
  static let classification = guid(900_003)
  static let drivers = Subscription.driverClassification

  /// Two products, two classifications, a detectoid.
  static func categories(_ state: inout SimulatedUSSState) {
    state.add(metadata(900_001, .category(.product), title: "Windows Branch"))
    state.add(metadata(900_002, .category(.product), title: "Office Suite"))
    state.add(metadata(900_003, .category(.updateClassification), title: "Security Updates"))
    var driver = metadata(900_004, .category(.updateClassification), title: "Drivers")
    driver.identity = UpdateIdentity(updateID: drivers, revisionNumber: 1)
    state.add(driver)
    state.add(metadata(900_005, .detectoid, title: "x64"))
  }

  static func update(
    _ number: Int, product: GUID = product, classification: GUID = classification, revision: Int32 = 1,
    files: [ContentFile] = [], bundled: [UpdateIdentity] = []
  ) -> UpdateMetadata {
    var update = metadata(number, .software, revision: revision)
    update.prerequisites = [
      PrerequisiteClause(updateIDs: [product], isCategory: true),
      PrerequisiteClause(updateIDs: [classification], isCategory: true),
    ]
    update.files = files
    update.bundledUpdates = bundled.map { BundleClause(identities: [$0]) }
    return update
  }

  /// A server with categories and so many updates.
  static func server(updates count: Int, _ adjust: (inout SimulatedUSSState) throws -> Void = { _ in }) throws
    -> SimulatedUSS
  {
    var state = SimulatedUSSState()
    categories(&state)
    for number in 0..<count { state.add(update(number)) }
    try adjust(&state)
    return try SimulatedUSS(state)
  }
}

extension FaultServer {
  /// Waits until a request has arrived that meets the condition.
  func arrival(_ isMet: (RecordedRequest) -> Bool) async {
    var seen = 0
    while true {
      let all = await requests(atLeast: seen + 1)
      if all.contains(where: isMet) { return }
      seen = all.count
    }
  }
}
