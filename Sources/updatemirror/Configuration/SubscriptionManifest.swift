import Foundation

/// What to mirror: a file of `Manifests/subscriptions`.
///
/// Every key may be left out; an empty list of products, classifications or
/// languages means all of them.
struct SubscriptionManifest: Equatable, Sendable {
  static let version: Int64 = 1

  enum ContentMode: String, CaseIterable, Sendable {
    /// Files are fetched when an approval or a downstream server asks for them.
    case lazy
    /// All files of the catalogue are fetched.
    case eager
    /// No files are fetched: this site keeps metadata only.
    case none
  }

  /// Names or GUIDs of products, product families or companies.
  var products: [String] = []
  /// Names or GUIDs of update classifications.
  var classifications: [String] = []
  /// Short names: `en`, `de`, `zh-cn`.
  var languages: [String] = []
  var includesDrivers = false
  var includesExpressFiles = false
  var contentMode = ContentMode.lazy
  var schedule = DailySchedule()

  static let keys = [
    "version", "products", "classifications", "languages", "drivers", "express-files", "content", "schedule",
  ]

  /// What is mirrored when no manifest is named.
  static let everything: SubscriptionManifest = {
    var manifest = SubscriptionManifest()
    manifest.includesDrivers = true
    return manifest
  }()

  init() {}

  /// - Throws: for an unknown key, a value of another kind, or an unknown version, naming the line.
  init(_ document: TOMLDocument) throws(ConfigurationError) {
    let reader = ManifestReader(document: document)
    try reader.refuseUnknown(document.root, path: [], known: Self.keys)
    guard case .integer(Self.version)? = document.root["version"] else {
      guard let found = document.root["version"] else { throw .missingKey(file: document.file, key: "version") }
      throw reader.bad(["version"], expected: String(Self.version), found: found)
    }
    products = try reader.texts(["products"]) ?? []
    classifications = try reader.texts(["classifications"]) ?? []
    languages = try reader.texts(["languages"]) ?? []
    includesDrivers = try reader.flag(["drivers"]) ?? false
    includesExpressFiles = try reader.flag(["express-files"]) ?? false
    let modes = ContentMode.allCases.map(\.rawValue)
    contentMode = try reader.choice(["content"], modes).flatMap { ContentMode(rawValue: $0) } ?? .lazy
    schedule = try DailySchedule(reader)
  }
}

/// When `serve` starts a run: times of the day, UTC.
struct DailySchedule: Equatable, Sendable {
  /// Minutes after midnight, rising.
  var minutes: [Int] = []

  init() {}

  init(_ reader: ManifestReader) throws(ConfigurationError) {
    guard let content = reader.document.root["schedule"] else { return }
    guard case .table(let entries) = content else {
      throw reader.bad(["schedule"], expected: "a table", found: content)
    }
    try reader.refuseUnknown(entries, path: ["schedule"], known: ["at"])
    for text in try reader.texts(["schedule", "at"]) ?? [] {
      guard let minute = Self.minute(text) else {
        throw reader.bad(["schedule", "at"], expected: "times such as \"02:30\"", found: .text(text))
      }
      minutes.append(minute)
    }
    minutes.sort()
  }

  /// Times with commas between, rising and each once; empty for no text, nil when one of them is none.
  static func minutes(_ text: String) -> [Int]? {
    if text.allSatisfy(\.isWhitespace) { return [] }
    var minutes: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let minute = minute(part.trimmingCharacters(in: .whitespaces)) else { return nil }
      minutes.insert(minute)
    }
    return minutes.sorted()
  }

  static func minute(_ text: String) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
      let minute = Int(parts[1]), (0...23).contains(hour), (0...59).contains(minute)
    else { return nil }
    return hour * 60 + minute
  }
}
