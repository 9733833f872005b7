/// Hexadecimal text and bytes.
public enum Hex {
  public static func digit(_ ascii: UInt8) -> UInt8? {
    switch ascii {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): ascii - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): ascii - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): ascii - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  public static func lower(_ bytes: some Collection<UInt8>) -> String {
    text(bytes, digits: "0123456789abcdef")
  }

  public static func upper(_ bytes: some Collection<UInt8>) -> String {
    text(bytes, digits: "0123456789ABCDEF")
  }

  /// Reads pairs of digits in any letter case.
  ///
  /// - Returns: nil for an odd count or any other character.
  public static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    let characters = Array(text.utf8)
    guard characters.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 2)
    for index in stride(from: 0, to: characters.count, by: 2) {
      guard let high = digit(characters[index]), let low = digit(characters[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func text(_ bytes: some Collection<UInt8>, digits: StaticString) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
      var index = 0
      for byte in bytes {
        buffer[index] = digits.utf8Start[Int(byte >> 4)]
        buffer[index + 1] = digits.utf8Start[Int(byte & 0xF)]
        index += 2
      }
      return index
    }
  }
}
