/// What is wrong with a configuration, a manifest or a setting given on the command line.
enum ConfigurationError: Error, Equatable {
  case unreadable(file: String, reason: String)
  case notTOML(file: String, line: Int?, reason: String)
  case unknownKey(file: String, line: Int?, key: String, nearest: String?)
  case badValue(place: String, key: String, expected: String, found: String)
  case missingKey(file: String, key: String)
  /// A setting on the command line or in the environment that does not exist.
  case unknownSetting(place: String, name: String, nearest: String?)
  /// A command needs a setting that has no value.
  case notSet(key: String, need: String)
}

extension ConfigurationError: CustomStringConvertible {
  var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "configuration: cannot read \(file): \(reason)"
    case .notTOML(let file, let line, let reason):
      "configuration: \(Self.place(file, line)): not TOML: \(reason)"
    case .unknownKey(let file, let line, let key, _):
      "configuration: \(Self.place(file, line)): unknown key \(key)"
    case .badValue(let place, let key, let expected, let found):
      "configuration: \(place): \(key): expected \(expected), found \(found)"
    case .missingKey(let file, let key):
      "configuration: \(file): key \(key) is missing"
    case .unknownSetting(let place, let name, _):
      "configuration: \(place): unknown setting \(name)"
    case .notSet(let key, let need):
      "configuration: \(key) has no value, \(need)"
    }
  }

  /// What to do about it.
  var hint: String? {
    switch self {
    case .unknownKey(_, _, _, let nearest?), .unknownSetting(_, _, let nearest?):
      "did you mean \(nearest)?"
    case .unknownKey, .unknownSetting:
      "updatemirror config show lists every key"
    case .notSet(let key, _):
      "set \(key) in updatemirror.toml, or --set \(key)=VALUE"
    case .unreadable, .notTOML, .badValue, .missingKey:
      nil
    }
  }

  private static func place(_ file: String, _ line: Int?) -> String {
    line.map { "\(file): line \($0)" } ?? file
  }
}
