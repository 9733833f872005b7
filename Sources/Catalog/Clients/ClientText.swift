/// Text that a client sent, as it is stored: one line, visible, of bounded length (WUSP-347).
///
/// Markup stays as it is; who prints it escapes it for the format.
enum ClientText {
  /// Properties of computers.
  static let property = 256
  /// Strings of events.
  static let eventString = 1_024

  /// Writes control characters, separators of lines and invisible characters, such as those that turn the direction
  /// of writing, as `\u{...}`, and cuts after `limit` characters of the original, with `…` at the end.
  static func bounded(_ text: String, limit: Int = property) -> String {
    var written = ""
    var count = 0
    for scalar in text.unicodeScalars {
      guard count < limit else { return written + "…" }
      count += 1
      if isHidden(scalar) {
        written += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        written.unicodeScalars.append(scalar)
      }
    }
    return written
  }

  /// nil for absent and for empty text.
  static func bounded(ifAny text: String?, limit: Int = property) -> String? {
    guard let text, !text.isEmpty else { return nil }
    return bounded(text, limit: limit)
  }

  /// Several strings in one column, one a line; no bounded string holds a line feed.
  static func lines(_ strings: [String]) -> String? {
    strings.isEmpty ? nil : strings.joined(separator: "\n")
  }

  static func strings(_ lines: String?) -> [String] {
    lines.map { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) } ?? []
  }

  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
    return switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
    default: false
    }
  }
}
