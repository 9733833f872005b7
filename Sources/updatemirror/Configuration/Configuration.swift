import Foundation

/// Every setting with its value and where the value came from.
///
/// Precedence: flag, then environment, then file, then default.
struct Configuration: Sendable {
  enum Origin: Equatable, Sendable {
    case flag
    case environment(String)
    case file(String, line: Int?)
    case fallback
  }

  struct Value: Equatable, Sendable {
    let text: String
    let origin: Origin
  }

  private(set) var values: [Setting: Value]

  /// - Parameters:
  ///   - document: nil when there is no configuration file.
  ///   - flags: settings given on the command line.
  /// - Throws: the first mistake found, with its place.
  init(
    document: TOMLDocument?, environment: [String: String] = [:], flags: [Setting: String] = [:]
  ) throws(ConfigurationError) {
    var values: [Setting: Value] = [:]
    for setting in Setting.allCases { values[setting] = Value(text: setting.fallback, origin: .fallback) }
    if let document { values.merge(try Self.read(document)) { $1 } }
    for setting in Setting.allCases {
      guard let text = environment[setting.environmentName] else { continue }
      try Self.check(text, for: setting, place: setting.environmentName)
      values[setting] = Value(text: text, origin: .environment(setting.environmentName))
    }
    for (setting, text) in flags {
      try Self.check(text, for: setting, place: "command line")
      values[setting] = Value(text: text, origin: .flag)
    }
    self.values = values
  }

  /// The value as text; empty = no value.
  func text(_ setting: Setting) -> String { values[setting]?.text ?? setting.fallback }

  /// The value, or nil when it is empty.
  func optional(_ setting: Setting) -> String? {
    let text = text(setting)
    return text.isEmpty ? nil : text
  }

  /// - Throws: ``ConfigurationError/notSet(key:need:)``.
  func required(_ setting: Setting, need: String) throws(ConfigurationError) -> String {
    guard let text = optional(setting) else { throw .notSet(key: setting.key, need: need) }
    return text
  }

  /// - Throws: ``ConfigurationError/badValue(place:key:expected:found:)`` when the setting is not a number.
  func integer(_ setting: Setting) throws(ConfigurationError) -> Int {
    try converted(setting) { Int($0) }
  }

  /// Bytes.
  func byteCount(_ setting: Setting) throws(ConfigurationError) -> Int64 {
    try converted(setting, SettingKind.byteCount)
  }

  /// Seconds.
  func seconds(_ setting: Setting) throws(ConfigurationError) -> Double {
    try converted(setting, SettingKind.seconds)
  }

  private func converted<T>(_ setting: Setting, _ convert: (String) -> T?) throws(ConfigurationError) -> T {
    let text = text(setting)
    guard let value = convert(text) else {
      throw .badValue(place: "setting", key: setting.key, expected: setting.kind.expected, found: "\"\(text)\"")
    }
    return value
  }

  private static func check(_ text: String, for setting: Setting, place: String) throws(ConfigurationError) {
    guard !setting.kind.accepts(text) else { return }
    let found = setting.mayShow(text) ? "\"\(text)\"" : "a value that is not shown"
    throw .badValue(place: place, key: setting.key, expected: setting.kind.expected, found: found)
  }

  private static func read(_ document: TOMLDocument) throws(ConfigurationError) -> [Setting: Value] {
    var values: [Setting: Value] = [:]
    for (section, content) in document.root.sorted(by: { $0.key < $1.key }) {
      guard case .table(let entries) = content else { throw noTable(section, content, in: document) }
      for (name, value) in entries.sorted(by: { $0.key < $1.key }) {
        let key = "\(section).\(name)"
        guard let setting = Setting(rawValue: key) else { throw unknown(key, in: document) }
        values[setting] = try read(value, of: setting, in: document)
      }
      let isKnown = Setting.allCases.contains { $0.key.hasPrefix(section + ".") }
      guard isKnown else { throw unknown(section, in: document) }
    }
    return values
  }

  private static func read(
    _ value: DocumentValue, of setting: Setting, in document: TOMLDocument
  ) throws(ConfigurationError) -> Value {
    let line = document.lines.line(of: setting.key.split(separator: ".").map(String.init))
    guard var text = setting.kind.text(of: value) else {
      let place = line.map { "\(document.file): line \($0)" } ?? document.file
      let found = setting.mayShow(value.shown) ? value.shown : "a value that is not shown"
      throw .badValue(place: place, key: setting.key, expected: setting.kind.expected, found: found)
    }
    if setting.kind == .path, !text.isEmpty, !text.hasPrefix("/") {
      // A path in the file is relative to the file, wherever the command is run.
      text =
        URL(fileURLWithPath: document.file).deletingLastPathComponent().appendingPathComponent(text)
        .standardizedFileURL.path
    }
    return Value(text: text, origin: .file(document.file, line: line))
  }

  /// A known section that is no table, as two `[[upstream]]`: there is one upstream server (SSS-282).
  private static func noTable(
    _ section: String, _ content: DocumentValue, in document: TOMLDocument
  ) -> ConfigurationError {
    guard Setting.allCases.contains(where: { $0.key.hasPrefix(section + ".") }) else {
      return unknown(section, in: document)
    }
    let place = document.lines.line(of: [section]).map { "\(document.file): line \($0)" } ?? document.file
    return .badValue(place: place, key: section, expected: "one table", found: content.kindName)
  }

  private static func unknown(_ key: String, in document: TOMLDocument) -> ConfigurationError {
    let line = document.lines.line(of: key.split(separator: ".").map(String.init))
    let nearest = NearestWord.of(key, in: Setting.allCases.map(\.key))
    return .unknownKey(file: document.file, line: line, key: key, nearest: nearest)
  }
}
