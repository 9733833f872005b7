import Catalog
package import UpdateModel
import WireFormat

/// The DSS role of one run, decided without any input or output (MS-WSUSSS 3.2.4, guide 8).
///
/// The shell asks ``next(now:)`` for an action, does it, and reports with ``receive(_:now:)``
/// what came of it. Every rule about order, anchors, cookies, batches and faults is here.
package struct SyncSession: Sendable {
  package struct Settings: Sendable {
    /// The fully qualified name of this server (SSS-078).
    package var accountName: String
    /// This server's permanent GUID (SSS-079).
    package var accountGUID: GUID
    package var mode: ReplicationMode
    package var version: ProtocolVersion = .announced
    package var batchesInFlight = 4
    /// Own cap on identities in one request, below the limit of the USS.
    package var batchCap = 100
    package var busyBackoff = Backoff.serverBusy
    package var maximumRestarts = 3
    package var seed: UInt64 = 0

    package init(accountName: String, accountGUID: GUID, mode: ReplicationMode) {
      self.accountName = accountName
      self.accountGUID = accountGUID
      self.mode = mode
    }
  }

  /// The anchors stored for this USS.
  package struct Anchors: Sendable {
    package var configuration: ConfigAnchor?
    package var categories: SyncAnchor?
    package var updates: SyncAnchor?
    package var deployments: DeploymentAnchor?

    package init(
      configuration: ConfigAnchor? = nil, categories: SyncAnchor? = nil, updates: SyncAnchor? = nil,
      deployments: DeploymentAnchor? = nil
    ) {
      self.configuration = configuration
      self.categories = categories
      self.updates = updates
      self.deployments = deployments
    }
  }

  enum Position: Sendable {
    case configuration
    case savingConfiguration(ServerConfiguration)
    case findingJournal(ListingKind)
    case resolvingSubscription
    case listing(ListingKind)
    case beginningListing(ListingKind, CallID, SyncAnchor)
    case fetching(ListingKind)
    case publishing(ListingKind)
    case deployments
    case applyingDeployments(CallID)
    case findingReferences
    case beginningReferenceListing([UpdateIdentity])
    case recordingHistory
    case requestingFiles
    case done
  }

  enum AuthorizationStep: Sendable {
    case idle
    case config
    case authorizationCookie(ServicePath)
    case cookie(AuthorizationCookie)
  }

  enum Flight: Sendable {
    case authorization
    case configuration
    case listing(ListingKind)
    case batch
    /// Everything the USS lists, for the revision numbers of prerequisites.
    case everything
    case deployments
    case files
  }

  /// Why the session takes no further step until all calls in flight have ended.
  enum Drain: Sendable {
    case restart
    case resetAnchors
    case abandon(ListingKind, SyncError)
    case end(SyncError)
    case cancel
  }

  let settings: Settings
  var anchors: Anchors
  var jar: CookieJar
  var random: SeededRandom

  var position = Position.configuration
  var authorization = AuthorizationStep.config
  var flights: [CallID: (flight: Flight, operation: String)] = [:]
  var lastCall = 0
  var drain: Drain?
  var outcome: SyncAction?
  /// The step that the shell is doing; no action follows before its result.
  var openStep: SyncStep?

  var selection = RevisionSelection.everything
  var fetch = Fetch()
  var batchLimit = 100
  var keyLimit = 0
  var deploymentAnchorSent: DeploymentAnchor?
  /// The anchor of the journal being worked on.
  var pendingAnchor: SyncAnchor?
  /// The journal found lists nothing of the USS, only revisions that others name: the listing is still to come.
  var listsAfterJournal = false
  /// Levels of references that were followed.
  var referenceDepth = 0
  /// References nest deeper than the session follows: what is published lacks the rest.
  package internal(set) var leavesReferencesOut = false
  /// Named by deployments and asked for in this run.
  var knownReferences: Set<UpdateIdentity> = []
  var isFollowingDeployments = false

  var restarts = 0
  var didResetAnchors = false
  var busyAnswers = 0
  var pause: Double?

  /// Where the session starts, also after a restart.
  let start: Position
  /// Digests that DownloadFiles has still to name.
  var filesToRequest: ArraySlice<FileDigest> = []
  /// Digests that the USS does not know (FileDigestsMissing).
  package internal(set) var unknownFiles: [FileDigest] = []

  package init(settings: Settings, anchors: Anchors) {
    self.settings = settings
    self.anchors = anchors
    jar = CookieJar()
    random = SeededRandom(seed: settings.seed)
    start = .configuration
  }

  /// A session that only asks the USS to fetch files (MS-WSUSSS 3.1.4.11).
  package init(settings: Settings, requesting files: [FileDigest]) {
    self.settings = settings
    anchors = Anchors()
    jar = CookieJar()
    random = SeededRandom(seed: settings.seed)
    start = .requestingFiles
    position = start
    filesToRequest = files[...]
  }

  /// Calls that were sent and not answered yet.
  package var callsInFlight: Int { flights.count }
}

extension SyncSession {
  /// Decides the next action. Call it until it answers `awaitAnswer`, `wait` or an outcome.
  package mutating func next(now: Timestamp) -> SyncAction {
    if openStep != nil { return .awaitAnswer }
    if let drain { return draining(drain) }
    if let outcome { return outcome }
    if let pause { return flights.isEmpty ? .wait(seconds: pause) : .awaitAnswer }
    if let call = authorizationCall() { return call }
    switch position {
    case .configuration: return ask(.configuration, now) { .getConfigData($0, anchor: $1.anchors.configuration) }
    case .savingConfiguration(let configuration): return perform(.saveConfiguration(configuration))
    case .findingJournal(let kind): return perform(.findJournal(kind))
    case .resolvingSubscription: return perform(.resolveSubscription)
    case .listing(let kind): return ask(.listing(kind), now) { .getRevisionIdList($0, $1.filter(of: kind)) }
    case .beginningListing(let kind, let call, let anchor): return perform(.beginListing(kind, call, anchor))
    case .fetching(let kind): return fetching(kind, now)
    case .publishing(let kind): return perform(.publish(kind))
    case .deployments: return askForDeployments(now)
    case .applyingDeployments(let call):
      return perform(.applyDeployments(call, wasFull: deploymentAnchorSent == nil))
    case .findingReferences: return perform(.findMissingReferences(limit: Fetch.pageSize))
    case .beginningReferenceListing(let identities): return beginReferences(identities)
    case .recordingHistory: return perform(.recordHistory)
    case .requestingFiles: return requestFiles(now)
    case .done: return .finished
    }
  }

  /// Takes what came of an action.
  package mutating func receive(_ event: SyncEvent, now: Timestamp) {
    switch event {
    case .answered(let call, let answer, let date):
      jar.observe(date: date, now: now)
      guard let flight = flights.removeValue(forKey: call)?.flight else { return }
      // A cookie may live no longer than a pause: authorizing again is no sign that the USS has time.
      if case .authorization = flight {} else { busyAnswers = 0 }
      accept(answer, of: call, flight, now)
    case .faulted(let call, let fault, let date):
      jar.observe(date: date, now: now)
      guard let (flight, operation) = flights.removeValue(forKey: call) else { return }
      react(to: fault, of: call, flight, operation)
    case .broke(let call, let error):
      guard flights.removeValue(forKey: call) != nil else { return }
      fetch.queue.putBack(call)
      if case .unreadableDocuments = error { abandon(error) } else { stop(error) }
    case .stepped(let result): stepped(result)
    case .waited: pause = nil
    case .cancel: cancel()
    }
  }

  mutating func perform(_ step: SyncStep) -> SyncAction {
    openStep = step
    return .perform(step)
  }

  mutating func post(_ flight: Flight, _ call: SyncCall) -> SyncAction {
    lastCall += 1
    let id = CallID(lastCall)
    flights[id] = (flight, call.operation)
    return .post(id, call)
  }

  /// Sends a call that carries the cookie, after renewing the cookie when it is due (SSS-099).
  mutating func ask(
    _ flight: Flight, _ now: Timestamp, _ call: (Cookie, borrowing SyncSession) -> SyncCall
  ) -> SyncAction {
    guard flights.isEmpty else { return .awaitAnswer }
    guard let cookie = jar.usable(at: now) else { return authorize() }
    return post(flight, call(cookie, self))
  }

  private func filter(of kind: ListingKind) -> RevisionFilter {
    switch kind {
    case .configuration:
      RevisionSelection.configurationFilter(anchor: anchors.categories, version: settings.version)
    case .updates: selection.filter(anchor: anchors.updates, version: settings.version)
    }
  }

  private mutating func askForDeployments(_ now: Timestamp) -> SyncAction {
    guard let syncAnchor = anchors.updates else {
      return failNow(.malformedAnswer(operation: "GetDeployments", reason: "there is no update listing anchor"))
    }
    deploymentAnchorSent = anchors.deployments
    return ask(.deployments, now) {
      .getDeployments($0, deploymentAnchor: $1.anchors.deployments, syncAnchor: syncAnchor)
    }
  }

  /// At most 100 digests in one request (SSS-242).
  private mutating func requestFiles(_ now: Timestamp) -> SyncAction {
    if filesToRequest.isEmpty {
      position = .done
      return .finished
    }
    return ask(.files, now) { .downloadFiles($0, Array($1.filesToRequest.prefix(DownloadFiles.digestLimit))) }
  }

  private mutating func accept(_ answer: SyncAnswer, of call: CallID, _ flight: Flight, _ now: Timestamp) {
    switch answer {
    case .authConfig, .authorizationCookie, .cookie: authorized(answer, now)
    case .configuration(let configuration): received(configuration)
    case .listing(let anchor):
      if case .listing(let kind) = flight { position = .beginningListing(kind, call, anchor) }
      if case .everything = flight { fetch.everything = call }
    case .updateData(let delivered): fetch.queue.answered(call, delivered: delivered)
    case .decryptionKeys: fetch.queue.keysAnswered(call)
    case .deployments: position = .applyingDeployments(call)
    case .filesRequested: filesToRequest = filesToRequest.dropFirst(DownloadFiles.digestLimit)
    }
  }

  /// Limits below 1 are a protocol error, huge ones are capped (SSS-123).
  private mutating func received(_ configuration: ServerConfiguration) {
    let limit = configuration.limits.updates
    guard limit > 0 else { return stop(.updateLimit(found: limit)) }
    batchLimit = max(1, min(Int(limit), settings.batchCap))
    keyLimit = min(Int(max(0, configuration.limits.decryptionUpdates ?? 0)), settings.batchCap)
    position = .savingConfiguration(configuration)
  }
}
