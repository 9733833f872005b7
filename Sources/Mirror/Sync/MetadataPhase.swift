import Catalog
import Logging
import UpdateModel

/// The phases before the content: the steps of a ``SyncSession`` done with the catalogue.
struct MetadataPhase: Sendable {
  let run: SyncRun
  let stop: StopSignal
  let history: RunHistory
  let hasContent: Bool

  private var catalog: Catalog { run.catalog }
  private var logger: Logger { run.logger }

  /// What the steps find out for the report and for the viewer.
  private struct Tally {
    var report: SyncReport
    var total: [ListingKind: Int] = [:]
    var done: [ListingKind: Int] = [:]
    /// Commits an earlier buffer while the next one fills.
    var staging: Task<Void, any Error>?
    var buffer = StagingBuffer()
    /// Prerequisites that were missing before this listing: nobody had them then.
    var missingBefore: Set<GUID> = []
  }

  func run(_ report: SyncReport) async throws -> SyncReport {
    let decoder = DocumentDecoder(pool: run.pool)
    let driver = run.driver(run.sender(decoder: decoder), stop)
    var session = try await session()
    var tally = Tally(report: report)
    run.progress(.phase(.authorization))
    do {
      try await driver.run(&session) { step, payloads in
        try await perform(step, &payloads, &tally, decoder)
      }
    } catch {
      // What arrived whole before the end of the run need not be fetched again.
      try await flush(&tally)
      throw error
    }
    if session.leavesReferencesOut {
      logger.warning("sync: bundles nest deeper than \(SyncSession.Fetch.maximumDepth) levels; the rest is left out")
      tally.report.leavesReferencesOut = true
    }
    tally.report.ended = run.clock()
    return tally.report
  }

  private func session() async throws -> SyncSession {
    let state = try await catalog.upstream()
    let anchors = SyncSession.Anchors(
      configuration: state.configAnchor, categories: state.categoryAnchor, updates: state.updateAnchor,
      deployments: state.deploymentAnchor)
    return SyncSession(settings: try await run.sessionSettings(), anchors: anchors)
  }

  private func perform(
    _ step: SyncStep, _ payloads: inout SessionDriver.Payloads, _ tally: inout Tally, _ decoder: DocumentDecoder
  ) async throws -> SyncStepResult {
    switch step {
    case .stage, .loadPending: break
    default: try await flush(&tally)
    }
    switch step {
    case .saveConfiguration(let configuration):
      try await catalog.save(configuration)
      logger.info(
        "sync: configuration of the USS saved (protocol \(configuration.protocolVersion?.description ?? "below 1.3"))")
    case .resetAnchors:
      logger.notice("sync: USS has changed; listing everything again")
      try await catalog.resetAnchors()
    case .findJournal(let kind): return try await findJournal(kind, &tally)
    case .resolveSubscription: return .subscription(try await resolveSubscription())
    case .beginListing(let kind, let call, let anchor):
      guard case .listing(let identities)? = payloads.removeValue(forKey: call) else {
        throw SyncError.lostAnswer(step: "listing")
      }
      try await begin(kind, anchor, identities, &tally)
    case .beginReferenceListing(let anchor, let identities): try await begin(.updates, anchor, identities, &tally)
    case .loadPending(let kind, let after, let limit):
      let page = try await catalog.pendingIdentities(kind, after: after, limit: limit)
      return .pending(page.map(\.identity), last: page.last?.position ?? after)
    case .stage(let kind, let finished): try await stage(kind, finished, &payloads, &tally, decoder)
    case .findMissingReferences(let limit):
      return .identities(try await catalog.missingReferences(limit: limit).identities)
    case .findMissingPrerequisites(let limit): return .updateIDs(try await missingPrerequisites(limit, tally))
    case .pickRevisions(let call, let updates): return .identities(try pick(updates, payloads[call]))
    case .findRevisionsWithoutKeys(let limit): return .identities(try await catalog.revisionsWithoutKeys(limit: limit))
    case .publish(let kind):
      try await refuseNothing(of: kind, tally.report, decoder)
      try await publish(kind, &tally)
    case .abandonListing(let kind): try await catalog.abandonListing(kind)
    case .applyDeployments(let call, let wasFull):
      return try await apply(payloads.removeValue(forKey: call), wasFull, &tally)
    case .recordHistory:
      tally.report.historyRow = try await history.metadataEnded(tally.report, contentFollows: hasContent)
    }
    return .done
  }

  private func findJournal(_ kind: ListingKind, _ tally: inout Tally) async throws -> SyncStepResult {
    run.progress(.phase(kind == .configuration ? .categories : .updates))
    guard let listing = try await catalog.pendingListing(kind) else { return .journal(nil) }
    logger.info("sync: continuing the listing of \(kind) of \(listing.begun): \(listing.pending) revisions to fetch")
    tally.total[kind] = listing.wanted
    tally.done[kind] = listing.wanted - listing.pending
    run.progress(.listed(kind, listed: listing.listed, wanted: listing.wanted))
    return .journal(listing.anchor)
  }

  private func resolveSubscription() async throws -> RevisionSelection {
    let categories = try await catalog.categories(countsUpdates: false).map(NamedCategory.init)
    let languages = try await catalog.upstream().configuration?.languages ?? []
    let (selection, fingerprint) = try run.options.subscription.resolve(categories: categories, languages: languages)
    let isChanged = try await catalog.useSubscription(fingerprint: fingerprint)
    return RevisionSelection(
      categories: selection.categories, classifications: selection.classifications, languages: selection.languages,
      isChanged: isChanged)
  }

  private func begin(
    _ kind: ListingKind, _ anchor: SyncAnchor, _ identities: [UpdateIdentity], _ tally: inout Tally
  ) async throws {
    let listing = try await catalog.beginListing(kind, anchor: anchor, identities: identities)
    if kind == .updates, listing.wanted > 0 {
      tally.missingBefore = Set(try await catalog.missingPrerequisites(limit: SyncSession.Fetch.mostPrerequisites))
    }
    logger.info("sync: USS lists \(listing.listed) \(kind), \(listing.wanted) of them new")
    tally.total[kind, default: 0] += listing.wanted
    run.progress(.listed(kind, listed: listing.listed, wanted: listing.wanted))
  }

  /// Reads all prerequisites, so it is asked only when there is something new.
  private func missingPrerequisites(_ limit: Int, _ tally: Tally) async throws -> [GUID] {
    guard tally.total[.updates] ?? 0 > 0 else { return [] }
    return try await catalog.missingPrerequisites(limit: limit).filter { !tally.missingBefore.contains($0) }
  }

  private func pick(_ updates: [GUID], _ payload: CallPayload?) throws -> [UpdateIdentity] {
    guard case .listing(let everything)? = payload else { throw SyncError.lostAnswer(step: "prerequisites") }
    let wanted = Set(updates)
    let found = everything.filter { wanted.contains($0.updateID) }
    logger.info("sync: \(updates.count) prerequisites are missing here, USS lists \(found.count) of them")
    return found
  }

  private func stage(
    _ kind: ListingKind, _ finished: BatchQueue.Finished, _ payloads: inout SessionDriver.Payloads,
    _ tally: inout Tally, _ decoder: DocumentDecoder
  ) async throws {
    var revisions: [StagedRevision] = []
    var keys: [RevisionKeys] = []
    for call in finished.metadataCalls + finished.keyCalls {
      switch payloads.removeValue(forKey: call) {
      case .updates(let part): revisions += part
      case .keys(let part): keys += part
      default: throw SyncError.lostAnswer(step: "staging")
      }
    }
    tally.buffer.add(revisions, kind)
    if tally.buffer.isFull { try await beginFlush(&tally) }
    if !keys.isEmpty {
      try await flush(&tally)
      try await catalog.storeDecryptionKeys(keys)
    }
    if !finished.unavailable.isEmpty { try await giveUp(finished.unavailable, &tally, decoder) }
    tally.done[kind, default: 0] += revisions.count + finished.unavailable.count
    let total = max(tally.total[kind] ?? 0, tally.done[kind] ?? 0)
    run.progress(.staged(kind, done: tally.done[kind] ?? 0, total: total))
  }

  /// Commits what waits in the buffer, and waits for it.
  private func flush(_ tally: inout Tally) async throws {
    try await beginFlush(&tally)
    try await endFlush(&tally)
  }

  /// Commits what waits in the buffer while the run goes on fetching and reading. At most one buffer is on its
  /// way: what waits in memory stays below two of them.
  private func beginFlush(_ tally: inout Tally) async throws {
    try await endFlush(&tally)
    guard let (kind, revisions) = tally.buffer.take() else { return }
    let catalog = self.catalog
    tally.staging = Task { _ = try await catalog.stage(kind, revisions) }
  }

  /// Waits for the buffer that is on its way; its failure is a failure of the run.
  private func endFlush(_ tally: inout Tally) async throws {
    guard let staging = tally.staging else { return }
    tally.staging = nil
    try await staging.value
  }

  /// The USS lists them and does not deliver them, or not in a usable form (AMB-17).
  private func giveUp(_ identities: [UpdateIdentity], _ tally: inout Tally, _ decoder: DocumentDecoder) async throws {
    try await catalog.markUnavailable(identities)
    for identity in identities {
      let reason = decoder.rejection(of: identity) ?? "the USS does not deliver it"
      logger.warning("sync: revision \(identity) is unavailable: \(reason)")
      guard tally.report.unavailable.count < ContentReport.limit else { continue }
      tally.report.unavailable.append(.init(identity: identity, reason: reason))
    }
  }

  /// A first listing of which nothing could be read would leave an empty catalogue with a new anchor.
  ///
  /// Identities that the USS never delivers are another matter: they are recorded and the run goes on (AMB-17).
  private func refuseNothing(
    of kind: ListingKind, _ report: SyncReport, _ decoder: DocumentDecoder
  ) async throws {
    guard let reason = report.unavailable.lazy.compactMap({ decoder.rejection(of: $0.identity) }).first,
      let listing = try await catalog.pendingListing(kind), listing.listed > 0, listing.unavailable == listing.listed
    else { return }
    let state = try await catalog.upstream()
    guard (kind == .configuration ? state.categoryAnchor : state.updateAnchor) == nil else { return }
    try await catalog.abandonListing(kind)
    throw SyncError.unreadableDocuments(count: listing.listed, reason: reason)
  }

  private func publish(_ kind: ListingKind, _ tally: inout Tally) async throws {
    let summary = try await catalog.publish(kind)
    tally.report.newRevisions += summary.revisions
    tally.report.newUpdates += summary.updates
    logger.info("sync: \(summary.revisions) \(kind) published")
  }

  private func apply(_ payload: CallPayload?, _ wasFull: Bool, _ tally: inout Tally) async throws -> SyncStepResult {
    guard case .deployments(let state)? = payload else { throw SyncError.lostAnswer(step: "deployments") }
    run.progress(.phase(.deployments))
    let summary = try await catalog.apply(state, wasFull: wasFull)
    tally.report.changedDeployments = summary.changedDeployments + summary.deadDeployments
    tally.report.unresolvedDeployments = summary.unresolved.count
    if !summary.unresolved.isEmpty {
      logger.warning("sync: \(summary.unresolved.count) deployments name a revision or group that is not here yet")
    }
    return .deploymentAnchor(state.anchor)
  }
}
