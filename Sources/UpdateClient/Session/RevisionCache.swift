/// The revisions that a client keeps, in the order of their numbers.
public struct RevisionCache: Hashable, Sendable, Codable {
  public private(set) var revisions: [CachedRevision] = []

  public init() {}

  public var count: Int { revisions.count }

  public subscript(revisionID: Int32) -> CachedRevision? { index(of: revisionID).map { revisions[$0] } }

  private func index(of revisionID: Int32) -> Int? {
    var (low, high) = (0, revisions.count)
    while low < high {
      let middle = (low + high) / 2
      if revisions[middle].revisionID < revisionID { low = middle + 1 } else { high = middle }
    }
    return low < revisions.count && revisions[low].revisionID == revisionID ? low : nil
  }

  /// Takes revisions in; one with the same number replaces the old one.
  ///
  /// - Returns: how many of them are new.
  mutating func insert(_ added: [CachedRevision]) -> Int {
    let before = count
    var byID = Dictionary(added.map { ($0.revisionID, $0) }, uniquingKeysWith: { _, last in last })
    for index in revisions.indices {
      if let newer = byID.removeValue(forKey: revisions[index].revisionID) { revisions[index] = newer }
    }
    revisions += byID.values
    revisions.sort { $0.revisionID < $1.revisionID }
    return count - before
  }

  /// - Returns: how many of them were here.
  mutating func remove(_ revisionIDs: Set<Int32>) -> Int {
    let before = count
    revisions.removeAll { revisionIDs.contains($0.revisionID) }
    return before - count
  }

  /// Changes one revision, if it is here.
  mutating func update(_ revisionID: Int32, _ change: (inout CachedRevision) -> Void) -> Bool {
    guard let index = index(of: revisionID) else { return false }
    change(&revisions[index])
    return true
  }

  /// Replaces everything.
  mutating func replace(by kept: [CachedRevision]) {
    revisions = kept.sorted { $0.revisionID < $1.revisionID }
  }
}
