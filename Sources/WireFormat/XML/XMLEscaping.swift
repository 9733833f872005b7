/// Escapes text by runs: bytes that need nothing are copied together.
enum XMLEscaping {
  /// What a byte needs: 0 nothing, 1 escape everywhere, 2 escape in attributes, 3 not allowed,
  /// 4 may begin U+FFFE or U+FFFF.
  private static let classes: [UInt8] = {
    var table = [UInt8](repeating: 0, count: 256)
    for byte in 0..<0x20 { table[byte] = 3 }
    table[0x09] = 2
    table[0x0A] = 2
    table[0x0D] = 1
    for byte in "&<>".utf8 { table[Int(byte)] = 1 }
    table[Int(UInt8(ascii: "\""))] = 2
    table[0xEF] = 4
    return table
  }()

  static func append(_ text: String, to output: inout [UInt8], inAttribute: Bool) {
    var text = text
    text.withUTF8 { append($0, to: &output, inAttribute: inAttribute) }
  }

  static func append(_ text: [UInt8], to output: inout [UInt8], inAttribute: Bool) {
    text.withUnsafeBufferPointer { append($0, to: &output, inAttribute: inAttribute) }
  }

  static func append(_ text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8], inAttribute: Bool) {
    var runStart = 0
    var index = 0
    classes.withUnsafeBufferPointer { table in
      while index < text.count {
        let kind = table[Int(text[index])]
        if kind == 0 || (kind == 2 && !inAttribute) {
          index += 1
          continue
        }
        if kind == 4, !isNonCharacter(text, at: index) {
          index += 1
          continue
        }
        output.append(contentsOf: text[runStart..<index])
        appendEscape(of: text[index], to: &output)
        index += kind == 4 ? 3 : 1
        runStart = index
      }
    }
    output.append(contentsOf: text[runStart..<text.count])
  }

  private static func isNonCharacter(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
    index + 2 < text.count && text[index + 1] == 0xBF && text[index + 2] >= 0xBE
  }

  private static func appendEscape(of byte: UInt8, to output: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "&"): output.append(contentsOf: "&amp;".utf8)
    case UInt8(ascii: "<"): output.append(contentsOf: "&lt;".utf8)
    case UInt8(ascii: ">"): output.append(contentsOf: "&gt;".utf8)
    case UInt8(ascii: "\""): output.append(contentsOf: "&quot;".utf8)
    case 0x09: output.append(contentsOf: "&#9;".utf8)
    case 0x0A: output.append(contentsOf: "&#10;".utf8)
    case 0x0D: output.append(contentsOf: "&#13;".utf8)
    default: output.append(contentsOf: [0xEF, 0xBF, 0xBD])
    }
  }
}
