public import UpdateModel

extension OfferCatalogue {
  /// Takes all published revisions, hidden ones too, ascending by revision id.
  public struct Builder {
    fileprivate var revisionIDs: [Int32] = []
    fileprivate var updateKeys: [Int32] = []
    fileprivate var revisionNumbers: [Int32] = []
    fileprivate var kinds: [OfferKind] = []
    fileprivate var arrivals: [CivilDate] = []
    fileprivate var sequences: [Int64] = []
    fileprivate var clauseLists: [Int32] = []
    fileprivate var clauses = ClauseLists()
    fileprivate var memory = ClauseLists.Memory()
    fileprivate var clause: Int32?
    fileprivate var memberStarts: [Int32] = []
    fileprivate var bundled: [(updateKey: Int32, revisionNumber: Int32)] = []
    fileprivate var drivers = DriverTable()

    public init(reserving count: Int = 0) {
      revisionIDs.reserveCapacity(count)
      updateKeys.reserveCapacity(count)
      revisionNumbers.reserveCapacity(count)
      kinds.reserveCapacity(count)
      arrivals.reserveCapacity(count)
      sequences.reserveCapacity(count)
      clauseLists.reserveCapacity(count)
      memberStarts.reserveCapacity(count + 1)
    }

    /// Begins the next revision; what follows belongs to it.
    ///
    /// - Parameters:
    ///   - revisionID: positive, below ``EffectiveDeployment/firstImpliedNumber``, above that of the revision before.
    ///   - updateKey: of its update; not negative and below 2^30, as all update keys here.
    ///   - arrivedOn: the day it became visible.
    ///   - sequence: the change by which it became visible.
    public mutating func begin(
      revisionID: Int32, updateKey: Int32, revisionNumber: Int32, kind: OfferKind, arrivedOn: CivilDate,
      sequence: Int64
    ) {
      precondition(revisionID > revisionIDs.last ?? 0, "revisions must come ascending by revision id")
      endRevision()
      revisionIDs.append(revisionID)
      updateKeys.append(updateKey)
      revisionNumbers.append(revisionNumber)
      kinds.append(kind)
      arrivals.append(arrivedOn)
      sequences.append(sequence)
      memberStarts.append(Int32(bundled.count))
      clause = nil
    }

    /// A prerequisite of the current revision. Those of one clause come one after the other.
    public mutating func prerequisite(clause: Int32, updateKey: Int32, isCategory: Bool) {
      clauses.append(.init(value: updateKey, beginsClause: clause != self.clause, isCategory: isCategory))
      self.clause = clause
    }

    /// A member of a bundle; all members of all clauses are offered with it. The member may come later or never.
    public mutating func bundled(updateKey: Int32, revisionNumber: Int32) {
      bundled.append((updateKey, revisionNumber))
    }

    /// What the current revision, a driver, drives.
    public mutating func driver(_ row: DriverRow) {
      drivers.append(row, revision: revisionIDs.count - 1)
    }

    /// All that was added; the builder is empty afterwards.
    public mutating func finish() -> OfferCatalogue {
      endRevision()
      memberStarts.append(Int32(bundled.count))
      let done = self
      self = Builder()
      return OfferCatalogue(done)
    }

    private mutating func endRevision() {
      guard clauseLists.count < revisionIDs.count else { return }
      clauseLists.append(memory.endList(of: &clauses))
    }
  }
}

extension OfferCatalogue {
  private init(_ rows: Builder) {
    revisionIDs = rows.revisionIDs
    revisionNumbers = rows.revisionNumbers
    kinds = rows.kinds
    arrivals = rows.arrivals
    sequences = rows.sequences
    clauseLists = rows.clauseLists
    revisionRanking = IDRanking(rows.revisionIDs)
    var drivers = rows.drivers
    drivers.index()
    self.drivers = drivers

    let updateRanking = IDRanking(rows.updateKeys)
    self.updateRanking = updateRanking
    updateKeys = updateRanking.members
    updates = rows.updateKeys.map { Int32(updateRanking.position(of: $0) ?? 0) }

    var clauses = rows.clauses
    clauses.mapValues { updateRanking.position(of: $0) ?? updateRanking.count }
    self.clauses = clauses
    isPrerequisite = BitSet(clauses.entries.lazy.map(\.value), size: updateRanking.count + 1)

    (updateStarts, updateRevisions) = Self.revisionsByUpdate(updates, rows.revisionNumbers, updateRanking.count)
    resolveMembers(rows)
    flippingMembers = Set(members).filter { isPrerequisite[Int(updates[Int($0)])] }.sorted()
  }

  private mutating func resolveMembers(_ rows: Builder) {
    memberStarts.reserveCapacity(count + 1)
    members.reserveCapacity(rows.bundled.count)
    for revision in 0..<count {
      memberStarts.append(Int32(members.count))
      for member in rows.bundled[Int(rows.memberStarts[revision])..<Int(rows.memberStarts[revision + 1])] {
        guard let update = update(withKey: member.updateKey) else { continue }
        if let found = self.revision(of: update, number: member.revisionNumber) { members.append(Int32(found)) }
      }
    }
    memberStarts.append(Int32(members.count))
  }

  /// Positions of revisions by update, ascending by revision number, and where each update begins.
  private static func revisionsByUpdate(_ updates: [Int32], _ numbers: [Int32], _ count: Int) -> ([Int32], [Int32]) {
    var starts = [Int32](repeating: 0, count: count + 1)
    for update in updates { starts[Int(update) + 1] += 1 }
    for index in 0..<count { starts[index + 1] += starts[index] }
    var next = starts
    var revisions = [Int32](repeating: 0, count: updates.count)
    for (revision, update) in updates.enumerated() {
      revisions[Int(next[Int(update)])] = Int32(revision)
      next[Int(update)] += 1
    }
    for update in 0..<count where starts[update + 1] - starts[update] > 1 {
      revisions[Int(starts[update])..<Int(starts[update + 1])].sort { numbers[Int($0)] < numbers[Int($1)] }
    }
    return (starts, revisions)
  }
}
