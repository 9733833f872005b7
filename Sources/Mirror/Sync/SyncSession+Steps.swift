import Catalog
import UpdateModel

/// What follows each step: the order of the phases (MS-WSUSSS 3.2.4, SSS-279).
extension SyncSession {
  mutating func stepped(_ result: SyncStepResult) {
    guard let step = openStep else { return }
    openStep = nil
    switch step {
    case .saveConfiguration(let configuration):
      anchors.configuration = configuration.anchor
      if drain == nil { position = .findingJournal(.configuration) }
    case .resetAnchors:
      anchors = Anchors()
      drain = nil
      position = start
    case .findJournal(let kind): foundJournal(result, kind)
    case .resolveSubscription:
      if case .subscription(let resolved) = result {
        selection = resolved
        if resolved.isChanged { anchors.updates = nil }
      }
      if drain == nil { position = .findingJournal(.updates) }
    case .beginListing(let kind, _, let anchor): begunListing(kind, anchor)
    case .beginReferenceListing(let anchor, _): begunListing(.updates, anchor)
    case .loadPending:
      if case .pending(let page, let last) = result { loaded(page, last) }
    case .stage: break
    case .findMissingReferences: foundReferences(result)
    case .findMissingPrerequisites:
      if case .updateIDs(let updates) = result { found(missingPrerequisites: updates) }
    case .pickRevisions:
      if case .identities(let identities) = result { found(prerequisites: identities) }
    case .findRevisionsWithoutKeys:
      if case .identities(let identities) = result { found(withoutKeys: identities) }
    case .publish(let kind): published(kind)
    case .abandonListing: break
    case .applyDeployments:
      if case .deploymentAnchor(let anchor) = result { anchors.deployments = anchor }
      isFollowingDeployments = true
      if drain == nil { position = .findingReferences }
    case .recordHistory: if drain == nil { position = .done }
    }
  }

  private mutating func foundJournal(_ result: SyncStepResult, _ kind: ListingKind) {
    guard drain == nil else { return }
    listsAfterJournal = false
    guard case .journal(let anchor?) = result else {
      position = .listing(kind)
      return
    }
    // A journal of references carries the anchor of the listing before it: what is newer is not in it.
    listsAfterJournal = anchor == (kind == .configuration ? anchors.categories : anchors.updates)
    begunListing(kind, anchor)
  }

  private mutating func begunListing(_ kind: ListingKind, _ anchor: SyncAnchor) {
    pendingAnchor = anchor
    fetch = Fetch()
    referenceDepth = isFollowingDeployments ? referenceDepth : 0
    if drain == nil { position = .fetching(kind) }
  }

  private mutating func foundReferences(_ result: SyncStepResult) {
    guard case .identities(let identities) = result else { return }
    if case .fetching = position { return found(references: identities) }
    guard drain == nil else { return }
    let fresh = identities.filter { knownReferences.insert($0).inserted }
    position = fresh.isEmpty ? .recordingHistory : .beginningReferenceListing(fresh)
  }

  private mutating func published(_ kind: ListingKind) {
    if let anchor = pendingAnchor {
      switch kind {
      case .configuration: anchors.categories = anchor
      case .updates: anchors.updates = anchor
      }
    }
    guard drain == nil else { return }
    guard !listsAfterJournal else {
      listsAfterJournal = false
      position = .listing(kind)
      return
    }
    switch kind {
    case .configuration: position = .resolvingSubscription
    case .updates where isFollowingDeployments: position = .findingReferences
    case .updates: position = settings.mode == .replica ? .deployments : .recordingHistory
    }
  }
}
