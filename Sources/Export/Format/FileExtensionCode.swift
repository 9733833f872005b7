/// A file extension of at most ten lower-case letters and digits as one number; 0 stands for none.
enum FileExtensionCode {
  private static let base: UInt64 = 37

  /// - Returns: nil for other characters and more than ten of them.
  static func code(_ text: some Collection<UInt8>) -> UInt64? {
    guard text.count <= 10 else { return nil }
    var code: UInt64 = 0
    for byte in text {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): code = code * base + UInt64(byte - UInt8(ascii: "0")) + 1
      case UInt8(ascii: "a")...UInt8(ascii: "z"): code = code * base + UInt64(byte - UInt8(ascii: "a")) + 11
      default: return nil
      }
    }
    return code
  }

  static func text(_ code: UInt64) -> String {
    var bytes: [UInt8] = []
    append(code, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Adds the extension to a text, from its last character to its first and then turned round.
  static func append(_ code: UInt64, to bytes: inout [UInt8]) {
    let start = bytes.count
    var rest = code
    while rest > 0 {
      let digit = UInt8(rest % base)
      bytes.append(digit > 10 ? UInt8(ascii: "a") + digit - 11 : UInt8(ascii: "0") + digit - 1)
      rest /= base
    }
    bytes[start...].reverse()
  }
}
