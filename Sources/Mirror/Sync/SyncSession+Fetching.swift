import Catalog
import UpdateModel

extension SyncSession {
  /// The state of fetching the metadata of one listing.
  struct Fetch: Sendable {
    static let pageSize = 1_000
    /// Bundles nest two levels in reality; references of references are followed to this depth.
    static let maximumDepth = 16
    /// Missing prerequisites that are looked for at a time.
    static let mostPrerequisites = 10_000
    /// Encrypted updates are rare; what exceeds this waits for the next run.
    static let mostEncrypted = 10_000

    var queue = BatchQueue()
    /// Read from the journal, not yet in a batch.
    var pending: ArraySlice<UpdateIdentity> = []
    var lastLoaded: Int64 = 0
    var isJournalRead = false
    /// Asked for because something names them; each is asked for once.
    var references: Set<UpdateIdentity> = []
    var areReferencesComplete = false
    /// The answer that lists everything; asked for at most once.
    var everything: CallID?
    var prerequisites = Prerequisites.unknown
    /// Encrypted revisions of which the keys were asked for.
    var areKeysAsked = false
  }

  /// What is known of the updates that the new revisions need.
  enum Prerequisites: Sendable {
    case unknown
    /// Missing here.
    case missing([GUID])
    case complete
  }

  /// Stages what is complete, then keeps enough batches in flight, then reads on in the journal.
  mutating func fetching(_ kind: ListingKind, _ now: Timestamp) -> SyncAction {
    if let finished = fetch.queue.takeFinished() { return perform(.stage(kind, finished)) }
    if fetch.queue.openBatches < settings.batchesInFlight {
      if let step = refill(kind) { return step }
    }
    if flights.count < settings.batchesInFlight, fetch.queue.hasWaiting { return postBatch(now) }
    if !flights.isEmpty { return .awaitAnswer }
    if kind == .updates, !fetch.areReferencesComplete {
      return perform(.findMissingReferences(limit: Fetch.pageSize))
    }
    if kind == .updates, selection.isFiltered, let step = followPrerequisites(now) { return step }
    if kind == .updates, keyLimit > 0, !fetch.areKeysAsked {
      return perform(.findRevisionsWithoutKeys(limit: Fetch.mostEncrypted))
    }
    return perform(.publish(kind))
  }

  /// Makes a batch of pending identities; a step when more must be read first.
  private mutating func refill(_ kind: ListingKind) -> SyncAction? {
    if fetch.pending.isEmpty, !fetch.isJournalRead {
      return perform(.loadPending(kind, after: fetch.lastLoaded, limit: Fetch.pageSize))
    }
    guard !fetch.pending.isEmpty else { return nil }
    fetch.queue.add(Array(fetch.pending.prefix(batchLimit)))
    fetch.pending = fetch.pending.dropFirst(batchLimit)
    return nil
  }

  private mutating func postBatch(_ now: Timestamp) -> SyncAction {
    guard let cookie = jar.usable(at: now) else { return authorize() }
    let call = CallID(lastCall + 1)
    guard let ask = fetch.queue.take(for: call) else { return .awaitAnswer }
    switch ask.topic {
    case .metadata: return post(.batch, .getUpdateData(cookie, ask.identities))
    case .decryptionKeys: return post(.batch, .getUpdateDecryptionData(cookie, ask.identities))
    }
  }

  mutating func loaded(_ page: [UpdateIdentity], _ last: Int64) {
    fetch.pending = page[...]
    fetch.lastLoaded = last
    fetch.isJournalRead = page.count < Fetch.pageSize
  }

  /// Asks for the keys in batches of the USS's limit (SSS-185).
  mutating func found(withoutKeys identities: [UpdateIdentity]) {
    fetch.areKeysAsked = true
    for start in stride(from: 0, to: identities.count, by: max(1, keyLimit)) {
      let part = identities[start..<min(start + keyLimit, identities.count)]
      fetch.queue.add(Array(part), topic: .decryptionKeys)
    }
  }

  /// Revisions that what is staged names and that nobody has: fetch them by identity (AMB-08, AMB-29).
  ///
  /// A full page says that one level has more of them; a short one ends the level.
  mutating func found(references identities: [UpdateIdentity]) {
    fetchOnce(identities)
    if identities.count < Fetch.pageSize { referenceDepth += 1 }
  }

  /// Asks for what was not asked for yet, unless it is nested too deeply. Nothing new: the references are complete.
  private mutating func fetchOnce(_ identities: [UpdateIdentity]) {
    let fresh = identities.filter { fetch.references.insert($0).inserted }
    let isTooDeep = !fresh.isEmpty && referenceDepth >= Fetch.maximumDepth
    if isTooDeep { leavesReferencesOut = true }
    fetch.areReferencesComplete = fresh.isEmpty || isTooDeep
    fetch.pending = isTooDeep ? [] : fresh[...]
  }

  /// Prerequisites outside the selection come along (AMB-08). They are named without a revision number, which only a
  /// listing of everything tells: it is asked for when the new revisions lack some, and at most once.
  ///
  /// - Returns: nil when all are there, or nobody has them.
  private mutating func followPrerequisites(_ now: Timestamp) -> SyncAction? {
    switch fetch.prerequisites {
    case .unknown: return perform(.findMissingPrerequisites(limit: Fetch.mostPrerequisites))
    case .complete: return nil
    case .missing(let updates):
      if let call = fetch.everything { return perform(.pickRevisions(call, of: updates)) }
      return ask(.everything, now) {
        .getRevisionIdList($0, RevisionSelection.everything.filter(anchor: nil, version: $1.settings.version))
      }
    }
  }

  mutating func found(missingPrerequisites updates: [GUID]) {
    fetch.prerequisites = updates.isEmpty ? .complete : .missing(updates)
  }

  /// What a prerequisite bundles and needs itself is looked for afterwards.
  mutating func found(prerequisites identities: [UpdateIdentity]) {
    fetchOnce(identities)
    fetch.prerequisites = fetch.areReferencesComplete ? .complete : .unknown
    referenceDepth += 1
  }

  mutating func beginReferences(_ identities: [UpdateIdentity]) -> SyncAction {
    guard let anchor = anchors.updates else { return perform(.recordHistory) }
    return perform(.beginReferenceListing(anchor, identities))
  }
}
