/// A hash that is the same in every process: what it says may be kept in cookies.
struct StableHash {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// FNV-1a by whole words, and a mixing that lets low bits of a word reach all bits of the value.
  mutating func combine(_ word: UInt64) {
    value = (value ^ word) &* 0x0000_0100_0000_01b3
    value ^= value >> 29
  }
}
