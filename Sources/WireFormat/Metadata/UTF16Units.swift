/// The 16-bit units of a text, to be written as UTF-8.
struct UTF16Units {
  /// An even number of bytes.
  let bytes: UnsafeBufferPointer<UInt8>
  let isBigEndian: Bool

  private func unit(_ index: Int) -> UInt32 {
    let first = UInt32(bytes[index])
    let second = UInt32(bytes[index + 1])
    return isBigEndian ? first << 8 | second : second << 8 | first
  }

  /// - Parameter output: at least three bytes for each unit.
  /// - Returns: how many bytes were written.
  func write(to output: UnsafeMutableBufferPointer<UInt8>) throws(WireError) -> Int {
    var written = 0
    var index = 0
    while index < bytes.count {
      var scalar = unit(index)
      index += 2
      if scalar < 0x80 {
        output[written] = UInt8(truncatingIfNeeded: scalar)
        written += 1
        continue
      }
      if scalar & 0xF800 == 0xD800 {
        guard scalar < 0xDC00, index < bytes.count, unit(index) & 0xFC00 == 0xDC00 else {
          throw .malformed(WireLocation(offset: index - 2), reason: "UTF-16 with half a surrogate pair")
        }
        scalar = 0x10000 + (scalar & 0x3FF) << 10 + (unit(index) & 0x3FF)
        index += 2
      }
      written += Self.write(scalar, to: output, at: written)
    }
    return written
  }

  /// - Parameter scalar: 0x80 or above.
  private static func write(_ scalar: UInt32, to output: UnsafeMutableBufferPointer<UInt8>, at start: Int) -> Int {
    let continuation = { (shift: UInt32) in UInt8(truncatingIfNeeded: 0x80 | scalar >> shift & 0x3F) }
    if scalar < 0x800 {
      output[start] = UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6)
      output[start + 1] = continuation(0)
      return 2
    }
    if scalar < 0x10000 {
      output[start] = UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
      output[start + 1] = continuation(6)
      output[start + 2] = continuation(0)
      return 3
    }
    output[start] = UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
    output[start + 1] = continuation(12)
    output[start + 2] = continuation(6)
    output[start + 3] = continuation(0)
    return 4
  }
}
