/// A set of positions below a bound that is fixed when it is made.
struct BitSet: Sendable {
  private var words: [UInt64]

  /// - Parameter size: positions are below this.
  init(size: Int) { words = [UInt64](repeating: 0, count: (size + 63) / 64) }

  init(_ positions: some Sequence<Int>, size: Int) {
    self.init(size: size)
    for position in positions { insert(position) }
  }

  subscript(position: Int) -> Bool { words[position >> 6] & (1 << UInt64(position & 63)) != 0 }

  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// - Returns: whether it was not in the set before.
  @discardableResult
  mutating func insert(_ position: Int) -> Bool {
    let bit: UInt64 = 1 << UInt64(position & 63)
    defer { words[position >> 6] |= bit }
    return words[position >> 6] & bit == 0
  }

  /// - Returns: whether it was in the set.
  @discardableResult
  mutating func remove(_ position: Int) -> Bool {
    let bit: UInt64 = 1 << UInt64(position & 63)
    defer { words[position >> 6] &= ~bit }
    return words[position >> 6] & bit != 0
  }

  /// Visits the positions in ascending order until `body` answers false.
  func forEach(while body: (Int) -> Bool) {
    for index in words.indices {
      var word = words[index]
      while word != 0 {
        guard body(index << 6 | word.trailingZeroBitCount) else { return }
        word &= word - 1
      }
    }
  }

  var positions: [Int32] {
    var positions: [Int32] = []
    positions.reserveCapacity(count)
    forEach { position in
      positions.append(Int32(position))
      return true
    }
    return positions
  }

  mutating func formIntersection(_ other: BitSet) {
    for index in words.indices { words[index] &= other.words[index] }
  }

  mutating func subtract(_ other: BitSet) {
    for index in words.indices { words[index] &= ~other.words[index] }
  }
}
