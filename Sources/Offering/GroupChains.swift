internal import UpdateModel

/// The target groups of a computer, each with the groups above it, nearest first.
///
/// A group that lies above another one of the computer begins no chain of its own: every computer belongs to All
/// Computers, and what a nearer group decides would otherwise never count (WUSP-222).
struct GroupChains {
  let chains: [[GUID]]

  /// Groups that are not in the table count for nothing.
  init(of members: Set<GUID>, in groups: [TargetGroup]) {
    let parents = Dictionary(groups.map { ($0.targetGroupID, $0.parentGroupID) }) { first, _ in first }
    var chains: [GUID: [GUID]] = [:]
    for member in members where parents[member] != nil { chains[member] = Self.chain(from: member, parents) }
    let nearest = chains.filter { member, _ in
      !chains.contains { other, chain in
        other != member && chain.contains(member) && chains[member]?.contains(other) != true
      }
    }
    self.chains = nearest.values.sorted { $0.lexicographicallyPrecedes($1) { ($0.high, $0.low) < ($1.high, $1.low) } }
  }

  /// The same in every process; differs when the groups or what lies above them differ.
  var hash: UInt64 {
    var hash = StableHash()
    for chain in chains {
      hash.combine(UInt64(chain.count))
      for group in chain {
        hash.combine(group.high)
        hash.combine(group.low)
      }
    }
    return hash.value
  }

  /// Ends at a group without a parent here, or before a group that came already.
  private static func chain(from group: GUID, _ parents: [GUID: GUID]) -> [GUID] {
    var chain: [GUID] = []
    var next: GUID? = group
    while let group = next, let parent = parents[group], !chain.contains(group) {
      chain.append(group)
      next = parent
    }
    return chain
  }
}
