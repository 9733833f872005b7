import Offering
import UpdateModel

/// SyncUpdates as sections 9 and 10 of docs/protocol/wusp.md tell it, step by step over sets of rows: slow, and with
/// nothing of the room under test but its words.
struct ReferenceOffer {
  let site: Site
  let groups: Set<GUID>
  let now: Timestamp
  private let byID: [Int32: Site.Revision]
  private let explicit: [Int32: EffectiveDeployment]
  /// Step 4.
  let deployed: Set<Int32>

  init(_ site: Site, groups: Set<GUID>) {
    self.site = site
    self.groups = groups
    now = site.now
    byID = Dictionary(uniqueKeysWithValues: site.revisions.map { ($0.id, $0) })
    let parents = Dictionary(uniqueKeysWithValues: site.groups.map { ($0.targetGroupID, $0.parentGroupID) })
    var explicit: [Int32: EffectiveDeployment] = [:]
    for revision in site.revisions where site.hidden[revision.update]?.isHidden != true {
      explicit[revision.id] = Self.effective(revision, site, groups, parents)
    }
    self.explicit = explicit
    deployed = Self.closure(of: Set(explicit.keys), site)
  }

  // MARK: 9.3, which deployment

  private static func effective(
    _ revision: Site.Revision, _ site: Site, _ groups: Set<GUID>, _ parents: [GUID: GUID]
  ) -> EffectiveDeployment? {
    let known: [DeploymentAction] = [.install, .uninstall, .scan, .block]
    let candidates = site.deployments.filter { row in
      row.updateKey == revision.update && row.revisionNumber == revision.number && !row.isDead
        && row.goLiveTime <= site.now && known.contains(row.action)
    }
    var won: [ExplicitDeployment] = []
    for group in groups where parents[group] != nil {
      // A computer of a group is a computer of all groups above it: those are no groups of their own.
      guard !groups.contains(where: { $0 != group && ancestors(of: $0, parents).contains(group) }) else { continue }
      for near in [group] + ancestors(of: group, parents) {
        let own = candidates.filter { $0.group == near }
        if own.isEmpty { continue }
        won += own.contains { $0.action == .block } ? own.filter { $0.action == .block } : own
        break
      }
    }
    guard let action = known.first(where: { action in won.contains { $0.action == action } }) else { return nil }
    var same = won.filter { $0.action == action }
    // By when something blocked is to be installed means nothing.
    if action == .block { for index in same.indices { same[index].deadline = .endOfTime } }
    let ready = !site.incomplete.contains(revision.id) && !site.unacceptedEULA.contains(revision.id)
    let offered: OfferedAction =
      switch action {
      case .install: ready ? .install : .preDeploymentCheck
      case .uninstall: .uninstall
      default: .preDeploymentCheck
      }
    let first = same.sorted { ($0.deadline, $0.number) < ($1.deadline, $1.number) }[0]
    let keepsDeadline = !(action == .install && !ready) && first.deadline != .endOfTime
    return EffectiveDeployment(
      number: first.number, action: offered, deadline: keepsDeadline ? first.deadline : nil,
      isAssigned: same.contains(where: \.isAssigned), lastChange: same.map(\.changedOn).max()!,
      downloadPriority: same.map(\.downloadPriority).max()!)
  }

  private static func ancestors(of group: GUID, _ parents: [GUID: GUID]) -> [GUID] {
    guard let parent = parents[group], parents[parent] != nil else { return [] }
    return [parent] + ancestors(of: parent, parents)
  }

  func deployment(of id: Int32) -> EffectiveDeployment {
    if let explicit = explicit[id] { return explicit }
    let revision = byID[id]!
    let isBundled = deployed.contains { other in
      byID[other]!.bundled.contains { $0.update == revision.update && $0.number == revision.number }
    }
    return EffectiveDeployment(
      number: 0x4000_0000 + id, action: isBundled ? .bundle : .evaluate, isAssigned: true,
      lastChange: revision.arrivedOn, downloadPriority: 1)
  }

  // MARK: 9.1

  private static func closure(of roots: Set<Int32>, _ site: Site) -> Set<Int32> {
    var closure = roots
    while true {
      var next = closure
      for revision in site.revisions where closure.contains(revision.id) {
        for member in revision.bundled {
          if let found = site.revision(member.update, member.number) { next.insert(found.id) }
        }
        for update in revision.clauses.flatMap(\.updates) {
          let highest = site.revisions.filter { $0.update == update }.max { $0.number < $1.number }
          if let highest { next.insert(highest.id) }
        }
      }
      next = next.filter { site.hidden[site.revision($0)!.update]?.isHidden != true }
      if next == closure { return closure }
      closure = next
    }
  }

  func isLeaf(_ id: Int32) -> Bool { !site.isPrerequisite(byID[id]!.update) }

  /// Steps 5 to 8, and section 10.
  func needed(_ query: SyncQuery) -> [Int32: [String]] {
    let installed = Set(query.installedNonLeaf.compactMap { byID[$0]?.update })
    var needed = deployed.filter { id in
      byID[id]!.clauses.allSatisfy { $0.updates.isEmpty || !installed.isDisjoint(with: $0.updates) }
    }
    if let filter = query.filterCategories, query.clientProtocol >= ProtocolVersion("1.7")! {
      let related = explicit.keys.filter { id in
        byID[id]!.clauses.contains { $0.isCategory && !Set($0.updates).isDisjoint(with: filter) }
      }
      needed.formIntersection(Self.closure(of: Set(related), site))
    }
    needed = needed.filter { id in
      if case .software = query.pass { byID[id]!.kind != .driver } else { byID[id]!.kind == .driver }
    }
    let all = needed
    needed = needed.filter { id in
      !all.contains { byID[$0]!.update == byID[id]!.update && byID[$0]!.number > byID[id]!.number }
    }
    switch query.pass {
    case .software: return Dictionary(uniqueKeysWithValues: needed.map { ($0, []) })
    case .printers:
      let printers = needed.filter { id in
        byID[id]!.drivers.contains { ["printer", "printers"].contains($0.deviceClass.lowercased()) }
      }
      return Dictionary(uniqueKeysWithValues: printers.map { ($0, []) })
    case .drivers(let drivers): return bestDrivers(drivers, needed)
    }
  }

  private func bestDrivers(_ query: DriverQuery, _ needed: Set<Int32>) -> [Int32: [String]] {
    var best: [Int32: [String]] = [:]
    for device in query.devices {
      let ids = (device.hardwareIDs + device.compatibleIDs).map { $0.lowercased() }
      var candidates: [(id: Int32, row: DriverRow, key: [Int64])] = []
      for id in needed {
        for row in byID[id]!.drivers {
          guard let place = ids.firstIndex(of: row.hardwareID.lowercased()) else { continue }
          var computer = Int64.max
          var isForOthers = false
          for list in [row.distributionComputerHardwareIDs, row.targetComputerHardwareIDs] where !list.isEmpty {
            let places = query.computerHardwareIDs.enumerated().filter { list.contains($0.element) }.map(\.offset)
            if let first = places.first { computer = min(computer, Int64(first)) } else { isForOthers = true }
          }
          if isForOthers { continue }
          let score = row.featureScores.filter { score in
            score.operatingSystem.lowercased() == query.featureScoreKey?.lowercased()
          }.map(\.score).min()
          // Ascending: the best comes first.
          candidates.append(
            (
              id, row,
              [
                computer, Int64(score ?? 255), Int64(place), -row.date.ticks, -Int64(row.version), -row.whqlDriverID,
                -Int64(id),
              ]
            ))
        }
      }
      guard let first = candidates.min(by: { $0.key.lexicographicallyPrecedes($1.key) }) else { continue }
      if let installed = device.installedDriver {
        let computer = query.computerHardwareIDs.firstIndex { $0 == installed.matchingComputerHardwareID }
        let place = installed.matchingID.map { ids.firstIndex(of: $0.lowercased()) ?? ids.count }
        let date = Int64(installed.date.dayNumber) * 86_400 * Timestamp.ticksPerSecond
        let theirs = [
          computer.map(Int64.init) ?? .max, first.key[1], place.map(Int64.init) ?? first.key[2], -date,
          -Int64(installed.version),
        ]
        guard first.key.prefix(5).lexicographicallyPrecedes(theirs) else { continue }
        if ["printer", "printers"].contains(installed.deviceClass?.lowercased()) {
          guard installed.manufacturer?.lowercased() == first.row.manufacturer.lowercased(),
            ([first.row.provider] + first.row.compatibleProviders).map({ $0.lowercased() })
              .contains(installed.provider?.lowercased())
          else { continue }
        }
      }
      if best[first.id, default: []].contains(where: { $0.lowercased() == first.row.hardwareID.lowercased() }) {
        continue
      }
      best[first.id, default: []].append(first.row.hardwareID)
    }
    return best
  }

  func offered(_ id: Int32, _ hardwareIDs: [String] = []) -> OfferedRevision {
    OfferedRevision(
      revisionID: id, isLeaf: isLeaf(id), deployment: deployment(of: id), hardwareIDs: hardwareIDs)
  }
}
