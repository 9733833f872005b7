/// Why bytes are not what docs/archive-format.md says they are.
///
/// What was found came from a stranger: it is kept short and free of control characters.
public struct FormatError: Error, Hashable, Sendable {
  /// The document and the member that was read: `manifest.json, sha256`.
  public let place: String
  /// Bytes from the start of the document; nil when the fault is no single spot.
  public let offset: Int?
  public let expected: String
  public let found: String

  public init(place: String, offset: Int? = nil, expected: String, found: String) {
    self.place = place
    self.offset = offset
    self.expected = expected
    self.found = found
  }
}

extension FormatError: CustomStringConvertible {
  public var description: String {
    let spot = offset.map { " at offset \($0)" } ?? ""
    return "\(place)\(spot): expected \(expected), found \(found)"
  }
}

/// Bytes of a stranger as they may stand in a message.
enum ForeignText {
  private static let limit = 64

  /// Printable ASCII as it is, everything else as `\xNN`, in quotation marks, at most 64 bytes of it.
  static func quoted(_ bytes: some Collection<UInt8>) -> String {
    var text = "\""
    for byte in bytes.prefix(limit) {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\\(Character(Unicode.Scalar(byte)))"
      case 0x20..<0x7F: text.append(Character(Unicode.Scalar(byte)))
      default: text += "\\x" + Self.hex(byte)
      }
    }
    return text + (bytes.count > limit ? "...\"" : "\"")
  }

  static func quoted(_ text: String) -> String { quoted(text.utf8) }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }
}
