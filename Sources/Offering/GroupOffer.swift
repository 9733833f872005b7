public import UpdateModel

/// What the computers of one set of target groups are offered at one moment (wusp.md 9.1 steps 3 and 4, 9.3).
///
/// Made once for a set of groups and used for every call of their computers, until the catalogue changes or
/// ``validUntil`` comes.
public struct GroupOffer: Sendable {
  /// A computer that comes with a mark of another set is told everything it holds anew. Depends on the groups and
  /// on what lies above them; the same in every process.
  public let groupSet: UInt64
  /// The next deployment goes live; ``Timestamp/endOfTime`` when none is waiting.
  public let validUntil: Timestamp

  let catalogue: OfferCatalogue
  let sequence: Int64
  let oldestSequence: Int64
  let time: Timestamp
  /// The latest moment at which one of the deployments went live.
  let lastGoLive: Timestamp

  /// The revisions that are deployed, explicitly or by implication: positions in the catalogue, ascending. All else
  /// here knows them by their position in this list.
  let revisions: [Int32]
  let ranking: IDRanking
  let roles: [Role]
  /// Deployments that administrators made, as the roles number them.
  let explicit: [ExplicitOffer]
  /// The last change that can have changed the deployment or IsLeaf of each revision.
  let changes: [Int64]
  /// The lists of prerequisites that occur, and which of them each revision has.
  let lists: [Int32]
  let listOfRevision: [Int32]
  /// Revisions of updates of which several are deployed: each update's one after the other, the highest first.
  let rivals: [Int32]
  /// Where each update begins in ``rivals``, and one more.
  let rivalStarts: [Int32]
  /// By update.
  let isHidden: BitSet
  let leaves: BitSet
  let drivers: BitSet
  /// Those that something deployed bundles now and perhaps not then, or the reverse.
  let flipping: BitSet

  /// Why a revision is offered.
  enum Role: Hashable, Sendable {
    /// By ``GroupOffer/explicit``.
    case deployed(Int32)
    case bundled
    case required
  }

  struct ExplicitOffer: Sendable {
    var deployment: EffectiveDeployment
    /// The latest moment at which one of its deployments went live.
    var lastGoLive: Timestamp
  }

  /// - Parameter groups: those that the computers belong to. The groups above count without being named.
  public init(_ inputs: OfferInputs, groups: Set<GUID>, at now: Timestamp) {
    let chains = GroupChains(of: groups, in: inputs.groups)
    let deployed = DeployedRows(inputs, chains, at: now)
    let closure = Closure(inputs.catalogue, from: deployed.revisions, without: deployed.isHidden)
    self.init(inputs, deployed, closure, groupSet: chains.hash, at: now)
  }

  private init(
    _ inputs: OfferInputs, _ deployed: DeployedRows, _ closure: Closure, groupSet: UInt64, at now: Timestamp
  ) {
    let catalogue = inputs.catalogue
    self.groupSet = groupSet
    self.catalogue = catalogue
    sequence = inputs.sequence
    oldestSequence = inputs.oldestSequence
    time = now
    validUntil = deployed.nextGoLive
    lastGoLive = deployed.lastGoLive

    revisions = closure.reached.positions
    ranking = IDRanking(revisions.map { catalogue.revisionIDs[Int($0)] })
    explicit = deployed.offers
    isHidden = deployed.isHidden
    roles = Self.roles(revisions, deployed.revisions, closure)
    changes = ChangeSequences(inputs, deployed).sequences(of: revisions)
    (lists, listOfRevision) = Self.lists(revisions, catalogue)
    (rivals, rivalStarts) = Self.rivals(revisions, catalogue)
    let updates = revisions.lazy.map { Int(catalogue.updates[Int($0)]) }
    leaves = BitSet(updates.indices.lazy.filter { !catalogue.isPrerequisite[updates[$0]] }, size: revisions.count)
    let kinds = revisions.lazy.map { catalogue.kinds[Int($0)] }
    drivers = BitSet(kinds.indices.lazy.filter { kinds[$0] == .driver }, size: revisions.count)
    let flippingIDs = catalogue.flippingMembers.lazy.map { catalogue.revisionIDs[Int($0)] }
    flipping = BitSet(flippingIDs.compactMap(ranking.position), size: revisions.count)
  }

  /// The revision is deployed to these groups, by an administrator or because something deployed needs it.
  public func isOffered(revisionID: Int32) -> Bool { ranking.position(of: revisionID) != nil }

  /// Entries of RefreshCacheResult: of the asked revisions those that are offered, each once, in the order asked.
  public func refresh(_ identities: [(updateKey: Int32, revisionNumber: Int32)]) -> [RefreshedRevision] {
    var seen = BitSet(size: revisions.count)
    return identities.compactMap { updateKey, revisionNumber in
      guard let update = catalogue.update(withKey: updateKey),
        let revision = catalogue.revision(of: update, number: revisionNumber),
        let position = ranking.position(of: catalogue.revisionIDs[revision]), seen.insert(position)
      else { return nil }
      return RefreshedRevision(
        updateKey: updateKey, revisionNumber: revisionNumber, offered: offered(position))
    }
  }

  func offered(_ position: Int, hardwareIDs: [String] = []) -> OfferedRevision {
    OfferedRevision(
      revisionID: revisionID(position), isLeaf: leaves[position], deployment: deployment(of: position),
      hardwareIDs: hardwareIDs)
  }

  func revisionID(_ position: Int) -> Int32 { catalogue.revisionIDs[Int(revisions[position])] }

  private func deployment(of position: Int) -> EffectiveDeployment {
    switch roles[position] {
    case .deployed(let number): explicit[Int(number)].deployment
    case .bundled: impliedDeployment(of: position, .bundle)
    case .required: impliedDeployment(of: position, .evaluate)
    }
  }

  /// Always the same for a revision and an action.
  private func impliedDeployment(of position: Int, _ action: OfferedAction) -> EffectiveDeployment {
    EffectiveDeployment(
      number: EffectiveDeployment.firstImpliedNumber | revisionID(position), action: action, isAssigned: true,
      lastChange: catalogue.arrivals[Int(revisions[position])], downloadPriority: 1)
  }
}

extension GroupOffer {
  private static func roles(_ revisions: [Int32], _ explicit: [Int32], _ closure: Closure) -> [Role] {
    var next = 0
    return revisions.map { revision in
      if next < explicit.count, explicit[next] == revision {
        defer { next += 1 }
        return .deployed(Int32(next))
      }
      return closure.bundled[Int(revision)] ? .bundled : .required
    }
  }

  private static func lists(_ revisions: [Int32], _ catalogue: OfferCatalogue) -> ([Int32], [Int32]) {
    var numbers = [Int32](repeating: -1, count: catalogue.clauses.count)
    var lists: [Int32] = []
    let listOfRevision = revisions.map { revision in
      let list = catalogue.clauseLists[Int(revision)]
      if numbers[Int(list)] < 0 {
        numbers[Int(list)] = Int32(lists.count)
        lists.append(list)
      }
      return numbers[Int(list)]
    }
    return (lists, listOfRevision)
  }

  private static func rivals(_ revisions: [Int32], _ catalogue: OfferCatalogue) -> ([Int32], [Int32]) {
    var byUpdate: [Int32: [Int32]] = [:]
    for (position, revision) in revisions.enumerated() {
      let update = catalogue.updates[Int(revision)]
      if catalogue.revisions(of: Int(update)).count > 1 { byUpdate[update, default: []].append(Int32(position)) }
    }
    var rivals: [Int32] = []
    var starts: [Int32] = [0]
    for positions in byUpdate.values where positions.count > 1 {
      rivals += positions.sorted {
        catalogue.revisionNumbers[Int(revisions[Int($0)])] > catalogue.revisionNumbers[Int(revisions[Int($1)])]
      }
      starts.append(Int32(rivals.count))
    }
    return (rivals, starts)
  }
}
