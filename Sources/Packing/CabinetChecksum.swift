/// The CFDATA checksum: all little-endian 32-bit words XORed, the rest of 1 to 3 bytes read big-endian.
///
/// It covers the two lengths and then the block; the sum of both parts is their XOR.
enum CabinetChecksum {
  /// - Parameter bytes: the two 16-bit lengths, then the block.
  static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBytes { of($0) }
  }

  /// - Parameter bytes: the two 16-bit lengths, then the block.
  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    sum(bytes.prefix(4)) ^ sum(bytes.dropFirst(4))
  }

  private static func sum(_ part: Slice<UnsafeRawBufferPointer>) -> UInt32 {
    let bytes = UnsafeRawBufferPointer(rebasing: part)
    let whole = bytes.count & ~3
    var sum: UInt32 = 0
    for index in stride(from: 0, to: whole, by: 4) {
      sum ^= UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
    }
    return sum ^ bytes[whole...].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
