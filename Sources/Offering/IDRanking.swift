/// A set of non-negative integers that tells the position of each member in ascending order.
///
/// Built for identifiers that lie close together: about two bits for each. Far apart, a page of 768 bytes for each.
struct IDRanking: Sendable {
  private static let wordsInPage = 64

  /// For each run of 4,096 identifiers: where its words begin, or -1.
  private var pages: [Int32] = []
  private var words: [UInt64] = []
  /// How many members come before each word.
  private var ranks: [Int32] = []
  private(set) var count = 0

  /// - Parameter ids: in any order; repeated ones count once, negative ones not at all.
  init(_ ids: [Int32]) {
    guard let highest = ids.max(), highest >= 0 else { return }
    var isUsed = [Bool](repeating: false, count: Int(highest >> 12) + 1)
    for id in ids where id >= 0 { isUsed[Int(id >> 12)] = true }
    var next: Int32 = 0
    pages = isUsed.map { used in
      guard used else { return -1 }
      defer { next += Int32(Self.wordsInPage) }
      return next
    }
    words = [UInt64](repeating: 0, count: Int(next))
    for id in ids where id >= 0 { words[Int(pages[Int(id >> 12)]) + Int(id >> 6) & 63] |= 1 << UInt64(id & 63) }
    ranks.reserveCapacity(words.count)
    for word in words {
      ranks.append(Int32(count))
      count += word.nonzeroBitCount
    }
  }

  /// The position of a member; nil for what is no member.
  @inline(__always)
  func position(of id: Int32) -> Int? {
    guard id >= 0, id >> 12 < pages.count else { return nil }
    let page = pages[Int(id >> 12)]
    guard page >= 0 else { return nil }
    let index = Int(page) + Int(id >> 6) & 63
    let bit: UInt64 = 1 << UInt64(id & 63)
    guard words[index] & bit != 0 else { return nil }
    return Int(ranks[index]) + (words[index] & (bit - 1)).nonzeroBitCount
  }

  /// All members, ascending.
  var members: [Int32] {
    var members: [Int32] = []
    members.reserveCapacity(count)
    for (page, start) in pages.enumerated() where start >= 0 {
      for offset in 0..<Self.wordsInPage {
        var word = words[Int(start) + offset]
        while word != 0 {
          members.append(Int32(page << 12 | offset << 6 | word.trailingZeroBitCount))
          word &= word - 1
        }
      }
    }
    return members
  }
}
