/// Texts, each kept once and known by number. Letter case of ASCII is ignored: the first spelling stays.
struct TextPool: Sendable {
  private var bytes: [UInt8] = []
  private var starts: [Int32] = [0]
  /// Open addressing; the size is a power of two. -1 = free.
  private var slots: [Int32] = [Int32](repeating: -1, count: 16)

  var count: Int { starts.count - 1 }

  subscript(number: Int32) -> String {
    String(decoding: bytes[Int(starts[Int(number)])..<Int(starts[Int(number) + 1])], as: UTF8.self)
  }

  /// The number of a text; nil when it is not here.
  func number(of text: String) -> Int32? {
    let found = slots[slot(of: text)]
    return found >= 0 ? found : nil
  }

  mutating func intern(_ text: String) -> Int32 {
    let slot = slot(of: text)
    if slots[slot] >= 0 { return slots[slot] }
    let number = Int32(count)
    bytes.append(contentsOf: text.utf8)
    starts.append(Int32(bytes.count))
    slots[slot] = number
    if count * 4 > slots.count * 3 { grow() }
    return number
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for number in 0..<Int32(count) { slots[slot(of: self[number])] = number }
  }

  /// Where the text is, or the free slot where it belongs.
  private func slot(of text: String) -> Int {
    var hash = StableHash()
    for byte in text.utf8 { hash.combine(UInt64(Self.folded(byte))) }
    var slot = Int(truncatingIfNeeded: hash.value) & (slots.count - 1)
    while slots[slot] >= 0, !isEqual(slots[slot], text) { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }

  private func isEqual(_ number: Int32, _ text: String) -> Bool {
    bytes[Int(starts[Int(number)])..<Int(starts[Int(number) + 1])]
      .elementsEqual(text.utf8) { Self.folded($0) == Self.folded($1) }
  }

  private static func folded(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
