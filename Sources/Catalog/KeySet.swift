/// Row numbers, one bit for each: they are small and nearly dense.
struct KeySet {
  private var words: [UInt64] = []

  /// - Returns: whether it was not in there before.
  @discardableResult
  mutating func insert(_ key: Int64) -> Bool {
    guard key >= 0 else { return false }
    let index = Int(key >> 6)
    if index >= words.count {
      words.append(contentsOf: repeatElement(0, count: max(index + 1 - words.count, words.count)))
    }
    let bit = UInt64(1) << UInt64(key & 63)
    guard words[index] & bit == 0 else { return false }
    words[index] |= bit
    return true
  }

  func contains(_ key: Int64) -> Bool {
    let index = Int(key >> 6)
    return key >= 0 && index < words.count && words[index] & (1 << UInt64(key & 63)) != 0
  }

  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
}
