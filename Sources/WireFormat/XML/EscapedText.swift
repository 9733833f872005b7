/// Undoes the escaping of character data where that is simple.
///
/// libxml2 reports a text in one callback for each reference; in an escaped document there is
/// one every few bytes. This reads the same text in one pass. It judges nothing: it stops at
/// whatever could be an error or needs more than a table, and leaves that to libxml2.
enum EscapedText {
  /// What a byte begins: 0 itself, 1 a reference, 2 a character of several bytes, 3 perhaps
  /// `]]>`, 4 something for libxml2: markup, a carriage return, a byte that XML does not allow.
  private static let classes: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 256)
    for byte in 0..<0x20 where byte != 0x09 && byte != 0x0A { table[byte] = 4 }
    for byte in 0x80...0xFF { table[byte] = 2 }
    table[Int(UInt8(ascii: "&"))] = 1
    table[Int(UInt8(ascii: "]"))] = 3
    table[Int(UInt8(ascii: "<"))] = 4
    return table
  }()

  /// The longest that one character is written here; shorter rests may be cut in the middle.
  static let longestCharacter = 6

  /// Reads from the start of `bytes` as far as it is simple.
  ///
  /// - Parameter output: as long as `bytes`; no text is longer than its escaped form.
  /// - Returns: the bytes read, and the bytes of text written.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) -> (read: Int, written: Int) {
    var index = 0
    var written = 0
    classes.withUnsafeBufferPointer { table in
      while index < bytes.count {
        switch table[Int(bytes[index])] {
        case 0:
          output[written] = bytes[index]
          index += 1
          written += 1
        case 1:
          guard let (character, length) = reference(bytes, at: index) else { return }
          output[written] = character
          index += length
          written += 1
        case 2:
          guard let length = sequenceLength(bytes, at: index) else { return }
          for offset in 0..<length { output[written + offset] = bytes[index + offset] }
          index += length
          written += length
        case 3:
          guard index + 1 < bytes.count, bytes[index + 1] != UInt8(ascii: "]") else { return }
          output[written] = bytes[index]
          index += 1
          written += 1
        default: return
        }
      }
    }
    return (index, written)
  }

  /// The references that writers use in text.
  private static func reference(
    _ bytes: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> (character: UInt8, length: Int)? {
    guard index + 1 < bytes.count else { return nil }
    switch bytes[index + 1] {
    case UInt8(ascii: "l"): return has("&lt;", bytes, index) ? (UInt8(ascii: "<"), 4) : nil
    case UInt8(ascii: "g"): return has("&gt;", bytes, index) ? (UInt8(ascii: ">"), 4) : nil
    case UInt8(ascii: "q"): return has("&quot;", bytes, index) ? (UInt8(ascii: "\""), 6) : nil
    case UInt8(ascii: "a"):
      if has("&amp;", bytes, index) { return (UInt8(ascii: "&"), 5) }
      return has("&apos;", bytes, index) ? (UInt8(ascii: "'"), 6) : nil
    case UInt8(ascii: "#"):
      return has("&#xD;", bytes, index) || has("&#13;", bytes, index) ? (0x0D, 5) : nil
    default: return nil
    }
  }

  @inline(__always)
  private static func has(_ word: StaticString, _ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    guard index + word.utf8CodeUnitCount <= bytes.count else { return false }
    for offset in 0..<word.utf8CodeUnitCount where bytes[index + offset] != word.utf8Start[offset] { return false }
    return true
  }

  /// The bytes of the character at `index`: nil unless all are there, in the only form that
  /// UTF-8 allows, for a character that XML allows.
  private static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
    func isContinued(_ length: Int, second: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
      guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return false }
      for offset in 2..<max(2, length) where bytes[index + offset] & 0xC0 != 0x80 { return false }
      return true
    }
    switch bytes[index] {
    case 0xC2...0xDF: return isContinued(2) ? 2 : nil
    case 0xE0: return isContinued(3, second: 0xA0...0xBF) ? 3 : nil
    case 0xED: return isContinued(3, second: 0x80...0x9F) ? 3 : nil
    case 0xEF:
      guard isContinued(3) else { return nil }
      return bytes[index + 1] == 0xBF && bytes[index + 2] >= 0xBE ? nil : 3
    case 0xE1...0xEE: return isContinued(3) ? 3 : nil
    case 0xF0: return isContinued(4, second: 0x90...0xBF) ? 4 : nil
    case 0xF1...0xF3: return isContinued(4) ? 4 : nil
    case 0xF4: return isContinued(4, second: 0x80...0x8F) ? 4 : nil
    default: return nil
    }
  }
}
