import Offering
import UpdateModel

/// A server's tables, kept as plainly as possible, and changed as its catalogue changes them: each change takes the
/// next sequence and stamps what it changed.
struct Site {
  struct Clause {
    var updates: [Int32]
    var isCategory = false
  }

  struct Revision {
    var id: Int32
    var update: Int32
    var number: Int32
    var kind: OfferKind
    var clauses: [Clause]
    var bundled: [(update: Int32, number: Int32)]
    var drivers: [DriverRow]
    var sequence: Int64
    var arrivedOn: CivilDate
  }

  static let allComputers = TargetGroup.allComputers.targetGroupID
  static let start = Timestamp(year: 2026, month: 3, day: 1)

  var revisions: [Revision] = []
  var deployments: [ExplicitDeployment] = []
  var groups: [TargetGroup] = [.allComputers, .unassignedComputers]
  var hidden: [Int32: HiddenState] = [:]
  var leafChanges: [Int32: Int64] = [:]
  var incomplete: Set<Int32> = []
  var readinessChanges: [Int32: Int64] = [:]
  var unacceptedEULA: Set<Int32> = []
  var eulaChanges: [Int32: Int64] = [:]
  var oldestSequence: Int64 = 0
  var sequence: Int64 = 1
  var now = Site.start
  private var nextRevisionID: Int32 = 1
  private var nextDeployment: Int32 = 1

  static func group(_ number: UInt64) -> GUID { GUID(high: 7, low: number) }

  mutating func take() -> Int64 {
    sequence += 1
    return sequence
  }

  // MARK: Revisions

  func isPrerequisite(_ update: Int32) -> Bool {
    revisions.contains { $0.clauses.contains { $0.updates.contains(update) } }
  }

  /// Adds the next revision of an update.
  @discardableResult
  mutating func add(
    _ update: Int32, number: Int32? = nil, _ kind: OfferKind = .software, needs clauses: [Clause] = [],
    bundles bundled: [(update: Int32, number: Int32)] = [], drivers: [DriverRow] = []
  ) -> Int32 {
    let sequence = take()
    for target in Set(clauses.flatMap(\.updates)) where !isPrerequisite(target) { leafChanges[target] = sequence }
    let highest = revisions.filter { $0.update == update }.map(\.number).max() ?? 0
    revisions.append(
      Revision(
        id: nextRevisionID, update: update, number: number ?? highest + 1, kind: kind, clauses: clauses,
        bundled: bundled, drivers: drivers, sequence: sequence, arrivedOn: CivilDate(of: now)))
    nextRevisionID += 1
    return nextRevisionID - 1
  }

  func revision(_ id: Int32) -> Revision? { revisions.first { $0.id == id } }

  func revision(_ update: Int32, _ number: Int32) -> Revision? {
    revisions.first { $0.update == update && $0.number == number }
  }

  // MARK: Administration

  mutating func addGroup(_ number: UInt64, below parent: GUID = Site.allComputers) -> GUID {
    let id = Self.group(number)
    groups.append(TargetGroup(targetGroupID: id, name: "G\(number)", parentGroupID: parent, isBuiltin: false))
    return id
  }

  /// - Returns: the number of the deployment.
  @discardableResult
  mutating func approve(
    _ update: Int32, _ revisionNumber: Int32 = 1, for group: GUID = Site.allComputers,
    _ action: DeploymentAction = .install, deadline: Timestamp = .endOfTime, isAssigned: Bool = true,
    goLive: Timestamp? = nil, priority: UInt8 = 1
  ) -> Int32 {
    deployments.append(
      ExplicitDeployment(
        number: nextDeployment, updateKey: update, revisionNumber: revisionNumber, group: group, action: action,
        deadline: deadline, isAssigned: isAssigned, goLiveTime: goLive ?? now, downloadPriority: priority,
        changedOn: CivilDate(of: now), sequence: take()))
    nextDeployment += 1
    return nextDeployment - 1
  }

  mutating func change(_ number: Int32, _ body: (inout ExplicitDeployment) -> Void) {
    guard let index = deployments.firstIndex(where: { $0.number == number }) else { return }
    body(&deployments[index])
    deployments[index].sequence = take()
    deployments[index].changedOn = CivilDate(of: now)
  }

  mutating func remove(_ number: Int32) { change(number) { $0.isDead = true } }

  mutating func hide(_ update: Int32, _ isHidden: Bool = true) {
    hidden[update] = HiddenState(isHidden: isHidden, sequence: take())
  }

  mutating func setComplete(_ revisionID: Int32, _ isComplete: Bool) {
    if isComplete { incomplete.remove(revisionID) } else { incomplete.insert(revisionID) }
    readinessChanges[revisionID] = take()
  }

  mutating func setAccepted(_ revisionID: Int32, _ isAccepted: Bool) {
    if isAccepted { unacceptedEULA.remove(revisionID) } else { unacceptedEULA.insert(revisionID) }
    eulaChanges[revisionID] = take()
  }

  mutating func purgeTombstones() {
    oldestSequence = deployments.filter(\.isDead).map(\.sequence).max() ?? oldestSequence
    deployments.removeAll(where: \.isDead)
  }

  // MARK: Offers

  var catalogue: OfferCatalogue {
    var builder = OfferCatalogue.Builder(reserving: revisions.count)
    for revision in revisions {
      builder.begin(
        revisionID: revision.id, updateKey: revision.update, revisionNumber: revision.number, kind: revision.kind,
        arrivedOn: revision.arrivedOn, sequence: revision.sequence)
      for (clause, content) in revision.clauses.enumerated() {
        for update in content.updates {
          builder.prerequisite(clause: Int32(clause), updateKey: update, isCategory: content.isCategory)
        }
      }
      for member in revision.bundled { builder.bundled(updateKey: member.update, revisionNumber: member.number) }
      for row in revision.drivers { builder.driver(row) }
    }
    return builder.finish()
  }

  var inputs: OfferInputs {
    OfferInputs(
      catalogue: catalogue, deployments: deployments, groups: groups, hidden: hidden, leafChanges: leafChanges,
      incomplete: incomplete, readinessChanges: readinessChanges, unacceptedEULA: unacceptedEULA,
      eulaChanges: eulaChanges, oldestSequence: oldestSequence, sequence: sequence)
  }

  func offer(to groups: Set<GUID> = [Site.allComputers]) -> GroupOffer { GroupOffer(inputs, groups: groups, at: now) }
}

extension Site.Clause {
  static func any(_ updates: Int32...) -> Site.Clause { Site.Clause(updates: updates) }
  static func category(_ updates: Int32...) -> Site.Clause { Site.Clause(updates: updates, isCategory: true) }
}

extension SyncQuery {
  /// A request of the software pass of a recent client.
  static func software(
    installed: [Int32] = [], cached: [Int32] = [], filter: [Int32]? = nil, splits: Bool = false,
    since: OfferMark? = nil, version: String = "2.4", limit: Int = 200
  ) -> SyncQuery {
    SyncQuery(
      pass: .software, installedNonLeaf: installed, otherCached: cached, filterCategories: filter,
      splitsOutOfScope: splits, since: since, clientProtocol: ProtocolVersion(version)!, limit: limit)
  }

  static func drivers(
    _ devices: [Device], installed: [Int32] = [], cached: [Int32] = [], computers: [GUID] = [],
    featureScoreKey: String? = nil, since: OfferMark? = nil, version: String = "2.4"
  ) -> SyncQuery {
    SyncQuery(
      pass: .drivers(DriverQuery(devices: devices, computerHardwareIDs: computers, featureScoreKey: featureScoreKey)),
      installedNonLeaf: installed, cachedDrivers: cached, since: since, clientProtocol: ProtocolVersion(version)!,
      limit: 200)
  }
}

extension SyncAnswer {
  var newIDs: [Int32] { new.map(\.revisionID) }
  var changedIDs: [Int32] { changed.map(\.revisionID) }
}
