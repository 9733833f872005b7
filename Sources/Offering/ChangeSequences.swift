/// When what clients are told of a revision can last have changed.
///
/// The deployment of a revision depends on the rows of its update, on its content and licence terms, on whether its
/// update is hidden. Without a row of its own it is implied, and then one thing can change it from far away:
/// whether something that bundles it is deployed. That matters only for the few revisions that can also be
/// prerequisites; all others are offered because of their bundles or not at all.
struct ChangeSequences {
  private let catalogue: OfferCatalogue
  /// By update.
  private var ofUpdates: [Int64]
  /// By position in the catalogue.
  private var ofRevisions: [Int32: Int64] = [:]

  init(_ inputs: OfferInputs, _ deployed: DeployedRows) {
    catalogue = inputs.catalogue
    ofUpdates = deployed.changes
    for (updateKey, state) in inputs.hidden { raise(updateKey: updateKey, to: state.sequence) }
    if !catalogue.flippingMembers.isEmpty { flipMembers() }
    for (updateKey, sequence) in inputs.leafChanges { raise(updateKey: updateKey, to: sequence) }
    for (revisionID, sequence) in inputs.readinessChanges { raise(revisionID: revisionID, to: sequence) }
    for (revisionID, sequence) in inputs.eulaChanges { raise(revisionID: revisionID, to: sequence) }
  }

  func sequences(of revisions: [Int32]) -> [Int64] {
    revisions.map { max(ofUpdates[Int(catalogue.updates[Int($0)])], ofRevisions[$0] ?? 0) }
  }

  private mutating func raise(updateKey: Int32, to sequence: Int64) {
    guard let update = catalogue.update(withKey: updateKey) else { return }
    ofUpdates[update] = max(ofUpdates[update], sequence)
  }

  private mutating func raise(revisionID: Int32, to sequence: Int64) {
    guard let revision = catalogue.revision(withID: revisionID) else { return }
    raise(revision: Int32(revision), to: sequence)
  }

  private mutating func raise(revision: Int32, to sequence: Int64) {
    ofRevisions[revision] = max(ofRevisions[revision] ?? 0, sequence)
  }

  /// Raises the members that can flip to the last change of anything through which their bundles can have come into
  /// the closure or left it.
  private mutating func flipMembers() {
    let reach = ChangeReach(catalogue, ofUpdates)
    let flipping = BitSet(catalogue.flippingMembers.lazy.map(Int.init), size: catalogue.count)
    for bundle in 0..<catalogue.count {
      for member in catalogue.members(of: bundle) where flipping[Int(member)] {
        raise(revision: member, to: reach.sequences[bundle])
      }
    }
  }
}

/// For each revision, the last change of itself or of anything that needs it, directly or not.
struct ChangeReach {
  /// By position in the catalogue.
  private(set) var sequences: [Int64]

  /// - Parameter changes: by update. The arrival of a revision counts too, also for the other revisions of its
  ///   update: prerequisites mean the highest one.
  init(_ catalogue: OfferCatalogue, _ changes: [Int64]) {
    var changes = changes
    for revision in 0..<catalogue.count {
      let update = Int(catalogue.updates[revision])
      changes[update] = max(changes[update], catalogue.sequences[revision])
    }
    sequences = [Int64](repeating: -1, count: catalogue.count)
    var expanded = BitSet(size: catalogue.clauses.count)
    // The latest change first: where it has been, no other one counts.
    for update in changes.indices.sorted(by: { changes[$0] > changes[$1] }) {
      spread(changes[update], from: catalogue.revisions(of: update), catalogue, &expanded)
    }
  }

  private mutating func spread(
    _ sequence: Int64, from revisions: ArraySlice<Int32>, _ catalogue: OfferCatalogue, _ expanded: inout BitSet
  ) {
    var waiting = revisions.filter { sequences[Int($0)] < 0 }
    for revision in waiting { sequences[Int(revision)] = sequence }
    while let revision = waiting.popLast() {
      var needed = Array(catalogue.members(of: Int(revision)))
      let list = Int(catalogue.clauseLists[Int(revision)])
      if expanded.insert(list) {
        needed += catalogue.prerequisites(inList: list).map { Int32(catalogue.highestRevision(of: $0)) }
      }
      for next in needed where sequences[Int(next)] < 0 {
        sequences[Int(next)] = sequence
        waiting.append(next)
      }
    }
  }
}
