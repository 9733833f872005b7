import ArgumentParser
import Foundation

/// Where the state is, and settings for this run only.
struct CommonOptions: ParsableArguments {
  @Option(name: .long, help: "The state directory (UPDATEMIRROR_STATE; default /var/lib/updatemirror).")
  var state: String?

  @Option(name: .long, help: "The configuration file (UPDATEMIRROR_CONFIG; default STATE/updatemirror.toml).")
  var config: String?

  @Option(name: .customLong("set"), help: "A setting for this run, as upstream.url=http://host:8530. Repeatable.")
  var settings: [String] = []

  @Option(name: .long, help: "Least level that is logged: trace, debug, info, notice, warning, error.")
  var logLevel: String?

  var stateDirectory: StateDirectory {
    let environment = ProcessInfo.processInfo.environment
    let named = state ?? environment[StateDirectory.environmentName].flatMap { $0.isEmpty ? nil : $0 }
    return StateDirectory(path: named ?? StateDirectory.standardPath)
  }

  /// Reads the configuration with the precedence flag, environment, file, default.
  ///
  /// - Parameter extra: settings that flags of the command stand for.
  func configuration(extra: [Setting: String] = [:]) throws -> Configuration {
    let environment = ProcessInfo.processInfo.environment
    var flags = try Self.assignments(settings)
    if let logLevel { flags[.logLevel] = logLevel }
    flags.merge(extra) { $1 }
    return try Configuration(document: try document(environment), environment: environment, flags: flags)
  }

  /// The file that is read; nil when there is none and none was named.
  func configurationFile(_ environment: [String: String]) -> String? {
    if let named = config ?? environment["UPDATEMIRROR_CONFIG"], !named.isEmpty { return named }
    let standard = stateDirectory.configurationFile
    return FileManager.default.fileExists(atPath: standard) ? standard : nil
  }

  private func document(_ environment: [String: String]) throws -> TOMLDocument? {
    guard let file = configurationFile(environment) else { return nil }
    return try TOMLDocument(file: file)
  }

  static func assignments(_ settings: [String]) throws(ConfigurationError) -> [Setting: String] {
    var flags: [Setting: String] = [:]
    for assignment in settings {
      let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let setting = Setting(rawValue: parts[0]) else {
        let nearest = NearestWord.of(parts[0], in: Setting.allCases.map(\.key))
        throw .unknownSetting(place: "--set", name: parts[0], nearest: nearest)
      }
      guard parts.count == 2 else {
        throw .badValue(place: "--set", key: setting.key, expected: "KEY=VALUE", found: "no value")
      }
      if let first = flags[setting], first != parts[1] {
        let isShown = setting.mayShow(first + parts[1])
        let found = isShown ? "\"\(first)\" and \"\(parts[1])\"" : "two values"
        throw .badValue(place: "--set", key: setting.key, expected: "one value", found: found)
      }
      flags[setting] = parts[1]
    }
    return flags
  }
}
