/// Text as a string of JSON, in the one form that canonical JSON has (RFC 8785 3.2.2.2): only what must be escaped is.
///
/// Line feed and its like are written `\n`, other control characters `\u001f` with small digits; everything else is
/// UTF-8 as it is, also `/` and letters beyond ASCII.
public enum JSONString {
  /// The text between quotation marks.
  ///
  /// - Parameter isEscaped: further characters that are written as `\uXXXX`, for readers that are not only JSON
  ///   parsers; none in canonical JSON.
  public static func quoted(_ text: String, escaping isEscaped: (Unicode.Scalar) -> Bool = { _ in false }) -> String {
    var written = "\""
    for scalar in text.unicodeScalars {
      if let short = short(scalar) {
        written += short
      } else if scalar.value < 0x20 || isEscaped(scalar) {
        for unit in UTF16.encode(scalar) ?? .init() { written += fourDigits(unit) }
      } else {
        written.unicodeScalars.append(scalar)
      }
    }
    return written + "\""
  }

  /// The escapes that have a letter.
  private static func short(_ scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "\"": "\\\""
    case "\\": "\\\\"
    case "\u{8}": "\\b"
    case "\t": "\\t"
    case "\n": "\\n"
    case "\u{c}": "\\f"
    case "\r": "\\r"
    default: nil
    }
  }

  private static func fourDigits(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
