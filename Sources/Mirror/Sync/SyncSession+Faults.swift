import Catalog
import UpdateModel
import WireFormat

/// The reactions to faults (MS-WSUSSS 2.2.9.3, guide 4); which code means what is data of WireFormat.
extension SyncSession {
  mutating func react(to fault: SOAPFault, of call: CallID, _ flight: Flight, _ operation: String) {
    let error = SyncError.fault(operation: operation, batch: fetch.queue.ask(of: call)?.ordinal, fault)
    if case .batch = flight {
      if fault.code == .invalidParameters, let half = fetch.queue.halve(call) {
        batchLimit = min(batchLimit, half)
        return
      }
      fetch.queue.putBack(call)
    }
    if case .files = flight, fault.code == .fileDigestsMissing { forget(fault.missingDigests) }
    if fault.code == .invalidCookie || fault.code == .invalidAuthorizationCookie { jar.forget() }
    switch fault.reaction {
    case .retry: waitForBusyServer(error)
    case .restartSession: restart(error)
    case .resetAnchors: resetAnchors()
    case .giveUp: giveUp(fault, flight, error)
    }
  }

  /// ServerBusy: the same again after a growing pause, a bounded number of times (SSS-049).
  private mutating func waitForBusyServer(_ error: SyncError) {
    if pause != nil { return }
    guard let seconds = settings.busyBackoff.pause(attempt: busyAnswers, fraction: random.fraction()) else {
      return stop(error)
    }
    busyAnswers += 1
    pause = seconds
  }

  /// FileDigestsMissing: the named digests are not asked for again; with none named, the whole
  /// request is dropped (AMB-15).
  private mutating func forget(_ missing: [FileDigest]) {
    let asked = filesToRequest.prefix(DownloadFiles.digestLimit)
    let known = Set(missing).intersection(asked)
    let dropped = known.isEmpty ? Set(asked) : known
    unknownFiles += dropped.sorted()
    filesToRequest.removeAll { dropped.contains($0) }
  }

  private mutating func restart(_ error: SyncError) {
    if drain != nil { return }
    guard restarts < settings.maximumRestarts else {
      return stop(.tooManyRestarts(limit: settings.maximumRestarts, last: error.description))
    }
    restarts += 1
    drain = .restart
  }

  private mutating func resetAnchors() {
    if drain != nil { return }
    guard !didResetAnchors else { return stop(.serverChangedAgain) }
    didResetAnchors = true
    drain = .resetAnchors
  }

  /// InternalServerError on a batch: a revision of the list may be gone, so list again next time (AMB-17).
  private mutating func giveUp(_ fault: SOAPFault, _ flight: Flight, _ error: SyncError) {
    if drain != nil { return }
    if case .batch = flight, fault.code == .internalServerError { abandon(error) } else { stop(error) }
  }

  /// Ends the run without the journal: the next run lists again from the old anchor.
  mutating func abandon(_ error: SyncError) {
    switch (drain, position) {
    case (nil, .fetching(let kind)), (.restart, .fetching(let kind)), (.resetAnchors, .fetching(let kind)):
      drain = .abandon(kind, error)
      pause = nil
    default: stop(error)
    }
  }

  /// Ends the run after the calls in flight.
  mutating func stop(_ error: SyncError) {
    switch drain {
    case nil, .restart, .resetAnchors: drain = .end(error)
    case .abandon, .end, .cancel: break
    }
    pause = nil
  }

  mutating func failNow(_ error: SyncError) -> SyncAction {
    outcome = .failed(error)
    return .failed(error)
  }

  mutating func cancel() {
    if outcome != nil { return }
    if case .done = position { return }
    switch drain {
    case nil, .restart, .resetAnchors: drain = .cancel
    case .abandon, .end, .cancel: break
    }
    pause = nil
  }

  /// Waits for the calls in flight, keeps what they brought, then does what was decided.
  mutating func draining(_ decision: Drain) -> SyncAction {
    if !flights.isEmpty { return .awaitAnswer }
    pause = nil
    if case .fetching(let kind) = position, let finished = fetch.queue.takeFinished() {
      return perform(.stage(kind, finished))
    }
    switch decision {
    case .restart:
      drain = nil
      jar.discard()
      isFollowingDeployments = false
      position = start
      return authorize()
    case .resetAnchors:
      isFollowingDeployments = false
      return perform(.resetAnchors)
    case .abandon(let kind, let error):
      drain = .end(error)
      return perform(.abandonListing(kind))
    case .end(let error):
      drain = nil
      return failNow(error)
    case .cancel:
      drain = nil
      outcome = .cancelled
      return .cancelled
    }
  }
}
