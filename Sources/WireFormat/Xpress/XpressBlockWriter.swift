/// Encodes the payload of one block: the longest of the nearest matches at each place.
struct XpressBlockWriter {
  private static let hashBits: UInt32 = 13
  /// Earlier places that are tried at each place.
  private static let candidates = 16

  private var bytes: [UInt8] = []
  private var mask: UInt32 = 0
  private var maskPlace = 0
  private var bits = 0
  /// Where the length byte is whose upper half is free.
  private var nibblePlace: Int?

  /// - Parameter block: at most ``Xpress/encodedBlockLength`` bytes.
  static func encode(_ block: ArraySlice<UInt8>) -> [UInt8] {
    var writer = XpressBlockWriter()
    writer.bytes.reserveCapacity(block.count / 2 + 64)
    writer.reserveMask()
    block.withUnsafeBufferPointer { writer.write($0) }
    writer.finish()
    return writer.bytes
  }

  private mutating func write(_ input: UnsafeBufferPointer<UInt8>) {
    // Last place of each hash, and the place before each place: 0 = none, place + 1 otherwise.
    var last = [UInt16](repeating: 0, count: 1 << Int(Self.hashBits))
    var earlier = [UInt16](repeating: 0, count: input.count)
    var place = 0
    while place < input.count {
      let match = Self.longestMatch(input, at: place, last, earlier)
      let length = match?.length ?? 1
      if let match { put(match) } else { put(input[place]) }
      for covered in place..<max(place, min(place + length, input.count - 2)) {
        let hash = Self.hash(input, covered)
        earlier[covered] = last[hash]
        last[hash] = UInt16(covered + 1)
      }
      place += length
    }
  }

  private struct Match {
    let distance: Int
    let length: Int
  }

  private static func hash(_ input: UnsafeBufferPointer<UInt8>, _ place: Int) -> Int {
    let three = UInt32(input[place]) << 16 | UInt32(input[place + 1]) << 8 | UInt32(input[place + 2])
    return Int((three &* 0x9E37_79B1) >> (32 - hashBits))
  }

  private static func longestMatch(
    _ input: UnsafeBufferPointer<UInt8>, at place: Int, _ last: [UInt16], _ earlier: [UInt16]
  ) -> Match? {
    let most = input.count - place
    guard most >= Xpress.minimumMatch else { return nil }
    var best = Match(distance: 0, length: Xpress.minimumMatch - 1)
    var candidate = Int(last[hash(input, place)])
    for _ in 0..<candidates {
      let distance = place - (candidate - 1)
      guard candidate > 0, distance <= Xpress.maximumDistance, best.length < most else { break }
      let start = candidate - 1
      if input[start + best.length] == input[place + best.length] {
        var length = 0
        while length < most, input[start + length] == input[place + length] { length += 1 }
        if length > best.length { best = Match(distance: distance, length: length) }
      }
      candidate = Int(earlier[start])
    }
    return best.distance > 0 ? best : nil
  }

  private mutating func put(_ literal: UInt8) {
    putBit(0)
    bytes.append(literal)
  }

  /// Word, shared half byte, extra byte, 16-bit length, in this order.
  private mutating func put(_ match: Match) {
    putBit(1)
    let code = min(match.length - Xpress.minimumMatch, 7)
    putWord((match.distance - 1) << 3 | code)
    guard code == 7 else { return }
    let half = UInt8(min(match.length - 10, 15))
    if let place = nibblePlace {
      bytes[place] |= half << 4
      nibblePlace = nil
    } else {
      nibblePlace = bytes.count
      bytes.append(half)
    }
    guard half == 15 else { return }
    bytes.append(UInt8(min(match.length - 25, 255)))
    if match.length >= 280 { putWord(match.length - Xpress.minimumMatch) }
  }

  private mutating func putWord(_ word: Int) {
    bytes.append(UInt8(truncatingIfNeeded: word))
    bytes.append(UInt8(truncatingIfNeeded: word >> 8))
  }

  /// A new mask comes before the element that needs it.
  private mutating func putBit(_ bit: UInt32) {
    if bits == 32 {
      storeMask()
      reserveMask()
    }
    bits += 1
    mask |= bit << UInt32(32 - bits)
  }

  private mutating func reserveMask() {
    maskPlace = bytes.count
    bytes += [0, 0, 0, 0]
    mask = 0
    bits = 0
  }

  private mutating func storeMask() {
    for place in 0..<4 { bytes[maskPlace + place] = UInt8(truncatingIfNeeded: mask >> (8 * UInt32(place))) }
  }

  /// One more match bit ends the block; the bits that are left are ones too.
  private mutating func finish() {
    putBit(1)
    while bits < 32 { putBit(1) }
    storeMask()
  }
}
