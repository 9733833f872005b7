import Catalog
import ContentStore
import UpdateModel

/// A dry run: the same session and the same requests, with nothing stored.
///
/// Metadata of at most ``inspectionCap`` new revisions is fetched, read, counted and dropped; the figures
/// of a larger difference are an estimate and say so (docs/synchronization.md).
struct PreviewPhase: Sendable {
  static let inspectionCap = 10_000
  /// Files that are counted apart; beyond, a file shared by updates may count twice.
  private static let mostDigests = 200_000

  let run: SyncRun
  let stop: StopSignal

  /// What would be in the catalogue.
  private struct Memory {
    var preview: SyncPreview
    var languages: [LanguageSetting] = []
    var categories: [NamedCategory] = []
    var pending: [ListingKind: [UpdateIdentity]] = [:]
    var seen: Set<UpdateIdentity> = []
    var bundled: Set<UpdateIdentity> = []
    var digests: Set<FileDigest> = []
  }

  func preview() async throws -> SyncPreview {
    let decoder = DocumentDecoder(pool: run.pool)
    let driver = run.driver(run.sender(decoder: decoder), stop)
    let state = try await run.catalog.upstream()
    let isSame = state.endpoint == run.options.upstream.base
    var memory = Memory(preview: SyncPreview(endpoint: run.options.upstream.base))
    memory.categories = try await run.catalog.categories(countsUpdates: false).map(NamedCategory.init)
    memory.languages = isSame ? state.configuration?.languages ?? [] : []
    let anchors = SyncSession.Anchors(
      configuration: isSame ? state.configAnchor : nil, categories: isSame ? state.categoryAnchor : nil,
      updates: isSame ? state.updateAnchor : nil, deployments: isSame ? state.deploymentAnchor : nil)
    var session = SyncSession(settings: try await run.sessionSettings(), anchors: anchors)
    try await driver.run(&session) { step, payloads in
      try await perform(step, &payloads, &memory, state.subscriptionFingerprint)
    }
    if run.options.subscription.content != .none {
      let policy = ContentPolicy(
        isLazy: run.options.subscription.content == .lazy, includesExpress: run.options.subscription.expressFiles,
        requiresSHA256: run.store.policy == .sha256Required)
      (memory.preview.waitingFiles, memory.preview.waitingFileBytes) = try await run.catalog.wantedTotals(policy)
    }
    return memory.preview
  }

  private func perform(
    _ step: SyncStep, _ payloads: inout SessionDriver.Payloads, _ memory: inout Memory, _ fingerprint: String?
  ) async throws -> SyncStepResult {
    switch step {
    case .saveConfiguration(let configuration): merge(configuration.languages, &memory)
    case .resetAnchors: memory.pending = [:]
    case .findJournal(let kind):
      return .journal(try await run.catalog.pendingListing(kind) == nil ? nil : try await journal(kind, &memory))
    case .resolveSubscription:
      let (selection, named) = try run.options.subscription.resolve(
        categories: memory.categories, languages: memory.languages)
      return .subscription(
        RevisionSelection(
          categories: selection.categories, classifications: selection.classifications,
          languages: selection.languages, isChanged: named != fingerprint))
    case .beginListing(let kind, let call, _):
      guard case .listing(let identities)? = payloads.removeValue(forKey: call) else { return .done }
      if kind == .updates { memory.preview.listedRevisions = identities.count }
      memory.pending[kind] = try await absent(identities, kind)
      count(kind, &memory)
    case .beginReferenceListing(_, let identities): memory.pending[.updates] = identities
    case .loadPending(let kind, let after, let limit): return page(kind, after, limit, memory)
    case .stage(let kind, let finished): inspect(kind, finished, &payloads, &memory)
    case .findMissingReferences:
      let fresh = memory.bundled.subtracting(memory.seen)
      memory.bundled = []
      return .identities(try await absent(fresh.sorted(), .updates))
    case .findMissingPrerequisites: return .updateIDs([])
    case .pickRevisions, .findRevisionsWithoutKeys: return .identities([])
    case .applyDeployments(let call, _):
      guard case .deployments(let state)? = payloads.removeValue(forKey: call) else { return .done }
      memory.preview.changedDeployments = state.deployments.count + state.deadDeployments.count
      return .deploymentAnchor(state.anchor)
    case .publish, .abandonListing, .recordHistory: break
    }
    return .done
  }

  /// What an interrupted run has still to fetch.
  private func journal(_ kind: ListingKind, _ memory: inout Memory) async throws -> SyncAnchor? {
    guard let listing = try await run.catalog.pendingListing(kind) else { return nil }
    let rest = try await run.catalog.pendingIdentities(kind, after: 0, limit: listing.wanted + 1)
    memory.pending[kind] = rest.map(\.identity)
    if kind == .updates { memory.preview.listedRevisions = listing.listed }
    count(kind, &memory)
    return listing.anchor
  }

  private func count(_ kind: ListingKind, _ memory: inout Memory) {
    let count = memory.pending[kind]?.count ?? 0
    switch kind {
    case .configuration: memory.preview.newCategories = count
    case .updates: memory.preview.newRevisions = count
    }
    run.progress(.listed(kind, listed: count, wanted: count))
  }

  private func page(_ kind: ListingKind, _ after: Int64, _ limit: Int, _ memory: Memory) -> SyncStepResult {
    let all = (memory.pending[kind] ?? []).prefix(kind == .updates ? Self.inspectionCap : Int.max)
    let start = min(Int(after), all.count)
    let part = Array(all[start..<min(start + limit, all.count)])
    return .pending(part, last: Int64(start + part.count))
  }

  /// The identities that the catalogue does not hold.
  private func absent(_ identities: [UpdateIdentity], _ kind: ListingKind) async throws -> [UpdateIdentity] {
    let everything = RevisionFilter(anchor: nil, isConfiguration: kind == .configuration)
    let newest = ProtocolVersion(major: 1, minor: 999_999)
    let known = Set(try await run.catalog.revisionIDList(everything, dssVersion: newest).identities)
    let candidates = identities.filter { !known.contains($0) }
    var absent: [UpdateIdentity] = []
    for start in stride(from: 0, to: candidates.count, by: 100) {
      let part = Array(candidates[start..<min(start + 100, candidates.count)])
      let older = Set(try await run.catalog.updateData(part).map(\.identity))
      absent += part.filter { !older.contains($0) }
    }
    return absent
  }

  private func inspect(
    _ kind: ListingKind, _ finished: BatchQueue.Finished, _ payloads: inout SessionDriver.Payloads,
    _ memory: inout Memory
  ) {
    for call in finished.metadataCalls {
      guard case .updates(let revisions)? = payloads.removeValue(forKey: call) else { continue }
      for revision in revisions where memory.seen.insert(revision.metadata.identity).inserted {
        switch kind {
        case .configuration: note(category: revision.metadata, &memory)
        case .updates: note(update: revision, &memory)
        }
      }
    }
  }

  private func note(category metadata: UpdateMetadata, _ memory: inout Memory) {
    guard case .category(let type) = metadata.kind else { return }
    let parents = metadata.prerequisites.filter(\.isCategory).flatMap(\.updateIDs)
    memory.categories.removeAll { $0.id == metadata.identity.updateID }
    memory.categories.append(
      NamedCategory(id: metadata.identity.updateID, type: type, title: metadata.title() ?? "", parents: parents))
  }

  private func note(update revision: StagedRevision, _ memory: inout Memory) {
    memory.preview.inspectedRevisions += 1
    memory.preview.metadataBytes += Int64(revision.document.count)
    memory.bundled.formUnion(revision.metadata.bundledUpdates.flatMap(\.identities))
    for file in revision.metadata.files {
      if file.patchingType == .express, !run.options.subscription.expressFiles { continue }
      if memory.digests.count < Self.mostDigests, !memory.digests.insert(file.digest).inserted { continue }
      memory.preview.newFiles += 1
      memory.preview.newFileBytes += file.size ?? 0
      if file.size == nil { memory.preview.filesOfUnknownSize += 1 }
    }
  }

  private func merge(_ changed: [LanguageSetting], _ memory: inout Memory) {
    for language in changed {
      memory.languages.removeAll { $0.languageID == language.languageID }
      memory.languages.append(language)
    }
  }
}
