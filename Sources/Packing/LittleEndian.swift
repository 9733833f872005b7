/// Little-endian fields of a Cabinet.
extension [UInt8] {
  mutating func append16(_ value: Int) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  mutating func append32(_ value: Int) {
    append16(value)
    append16(value >> 16)
  }

  /// - Precondition: `offset + 2 <= count`.
  mutating func replace16(_ value: Int, at offset: Int) {
    self[offset] = UInt8(truncatingIfNeeded: value)
    self[offset + 1] = UInt8(truncatingIfNeeded: value >> 8)
  }

  /// - Precondition: `offset + 4 <= count`.
  mutating func replace32(_ value: Int, at offset: Int) {
    replace16(value, at: offset)
    replace16(value >> 16, at: offset + 2)
  }

  /// - Precondition: `offset + 2 <= count`.
  func field16(_ offset: Int) -> Int { Int(self[offset]) | Int(self[offset + 1]) << 8 }

  /// Never negative. - Precondition: `offset + 4 <= count`.
  func field32(_ offset: Int) -> Int { field16(offset) | field16(offset + 2) << 16 }
}
