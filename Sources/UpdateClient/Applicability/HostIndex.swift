import UpdateModel

/// Facts in the form in which rules ask for them: letter case does not count on Windows.
struct HostIndex: Sendable {
  let facts: HostFacts
  let registry: RegistryView?
  let registry32: RegistryView?
  private let files: [String: HostFacts.File]?

  init(_ facts: HostFacts) {
    self.facts = facts
    registry = facts.registry.map { RegistryView($0) }
    registry32 = facts.registry32.map { RegistryView($0) }
    files = facts.files.map { files in
      Dictionary(files.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// A file, nil when there is none; unknown without a list of files.
  func file(_ path: String) -> Known<HostFacts.File?> {
    guard let files else { return .unknown }
    return .known(files[path.lowercased()])
  }
}

/// A fact, or that there is none about the matter.
enum Known<Value> {
  case known(Value)
  case unknown
}

/// The keys of a registry with all keys above them.
struct RegistryView: Sendable {
  private var values: [String: [String: HostFacts.RegistryValue]] = [:]
  private var keys: Set<String> = []

  init(_ facts: [String: [String: HostFacts.RegistryValue]]) {
    for (key, named) in facts {
      let path = Self.normalized(key)
      for (name, value) in named { values[path, default: [:]][name.lowercased()] = value }
      var rest = path[...]
      while !rest.isEmpty, keys.insert(String(rest)).inserted {
        rest = rest.lastIndex(of: "\\").map { rest[..<$0] } ?? ""
      }
    }
  }

  func hasKey(_ path: String) -> Bool { keys.contains(Self.normalized(path)) }

  func value(_ path: String, _ name: String) -> HostFacts.RegistryValue? {
    values[Self.normalized(path)]?[name.lowercased()]
  }

  private static let hives = [
    "hklm": "hkey_local_machine", "hkcu": "hkey_current_user", "hkcr": "hkey_classes_root", "hku": "hkey_users",
  ]

  private static func normalized(_ path: String) -> String {
    let parts = path.lowercased().split(separator: "\\").map(String.init)
    guard let hive = parts.first else { return "" }
    return ([hives[hive] ?? hive] + parts.dropFirst()).joined(separator: "\\")
  }
}
