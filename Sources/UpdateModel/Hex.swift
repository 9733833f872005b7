/// Hexadecimal text and bytes.
public enum Hex {
  /// The letters that stand for ten to fifteen.
  public enum LetterCase: UInt8, Sendable {
    // The raw value leads from a number to its letter.
    case lower = 0x57
    case upper = 0x37
  }

  public static func digit(_ ascii: UInt8) -> UInt8? {
    switch ascii {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): ascii - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): ascii - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): ascii - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  public static func lower(_ bytes: some Collection<UInt8>) -> String { text(bytes, .lower) }

  public static func upper(_ bytes: some Collection<UInt8>) -> String { text(bytes, .upper) }

  /// Adds two digits for each byte.
  public static func append(_ bytes: UnsafeRawBufferPointer, _ letters: LetterCase, to text: inout [UInt8]) {
    for byte in bytes {
      text.append(ascii(byte >> 4, letters))
      text.append(ascii(byte & 0xF, letters))
    }
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

  private static func text(_ bytes: some Collection<UInt8>, _ letters: LetterCase) -> String {
    bytes.withContiguousStorageIfAvailable { text($0, letters) }
      ?? Array(bytes).withUnsafeBufferPointer { text($0, letters) }
  }

  /// One function for one type of bytes: it runs for every name and digest.
  private static func text(_ bytes: UnsafeBufferPointer<UInt8>, _ letters: LetterCase) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
      for index in bytes.indices {
        buffer[index * 2] = ascii(bytes[index] >> 4, letters)
        buffer[index * 2 + 1] = ascii(bytes[index] & 0xF, letters)
      }
      return bytes.count * 2
    }
  }

  private static func ascii(_ number: UInt8, _ letters: LetterCase) -> UInt8 {
    number + (number < 10 ? UInt8(ascii: "0") : letters.rawValue)
  }
}
