/// Gzip streams made by hand: no compressor is needed to test a reader (RFC 1951, RFC 1952).
public enum Gzip {
  private static let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

  /// `bytes` in stored blocks.
  public static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var stream = head
    var start = 0
    repeat {
      let count = min(65_535, bytes.count - start)
      let isLast = start + count == bytes.count
      let (low, high) = (UInt8(count & 0xFF), UInt8(count >> 8))
      stream += [isLast ? 1 : 0, low, high, ~low, ~high]
      stream += bytes[start..<start + count]
      start += count
    } while start < bytes.count
    return stream + trailer(checksum: checksum(bytes), count: bytes.count)
  }

  /// A bomb: zeros that shrink about 158 times.
  public static func zeros(_ count: Int) -> [UInt8] {
    var bits = BitWriter()
    bits.write(0b011, 3)  // last block, fixed codes
    var rest = count
    if rest > 0 {
      bits.writeReversed(0x30, 8)  // the literal 0
      rest -= 1
    }
    while rest >= 258 {
      bits.writeReversed(0b1100_0101, 8)  // copy 258
      bits.writeReversed(0, 5)  // from one byte back
      rest -= 258
    }
    for _ in 0..<rest { bits.writeReversed(0x30, 8) }
    bits.writeReversed(0, 7)  // end of block
    return head + bits.finished + trailer(checksum: checksum(repeatElement(0, count: count)), count: count)
  }

  private static func trailer(checksum: UInt32, count: Int) -> [UInt8] {
    [checksum, UInt32(truncatingIfNeeded: count)].flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) }
    }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }

  private static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let table = table
    return ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ ($0 >> 8) }
  }
}

private struct BitWriter {
  private var bytes: [UInt8] = []
  private var current: UInt32 = 0
  private var used: UInt32 = 0

  mutating func write(_ value: UInt32, _ count: UInt32) {
    current |= value << used
    used += count
    while used >= 8 {
      bytes.append(UInt8(current & 0xFF))
      current >>= 8
      used -= 8
    }
  }

  /// Huffman codes go in with their first bit first.
  mutating func writeReversed(_ code: UInt32, _ count: UInt32) {
    write((0..<count).reduce(0) { $0 | ((code >> $1) & 1) << (count - 1 - $1) }, count)
  }

  var finished: [UInt8] { used > 0 ? bytes + [UInt8(current & 0xFF)] : bytes }
}
