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
  func field16(_ offset: Int) -> Int { Int(self[offset]) | Int(self[offset + 1]) << 8 }

  /// Never negative. - Precondition: `offset + 4 <= count`.
  func field32(_ offset: Int) -> Int { field16(offset) | field16(offset + 2) << 16 }
}
