/// Base64 of RFC 4648 with padding; white space is skipped when reading (SSS-032).
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  /// 0-63 a digit, 64 padding, 65 white space, 255 anything else.
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 255, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    table[Int(UInt8(ascii: "="))] = 64
    for space in [0x20, 0x09, 0x0A, 0x0D] { table[space] = 65 }
    return table
  }()

  public static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    append(bytes, to: &output)
    return output
  }

  static func append(_ bytes: [UInt8], to output: inout [UInt8]) {
    let count = (bytes.count + 2) / 3 * 4
    output.append(
      contentsOf: [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        var write = 0
        var read = 0
        alphabet.withUnsafeBufferPointer { digits in
          while read + 2 < bytes.count {
            let group = UInt32(bytes[read]) << 16 | UInt32(bytes[read + 1]) << 8 | UInt32(bytes[read + 2])
            buffer[write] = digits[Int(group >> 18)]
            buffer[write + 1] = digits[Int(group >> 12 & 63)]
            buffer[write + 2] = digits[Int(group >> 6 & 63)]
            buffer[write + 3] = digits[Int(group & 63)]
            read += 3
            write += 4
          }
          guard read < bytes.count else { return }
          let second = read + 1 < bytes.count ? UInt32(bytes[read + 1]) : 0
          let group = UInt32(bytes[read]) << 16 | second << 8
          buffer[write] = digits[Int(group >> 18)]
          buffer[write + 1] = digits[Int(group >> 12 & 63)]
          buffer[write + 2] = read + 1 < bytes.count ? digits[Int(group >> 6 & 63)] : UInt8(ascii: "=")
          buffer[write + 3] = UInt8(ascii: "=")
        }
        initialized = count
      })
  }

  /// - Returns: nil for a foreign character, wrong padding or stray bits.
  public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(text.count / 4 * 3)
    var group: UInt32 = 0
    var digits = 0
    var padding = 0
    let isRead = values.withUnsafeBufferPointer { table in
      for character in text {
        let value = table[Int(character)]
        if value < 64 {
          guard padding == 0 else { return false }
          group = group << 6 | UInt32(value)
          digits += 1
          if digits == 4 {
            output.append(UInt8(group >> 16 & 255))
            output.append(UInt8(group >> 8 & 255))
            output.append(UInt8(group & 255))
            digits = 0
            group = 0
          }
        } else if value == 64 {
          padding += 1
        } else if value != 65 {
          return false
        }
      }
      return true
    }
    guard isRead else { return nil }
    return complete(&output, group: group, digits: digits, padding: padding) ? output : nil
  }

  private static func complete(_ output: inout [UInt8], group: UInt32, digits: Int, padding: Int) -> Bool {
    switch (digits, padding) {
    case (0, 0): return true
    case (2, 2):
      output.append(UInt8(group >> 4 & 255))
      return group & 15 == 0
    case (3, 1):
      output.append(UInt8(group >> 10 & 255))
      output.append(UInt8(group >> 2 & 255))
      return group & 3 == 0
    default: return false
    }
  }
}
