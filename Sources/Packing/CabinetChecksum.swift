/// The CFDATA checksum: all little-endian 32-bit words XORed, the rest of 1 to 3 bytes read big-endian.
///
/// It covers the two lengths and then the block; the sum of both parts is their XOR.
enum CabinetChecksum {
  /// - Parameter bytes: the two 16-bit lengths, then the block.
  static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    let lengths = bytes.prefix(4)
    return sum(lengths) ^ sum(bytes.dropFirst(4))
  }

  private static func sum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum: UInt32 = 0
    var index = bytes.startIndex
    while index + 4 <= bytes.endIndex {
      sum ^=
        UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
        | UInt32(bytes[index + 3]) << 24
      index += 4
    }
    return sum ^ bytes[index...].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
