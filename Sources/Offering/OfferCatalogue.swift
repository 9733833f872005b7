/// What a revision is to the passes of SyncUpdates. `category` includes classifications.
public enum OfferKind: UInt8, Sendable {
  case software
  case driver
  case category
  case detectoid
}

/// All published revisions and how they depend on each other, immutable, made for questions of many clients.
///
/// Revisions and updates are known by position here: revisions in the order of their ids, updates in the order of
/// their keys. About 60 bytes for a revision, without clauses, bundle members and driver rows.
public struct OfferCatalogue: Sendable {
  let revisionIDs: [Int32]
  /// The update of each revision, by position.
  let updates: [Int32]
  let revisionNumbers: [Int32]
  let kinds: [OfferKind]
  let arrivals: [CivilDate]
  /// The change by which each revision became visible.
  let sequences: [Int64]
  /// The list of ``clauses`` that each revision has.
  let clauseLists: [Int32]
  /// By position of the update; one past the last position stands for updates of which no revision is here.
  let clauses: ClauseLists
  /// Where the members of each revision begin in ``members``, and one more.
  var memberStarts: [Int32] = []
  /// Revisions that are bundled, by position. What is not here is left out.
  var members: [Int32] = []

  let updateKeys: [Int32]
  /// Where the revisions of each update begin in ``updateRevisions``, and one more.
  let updateStarts: [Int32]
  /// Positions of revisions by update, ascending by revision number.
  let updateRevisions: [Int32]
  /// Updates that a prerequisite of any revision names (WUSP-194).
  let isPrerequisite: BitSet
  /// Revisions that are bundled and may be prerequisites, by position: the ones whose implied action can flip.
  var flippingMembers: [Int32] = []

  let drivers: DriverTable
  let revisionRanking: IDRanking
  let updateRanking: IDRanking

  public var count: Int { revisionIDs.count }

  @inline(__always)
  func revision(withID revisionID: Int32) -> Int? { revisionRanking.position(of: revisionID) }

  @inline(__always)
  func update(withKey updateKey: Int32) -> Int? { updateRanking.position(of: updateKey) }

  /// All revisions of an update, ascending by revision number.
  func revisions(of update: Int) -> ArraySlice<Int32> {
    updateRevisions[Int(updateStarts[update])..<Int(updateStarts[update + 1])]
  }

  /// The revision that a prerequisite means: the highest one.
  func highestRevision(of update: Int) -> Int { Int(updateRevisions[Int(updateStarts[update + 1]) - 1]) }

  func revision(of update: Int, number: Int32) -> Int? {
    let revisions = revisions(of: update)
    var low = revisions.startIndex
    var high = revisions.endIndex
    while low < high {
      let middle = (low + high) / 2
      let found = revisionNumbers[Int(revisions[middle])]
      if found == number { return Int(revisions[middle]) }
      if found < number { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  func members(of revision: Int) -> ArraySlice<Int32> {
    members[Int(memberStarts[revision])..<Int(memberStarts[revision + 1])]
  }

  /// The updates that a list of clauses names and that are here.
  func prerequisites(inList list: Int) -> some Sequence<Int> {
    clauses.entries[clauses.range(list)].lazy.map(\.value).filter { $0 < updateKeys.count }
  }
}
