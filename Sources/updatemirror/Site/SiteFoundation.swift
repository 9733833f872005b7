import Catalog
import ContentStore
import Foundation
import Platform
import Sealing

/// Makes a state directory: folders, cookie keys, a commented configuration, the catalogue last.
///
/// Configuration, keys and content that are there already are kept: so a site whose catalogue was
/// lost is made anew around its content.
struct SiteFoundation {
  let state: StateDirectory
  /// Settings to write into the configuration file; all others are there as comments.
  let settings: [Setting: String]

  /// - Throws: ``Failure`` when the directory already holds a server, or holds something else.
  func lay() async throws {
    guard !state.exists else {
      throw Failure(
        .failed, "state directory \(state.path): expected none, found a server in it",
        hint: "use it as it is, or name another --state")
    }
    try refuseForeignFiles()
    _ = try Folder.make(path: state.path, permissions: 0o750)
    _ = try Folder.make(path: state.keysFolder, permissions: 0o700)
    let lock = try state.lock()
    if !FileManager.default.fileExists(atPath: state.cookieKeysFile) {
      try DurableFile.write(try SealingKeyRing.generate().serialized, to: state.cookieKeysFile, permissions: 0o600)
    }
    try writeConfiguration()
    _ = try ContentStore(state: state.path)
    try await Catalog.open(path: state.catalogFile, clock: SystemClock.now).close()
    withExtendedLifetime(lock) {}
  }

  private func writeConfiguration() throws {
    guard FileManager.default.fileExists(atPath: state.configurationFile) else {
      return try DurableFile.write(
        Array(ConfigurationFile.text(settings).utf8), to: state.configurationFile, permissions: 0o640)
    }
    guard settings.isEmpty else {
      throw Failure(
        .failed, "\(state.configurationFile): expected none, found one; it is kept as it is",
        hint: "edit it, and run init without settings")
    }
  }

  /// What an interrupted `init` left is taken over; anything else is not ours.
  private func refuseForeignFiles() throws {
    let manager = FileManager.default
    guard manager.fileExists(atPath: state.path) else { return }
    let own: Set = ["updatemirror.toml", "keys", "content", "staging", "quarantine", "lock", "verify.state"]
    let foreign = try manager.contentsOfDirectory(atPath: state.path)
      .filter { !own.contains($0) && !$0.hasPrefix("updatemirror.toml") && !$0.hasPrefix("catalog.sqlite") }
    guard let first = foreign.min() else { return }
    throw Failure(
      .failed, "state directory \(state.path): expected an empty folder, found \(first)",
      hint: "name a folder that is empty or does not exist")
  }
}

/// The text of a commented `updatemirror.toml`.
enum ConfigurationFile {
  static func text(_ settings: [Setting: String]) -> String {
    var lines = [
      "# Configuration of updatemirror. Settings that are commented out have their default.",
      "# `updatemirror config show` tells every value and where it comes from.",
    ]
    var section = ""
    for setting in Setting.allCases {
      let parts = setting.key.split(separator: ".", maxSplits: 1).map(String.init)
      if parts[0] != section {
        section = parts[0]
        lines += ["", "[\(section)]"]
      }
      lines.append("# \(setting.meaning)")
      let value = settings[setting] ?? setting.fallback
      lines.append("\(settings[setting] == nil ? "# " : "")\(parts[1]) = \(literal(value, setting.kind))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func literal(_ text: String, _ kind: SettingKind) -> String {
    if case .integer = kind { return text }
    let escaped = text.flatMap { $0 == "\\" || $0 == "\"" ? ["\\", $0] : [$0] }
    return "\"\(String(escaped))\""
  }
}
