import Foundation

/// What a setting's value may be.
enum SettingKind: Equatable, Sendable {
  case text
  /// `http://` or `https://`, with a host, without a user, a password or a query.
  case url
  /// The same, and a user with a password may stand before the host.
  case proxy
  case path
  case integer(ClosedRange<Int64>)
  /// Bytes: `1048576`, `512 KiB`, `1.5 GB`.
  case bytes
  /// Seconds: `90`, `30s`, `5m`, `4h`, `1d`.
  case duration
  /// Times of the day: `02:30`, or several with commas between.
  case times
  case choice([String])

  /// Words for "expected ..., found ...".
  var expected: String {
    switch self {
    case .text: "a string"
    case .url: "an http:// or https:// URL without user and password"
    case .proxy: "an http:// or https:// URL"
    case .path: "a path"
    case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .bytes: "a size such as 1048576, \"512 MiB\" or \"10 GB\""
    case .duration: "a time such as 90, \"30s\", \"5m\" or \"4h\""
    case .times: "times such as \"02:30\" or \"02:30, 14:00\""
    case .choice(let words): words.map { "\"\($0)\"" }.joined(separator: " or ")
    }
  }

  /// Checks a value from a TOML file and writes it the way the environment would.
  ///
  /// - Returns: nil for a value of another kind.
  func text(of value: DocumentValue) -> String? {
    let text: String
    switch (self, value) {
    case (.integer, .integer(let number)), (.bytes, .integer(let number)), (.duration, .integer(let number)):
      text = String(number)
    case (.integer, _): return nil
    case (_, .text(let word)): text = word
    default: return nil
    }
    return accepts(text) ? text : nil
  }

  /// Whether a text is a value of this kind. Empty stands for "no value" where that has a meaning.
  func accepts(_ text: String) -> Bool {
    switch self {
    case .text, .path: !text.utf8.contains(0) && !text.contains("\n")
    case .url: text.isEmpty || Self.isServerURL(text) && !text.contains("@")
    case .proxy: text.isEmpty || Self.isServerURL(text)
    case .integer(let range): Int64(text).map { range.contains($0) } ?? false
    case .bytes: Self.byteCount(text) != nil
    case .duration: Self.seconds(text) != nil
    case .times: DailySchedule.minutes(text) != nil
    case .choice(let words): words.contains(text)
    }
  }

  static func byteCount(_ text: String) -> Int64? {
    let units: [(suffix: String, factor: Double)] = [
      ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("TiB", 1_099_511_627_776),
      ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1), ("", 1),
    ]
    return quantity(text, units: units).map { Int64($0) }
  }

  static func seconds(_ text: String) -> Double? {
    quantity(text, units: [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1), ("", 1)])
  }

  private static func quantity(_ text: String, units: [(suffix: String, factor: Double)]) -> Double? {
    for unit in units where text.hasSuffix(unit.suffix) {
      let number = text.dropLast(unit.suffix.count).trimmingCharacters(in: .whitespaces)
      let isPlain = !number.isEmpty && number.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
      guard isPlain, let value = Double(number) else { return nil }
      let product = value * unit.factor
      return product < 9e18 ? product : nil
    }
    return nil
  }

  private static func isServerURL(_ text: String) -> Bool {
    guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(), let host = url.host
    else { return false }
    return ["http", "https"].contains(scheme) && !host.isEmpty && url.query == nil && url.fragment == nil
  }
}
