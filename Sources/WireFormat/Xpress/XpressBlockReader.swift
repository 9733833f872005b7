/// Decodes the payload of one block (guide 2.4, rules 1 to 5).
struct XpressBlockReader {
  private let payload: ArraySlice<UInt8>
  private let original: Int
  /// Of the block in its stream, for errors.
  private let offset: Int
  private var position: Int
  private var bytes: [UInt8] = []
  private var mask: UInt32 = 0
  private var bits = 0
  /// The upper half of a length byte that the next long match uses.
  private var nibble: UInt8?

  init(_ payload: ArraySlice<UInt8>, original: Int, offset: Int) {
    self.payload = payload
    self.original = original
    self.offset = offset
    position = payload.startIndex
  }

  /// Reads to the end mark: a match bit with no input left.
  mutating func decode() throws(XpressError) -> [UInt8] {
    bytes.reserveCapacity(original)
    while true {
      guard try nextBit() else {
        guard bytes.count < original else {
          throw .wrongLength(offset: offset, expected: original, found: original + 1)
        }
        bytes.append(try byte())
        continue
      }
      guard position < payload.endIndex else { break }
      try copyMatch()
    }
    guard bytes.count == original else {
      throw .wrongLength(offset: offset, expected: original, found: bytes.count)
    }
    return bytes
  }

  /// The next element's kind: true for a match.
  private mutating func nextBit() throws(XpressError) -> Bool {
    if bits == 0 {
      mask = 0
      for place in 0..<4 { mask |= UInt32(try byte()) << (8 * UInt32(place)) }
      bits = 32
    }
    bits -= 1
    return mask >> UInt32(bits) & 1 == 1
  }

  private mutating func copyMatch() throws(XpressError) {
    let start = position
    let word = Int(try word())
    let distance = word >> 3 + 1
    let length = try length(code: word & 7)
    guard distance <= bytes.count, length <= original - bytes.count else { throw .badMatch(offset: start) }
    // One byte at a time: a match may overlap what it makes.
    for _ in 0..<length { bytes.append(bytes[bytes.count - distance]) }
  }

  private mutating func length(code: Int) throws(XpressError) -> Int {
    guard code == 7 else { return code + Xpress.minimumMatch }
    let half: UInt8
    if let kept = nibble {
      half = kept
      nibble = nil
    } else {
      let shared = try byte()
      half = shared & 0xF
      nibble = shared >> 4
    }
    guard half == 15 else { return Int(half) + 10 }
    let more = try byte()
    guard more == 255 else { return Int(more) + 25 }
    let start = position
    let length = Int(try word()) + Xpress.minimumMatch
    guard length >= 280 else { throw .badMatch(offset: start) }
    return length
  }

  private mutating func word() throws(XpressError) -> UInt16 {
    let low = UInt16(try byte())
    return try UInt16(byte()) << 8 | low
  }

  private mutating func byte() throws(XpressError) -> UInt8 {
    guard position < payload.endIndex else { throw .truncated(offset: position) }
    defer { position += 1 }
    return payload[position]
  }
}
