/// The prerequisites of all revisions. Most revisions share theirs with many others, and each list is kept once.
///
/// A list is in conjunctive normal form: of each clause at least one update must be installed (MS-WUSP 3.1.1).
struct ClauseLists: Sendable {
  /// An update in a clause.
  struct Entry: Hashable, Sendable {
    private static let first: UInt32 = 1 << 31
    private static let category: UInt32 = 1 << 30
    private static let valueMask: UInt32 = category - 1

    private(set) var bits: UInt32

    /// - Parameter value: below 2^30: an update key while the catalogue is built, then the position of the update.
    init(value: Int32, beginsClause: Bool, isCategory: Bool) {
      precondition(value >= 0 && UInt32(value) <= Self.valueMask, "update key out of range")
      bits = UInt32(value) | (beginsClause ? Self.first : 0) | (isCategory ? Self.category : 0)
    }

    var value: Int { Int(bits & Self.valueMask) }
    var beginsClause: Bool { bits & Self.first != 0 }
    var isCategory: Bool { bits & Self.category != 0 }

    func replacingValue(_ value: Int) -> Entry {
      var entry = self
      entry.bits = bits & ~Self.valueMask | UInt32(value)
      return entry
    }
  }

  private(set) var entries: [Entry] = []
  /// Where each list begins, and one more.
  private(set) var starts: [Int32] = [0]

  var count: Int { starts.count - 1 }

  @inline(__always)
  func range(_ list: Int) -> Range<Int> { Int(starts[list])..<Int(starts[list + 1]) }

  mutating func append(_ entry: Entry) { entries.append(entry) }

  /// Replaces update keys by positions.
  mutating func mapValues(_ position: (Int32) -> Int) {
    for (index, entry) in entries.enumerated() { entries[index] = entry.replacingValue(position(Int32(entry.value))) }
  }
}

extension ClauseLists {
  /// Finds lists that were there before.
  struct Memory {
    /// By hash, with a free one after each that is taken.
    private var lists: [UInt64: Int32] = [:]

    /// Ends the list whose entries were appended last.
    ///
    /// - Returns: its number, or that of the equal list that was there before; its entries are then dropped.
    mutating func endList(of all: inout ClauseLists) -> Int32 {
      let begin = Int(all.starts[all.count])
      var hash = Self.hash(all.entries[begin...])
      while let known = lists[hash] {
        if all.entries[all.range(Int(known))].elementsEqual(all.entries[begin...]) {
          all.entries.removeSubrange(begin...)
          return known
        }
        hash &+= 1
      }
      let list = Int32(all.count)
      lists[hash] = list
      all.starts.append(Int32(all.entries.count))
      return list
    }

    private static func hash(_ entries: ArraySlice<Entry>) -> UInt64 {
      var hash = StableHash()
      for entry in entries { hash.combine(UInt64(entry.bits)) }
      return hash.value
    }
  }
}
