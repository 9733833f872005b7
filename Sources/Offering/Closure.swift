/// Everything that some revisions need: members of bundles, the highest revision of each prerequisite, and so on
/// (wusp.md 9.1 step 4).
struct Closure {
  /// The revisions themselves and what they need: positions in the catalogue.
  private(set) var reached: BitSet
  /// Which of them something reached bundles.
  private(set) var bundled: BitSet

  /// - Parameters:
  ///   - roots: positions in the catalogue; none of a hidden update.
  ///   - isHidden: by update. Hidden ones are not reached, nor is anything through them (WUSP-219).
  init(_ catalogue: OfferCatalogue, from roots: [Int32], without isHidden: BitSet) {
    reached = BitSet(roots.lazy.map(Int.init), size: catalogue.count)
    bundled = BitSet(size: catalogue.count)
    var expanded = BitSet(size: catalogue.clauses.count)
    var waiting = roots
    while let revision = waiting.popLast() {
      for member in catalogue.members(of: Int(revision)) where !isHidden[Int(catalogue.updates[Int(member)])] {
        bundled.insert(Int(member))
        if reached.insert(Int(member)) { waiting.append(member) }
      }
      let list = Int(catalogue.clauseLists[Int(revision)])
      guard expanded.insert(list) else { continue }
      for update in catalogue.prerequisites(inList: list) where !isHidden[update] {
        let required = catalogue.highestRevision(of: update)
        if reached.insert(required) { waiting.append(Int32(required)) }
      }
    }
  }
}
