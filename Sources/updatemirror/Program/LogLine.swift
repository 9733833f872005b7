import Foundation
import Logging
import UpdateModel

/// One line of the log, for people or for machines. Nothing in it breaks the line or reaches a terminal as a command.
struct LogLine {
  enum Format: String, CaseIterable, Sendable {
    case console, json
  }

  var time: String
  var level: Logger.Level
  var label: String
  var message: String
  /// Sorted by key.
  var fields: [(key: String, value: String)]

  func text(_ format: Format) -> String {
    switch format {
    case .console: consoleText
    case .json: jsonText
    }
  }

  private var consoleText: String {
    let fields = fields.map { " \($0.key)=\(Self.quoted($0.value))" }.joined()
    return "\(time) \(level.rawValue) \(label): \(Self.printable(message))\(fields)"
  }

  /// Keys in this order: time, level, label, message, then the fields.
  private var jsonText: String {
    let all =
      [("time", time), ("level", level.rawValue), ("label", label), ("message", message)]
      + fields.map { ($0.key, $0.value) }
    return "{" + all.map { "\(Self.json($0.0)):\(Self.json($0.1))" }.joined(separator: ",") + "}"
  }

  private static func quoted(_ value: String) -> String {
    let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D && $0 != 0x7F }
    return isPlain ? printable(value) : "\"\(printable(value).replacing("\"", with: "\\\""))\""
  }

  /// Control characters as `\u{..}`, line ends too.
  private static func printable(_ text: String) -> String {
    if text.unicodeScalars.allSatisfy({ !isControl($0) }) { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      if isControl(scalar) {
        shown += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }

  private static func json(_ text: String) -> String { JSONString.quoted(text, escaping: isControl) }

  /// C0, DEL, C1, and the separators that some readers take for line ends.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
  }
}
