internal import UpdateModel

extension GroupOffer {
  /// The mark of every answer that tells all changes.
  public var mark: OfferMark { OfferMark(sequence: sequence, time: time, groupSet: groupSet) }

  /// One call of SyncUpdates or SyncPrinterCatalog (wusp.md 9.1 steps 5 to 15).
  public func sync(_ query: SyncQuery) -> SyncAnswer {
    let features = ClientFeatures(query.clientProtocol)
    let filter = features.knowsFilters ? query.filterCategories : nil
    let splits = features.knowsFilters && query.splitsOutOfScope
    let needed = neededRevisions(query, filter: filter)
    let held = HeldRevisions(query, in: self, needed: needed.revisions)
    let known = usable(query.since)

    // What a client keeps without being told of its changes: either the mark stays, or it may keep only what has
    // not changed; the rest it gets anew when it needs it.
    let kept = splits ? held.unneeded.filter { filter != nil || !isChanged($0, since: known) } : []
    let keepsMark = filter != nil && !kept.isEmpty
    var missing = needed.revisions
    missing.subtract(held.needed)
    let new = first(max(1, query.limit), of: missing)
    let changed = held.needed.positions.map(Int.init).filter { isChanged($0, since: known) }

    let describe = { (positions: [Int]) in
      positions.map { offered($0, hardwareIDs: features.knowsHardwareIDs ? needed.hardwareIDs[$0] ?? [] : []) }
    }
    return SyncAnswer(
      new: describe(new), outOfScope: held.outOfScope(keeping: kept, in: self), changed: describe(changed),
      deployedOutOfScope: splits ? kept.map(revisionID) : nil, isTruncated: new.count < missing.count,
      mark: keepsMark ? known : mark,
      driverSyncNotNeeded: features.knowsFilters ? needsNoDriverPass(after: query.pass, filter: filter) : nil)
  }

  /// Non-leaf ones first: they unlock what comes in later rounds (WUSP-205).
  private func first(_ limit: Int, of missing: BitSet) -> [Int] {
    var first: [Int] = []
    for wantsLeaves in [false, true] {
      missing.forEach { position in
        if first.count < limit, leaves[position] == wantsLeaves { first.append(position) }
        return first.count < limit
      }
    }
    return first
  }

  /// nil for SyncPrinterCatalog, of which no server is known to tell it. A scan of some categories is followed by no
  /// driver pass (observed-behaviour.md 6.2).
  private func needsNoDriverPass(after pass: SyncQuery.Pass, filter: [Int32]?) -> Bool? {
    switch pass {
    case .software: filter != nil || drivers.count == 0
    case .drivers: true
    case .printers: nil
    }
  }
}

// MARK: Changes

extension GroupOffer {
  /// The mark, if it can tell what changed since; nil if everything may have.
  private func usable(_ mark: OfferMark?) -> OfferMark? {
    guard let mark, mark.groupSet == groupSet, (oldestSequence...max(oldestSequence, sequence)).contains(mark.sequence),
      mark.time < validUntil
    else { return nil }
    return mark
  }

  private func isChanged(_ position: Int, since mark: OfferMark?) -> Bool {
    guard let mark else { return true }
    if changes[position] > mark.sequence { return true }
    if case .deployed(let number) = roles[position] { return explicit[Int(number)].lastGoLive > mark.time }
    return flipping[position] && lastGoLive > mark.time
  }
}

// MARK: What a client holds

/// The cached revisions of a request, sorted out.
private struct HeldRevisions {
  /// Positions of needed ones.
  var needed: BitSet
  /// Positions of deployed ones that are not needed, ascending.
  var unneeded: [Int] = []
  /// Ids of all others, ascending, each once; unknown ones among them (WUSP-187).
  var undeployed: [Int32] = []

  init(_ query: SyncQuery, in offer: GroupOffer, needed allNeeded: BitSet) {
    needed = BitSet(size: offer.revisions.count)
    var unneeded = BitSet(size: offer.revisions.count)
    for list in query.cachedLists {
      for id in list {
        guard let position = offer.ranking.position(of: id) else {
          undeployed.append(id)
          continue
        }
        if allNeeded[position] { needed.insert(position) } else { unneeded.insert(position) }
      }
    }
    self.unneeded = unneeded.positions.map(Int.init)
    undeployed.sort()
    undeployed.removeRepeated()
  }

  /// - Parameter kept: ascending.
  func outOfScope(keeping kept: [Int], in offer: GroupOffer) -> [Int32] {
    let kept = Set(kept)
    let dropped = unneeded.filter { !kept.contains($0) }.map(offer.revisionID)
    return dropped.isEmpty ? undeployed : (dropped + undeployed).sorted()
  }
}

extension SyncQuery {
  fileprivate var cachedLists: [[Int32]] {
    switch pass {
    case .software: [installedNonLeaf, otherCached]
    case .drivers, .printers: [cachedDrivers]
    }
  }
}

extension [Int32] {
  /// Of equal neighbours the first one stays.
  fileprivate mutating func removeRepeated() {
    guard var last = first else { return }
    var kept = 1
    for value in self[1...] where value != last {
      self[kept] = value
      last = value
      kept += 1
    }
    removeSubrange(kept...)
  }
}
