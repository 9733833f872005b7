import Offering
import TestSupport
import UpdateModel

/// A random server and some computers that scan it while it changes. Stops at the first difference.
struct History {
  private var random: RandomSite
  private var computers: [Computer] = []
  /// Recomputed when the site changed.
  private var references: [Set<GUID>: ReferenceOffer] = [:]
  private var offers: [Set<GUID>: GroupOffer] = [:]
  private var inputs: OfferInputs?
  private(set) var problem: String?

  init(seed: UInt64) {
    random = RandomSite(seed: seed)
    for _ in 0..<2 { computers.append(Computer(groups: someGroups())) }
  }

  mutating func run() {
    for _ in 0..<6 {
      for index in computers.indices {
        changeComputer(index)
        if random.chance(25) { scan(index, filter: [random.anyUpdate(), random.anyUpdate()]) }
        scan(index, filter: nil)
        syncDrivers(index)
        checkRefresh(computers[index].groups)
        if problem != nil { return }
      }
      for _ in 0..<Int.random(in: 0...3, using: &random.dice) { changeSite() }
    }
  }

  private mutating func changeSite() {
    random.change()
    references = [:]
    inputs = nil
  }

  private mutating func someGroups() -> Set<GUID> {
    Set((0..<Int.random(in: 1...3, using: &random.dice)).map { _ in random.anyGroup() } + [Site.allComputers])
  }

  private mutating func changeComputer(_ index: Int) {
    if random.chance(10) { computers[index].groups = someGroups() }
    for _ in 0..<Int.random(in: 0...3, using: &random.dice) {
      computers[index].installed.formSymmetricDifference([random.anyUpdate()])
    }
    computers[index].splits = random.chance(50)
    computers[index].version = ["1.0", "1.6", "1.7", "2.4"].randomElement(using: &random.dice)!
  }

  private mutating func reference(_ groups: Set<GUID>) -> ReferenceOffer {
    if let known = references[groups] { return known }
    let reference = ReferenceOffer(random.site, groups: groups)
    references[groups] = reference
    return reference
  }

  /// As a server does it: made again when the catalogue changed or the time has come.
  private mutating func offer(_ groups: Set<GUID>) -> GroupOffer {
    let now = random.site.now
    if inputs == nil {
      inputs = random.site.inputs
      offers = offers.filter { $0.value.mark.sequence == random.site.sequence }
    }
    if let known = offers[groups], known.mark.time <= now, now < known.validUntil { return known }
    let offer = GroupOffer(inputs ?? random.site.inputs, groups: groups, at: now)
    offers[groups] = offer
    return offer
  }

  private mutating func expect(_ condition: Bool, _ words: @autoclosure () -> String) {
    if !condition, problem == nil { problem = words() }
  }

  // MARK: Scans

  /// The loop of section 9.2.
  private mutating func scan(_ index: Int, filter: [Int32]?) {
    let limit = Int.random(in: 1...8, using: &random.dice)
    var rounds = 0
    while problem == nil {
      if rounds > 0, random.chance(5) { changeSite() }
      let query = computers[index].softwareQuery(random.site, filter: filter, limit: limit)
      let answer = call(computers[index], query)
      computers[index].apply(answer)
      rounds += 1
      expect(rounds < 4_000, "the loop does not end")
      guard !answer.isTruncated, !answer.new.contains(where: { !$0.isLeaf }) else { continue }
      checkCache(index, after: query)
      // The client may stop here. One more call must have nothing more, unless its lists changed.
      if answer.new.isEmpty, answer.outOfScope.isEmpty, answer.changed.isEmpty { return }
    }
  }

  private mutating func checkCache(_ index: Int, after query: SyncQuery) {
    let computer = computers[index]
    let reference = reference(computer.groups)
    let needed = reference.needed(query)
    expect(Set(computer.cache.keys).isSuperset(of: needed.keys), "the cache lacks something needed")
    let others = Set(computer.cache.keys).subtracting(needed.keys)
    expect(others.isSubset(of: reference.deployed), "the cache holds what is not deployed: \(others)")
    expect(query.splitsOutOfScope || others.isEmpty, "the cache holds what is not needed: \(others)")
    for id in needed.keys {
      expect(computer.cache[id] == reference.offered(id), "\(id) is \(computer.cache[id]!), not as now deployed")
    }
  }

  private mutating func syncDrivers(_ index: Int) {
    guard problem == nil else { return }
    var query = computers[index].softwareQuery(random.site, filter: nil, limit: 50)
    query.pass = random.chance(20) ? .printers : .drivers(random.driverQuery())
    query.cachedDrivers = computers[index].drivers.keys.sorted().shuffled(using: &random.dice)
    query.since = computers[index].driverMark
    let answer = call(computers[index], query)
    computers[index].applyDrivers(answer)
  }

  private mutating func checkRefresh(_ groups: Set<GUID>) {
    let reference = reference(groups)
    let asked = random.site.revisions.map { (updateKey: $0.update, revisionNumber: $0.number) } + [(999, 1), (1, 99)]
    let refreshed = offer(groups).refresh(asked).map(\.offered)
    let expected = reference.deployed.sorted().map { reference.offered($0) }
    let differing = Set(refreshed).symmetricDifference(expected)
    expect(refreshed == expected, "RefreshCache differs: \(differing)")
  }

  // MARK: One call

  private mutating func call(_ computer: Computer, _ query: SyncQuery) -> SyncAnswer {
    let answer = offer(computer.groups).sync(query)
    let reference = reference(computer.groups)
    let needed = reference.needed(query)
    let isSoftware = if case .software = query.pass { true } else { false }
    let cached = Set(isSoftware ? query.installedNonLeaf + query.otherCached : query.cachedDrivers)
    let knowsHardwareIDs = query.clientProtocol >= ProtocolVersion("1.6")!
    let offered = { (id: Int32) in reference.offered(id, knowsHardwareIDs ? needed[id] ?? [] : []) }

    let missing = needed.keys.filter { !cached.contains($0) }
      .sorted { (reference.isLeaf($0) ? 1 : 0, $0) < (reference.isLeaf($1) ? 1 : 0, $1) }
    expect(answer.new == missing.prefix(query.limit).map(offered), "new: \(answer.newIDs), not \(missing): \(query)")
    expect(answer.isTruncated == (missing.count > query.limit), "truncated: \(answer.isTruncated)")
    expect(!answer.isTruncated || !answer.new.isEmpty, "no progress")
    checkOutOfScope(answer, query, unneeded: cached.subtracting(needed.keys), computer, reference)

    let told = isSoftware ? computer.cache : computer.drivers
    let changed = needed.keys.filter { cached.contains($0) }.sorted()
      .filter { !Self.isSame(told[$0], reference.offered($0)) }
    expect(Set(answer.changedIDs).isSuperset(of: changed), "changed: \(answer.changedIDs), not \(changed)")
    expect(answer.changed == answer.changedIDs.sorted().map(offered), "changed ones are not as they are")
    for id in answer.changedIDs where !changed.contains(id) {
      expect(mayHaveChanged(id, since: query.since, computer.groups), "\(id) was sent again for nothing")
    }
    return answer
  }

  private mutating func checkOutOfScope(
    _ answer: SyncAnswer, _ query: SyncQuery, unneeded: Set<Int32>, _ computer: Computer, _ reference: ReferenceOffer
  ) {
    guard query.splitsOutOfScope, query.clientProtocol >= ProtocolVersion("1.7")! else {
      expect(answer.outOfScope == unneeded.sorted(), "out of scope: \(answer.outOfScope), not \(unneeded.sorted())")
      expect(answer.deployedOutOfScope == nil, "a list that the client does not know")
      return
    }
    let kept = answer.deployedOutOfScope ?? []
    expect((answer.outOfScope + kept).sorted() == unneeded.sorted(), "out of scope, both: not \(unneeded)")
    expect(kept == kept.sorted() && answer.outOfScope == answer.outOfScope.sorted(), "out of scope: not ascending")
    expect(reference.deployed.isSuperset(of: kept), "kept without being deployed: \(kept)")
    for id in reference.deployed.intersection(answer.outOfScope) {
      expect(
        query.filterCategories == nil && mayHaveChanged(id, since: query.since, computer.groups),
        "\(id) is deployed and unchanged, but out of scope")
    }
  }

  private static func isSame(_ told: OfferedRevision?, _ offered: OfferedRevision) -> Bool {
    told?.deployment == offered.deployment && told?.isLeaf == offered.isLeaf
  }

  /// Something that bears on a revision did change, even if to the same effect.
  private mutating func mayHaveChanged(_ id: Int32, since mark: OfferMark?, _ groups: Set<GUID>) -> Bool {
    let site = random.site
    guard let mark, mark.sequence >= site.oldestSequence, mark.groupSet == offer(groups).groupSet else { return true }
    let window = min(mark.time, site.now)...max(mark.time, site.now)
    let wentLive = site.deployments.filter { window.contains($0.goLiveTime) && $0.goLiveTime > window.lowerBound }
    // A clock that went back over such a moment.
    if mark.time > site.now, !wentLive.isEmpty { return true }
    let revision = site.revision(id)!
    var sequences = site.deployments.filter { $0.updateKey == revision.update }.map(\.sequence)
    sequences += [site.hidden[revision.update]?.sequence, site.leafChanges[revision.update]].compactMap { $0 }
    sequences += [site.readinessChanges[id], site.eulaChanges[id]].compactMap { $0 }
    if sequences.contains(where: { $0 > mark.sequence }) { return true }
    if wentLive.contains(where: { $0.updateKey == revision.update }) { return true }
    // Bundled by something and needed by something: the action depends on what else is deployed.
    let isMember = site.revisions.contains { other in
      other.bundled.contains { $0.update == revision.update && $0.number == revision.number }
    }
    return isMember && site.isPrerequisite(revision.update) && (site.sequence > mark.sequence || !wentLive.isEmpty)
  }
}

/// A client as section 9.2 has it.
private struct Computer {
  var groups: Set<GUID>
  /// Updates whose rules say that they are installed.
  var installed: Set<Int32> = []
  var cache: [Int32: OfferedRevision] = [:]
  var drivers: [Int32: OfferedRevision] = [:]
  var mark: OfferMark?
  var driverMark: OfferMark?
  var splits = false
  var version = "2.4"

  func softwareQuery(_ site: Site, filter: [Int32]?, limit: Int) -> SyncQuery {
    let isInstalled = { (id: Int32) in
      !cache[id]!.isLeaf && installed.contains(site.revision(id)!.update)
    }
    return SyncQuery(
      pass: .software, installedNonLeaf: cache.keys.sorted().filter(isInstalled),
      otherCached: cache.keys.sorted().filter { !isInstalled($0) }, filterCategories: filter, splitsOutOfScope: splits,
      since: mark, clientProtocol: ProtocolVersion(version)!, limit: limit)
  }

  mutating func apply(_ answer: SyncAnswer) {
    for id in answer.outOfScope { cache[id] = nil }
    for offered in answer.changed + answer.new { cache[offered.revisionID] = offered }
    mark = answer.mark
  }

  mutating func applyDrivers(_ answer: SyncAnswer) {
    for id in answer.outOfScope { drivers[id] = nil }
    for offered in answer.changed + answer.new { drivers[offered.revisionID] = offered }
    driverMark = answer.mark
  }
}
