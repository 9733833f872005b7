import UpdateModel

/// Administration and settings of the source (docs/archive-format.md section 5). Always whole.
struct ArchiveState: Hashable, Sendable {
  /// Sorted, as ``declined``.
  var acceptedEULAs: [GUID] = []
  var declined: [GUID] = []
  /// In the order of the source.
  var deployments: [Deployment] = []
  /// Sorted by their ids.
  var groups: [TargetGroup] = []
  /// Sorted by their ids.
  var languages: [LanguageSetting] = []
  var settings = ArchiveSettings()
}

/// What a server tells its DSSs of itself, as far as it travels.
struct ArchiveSettings: Hashable, Sendable {
  var isCatalogOnly = false
  var hostsPSFFiles = false
  var isLazy = false
  var limits = RequestLimits()
}

extension ArchiveState {
  static let maximumDeployments = 200_000
  static let maximumGroups = 100_000
  static let maximumLanguages = 10_000
  private static let document = "state.json"

  /// Brings lists that have no order of their own into the one of the format.
  func sorted() -> ArchiveState {
    var state = self
    state.acceptedEULAs.sort()
    state.declined.sort()
    state.groups.sort { $0.targetGroupID < $1.targetGroupID }
    state.languages.sort { $0.languageID < $1.languageID }
    return state
  }

  /// The unpacked object. Lists must be sorted as ``sorted()`` does.
  func bytes() -> [UInt8] {
    var writer = CanonicalJSONWriter()
    writer.beginObject()
    writer.member("acceptedEulas", acceptedEULAs)
    writer.member("declined", declined)
    writer.key("deployments")
    writer.beginArray()
    for deployment in deployments { deployment.write(&writer) }
    writer.endArray()
    writer.key("groups")
    writer.beginArray()
    for group in groups { group.write(&writer) }
    writer.endArray()
    writer.key("languages")
    writer.beginArray()
    for language in languages { language.write(&writer) }
    writer.endArray()
    writer.key("settings")
    settings.write(&writer)
    writer.endObject()
    writer.lineFeed()
    return writer.bytes
  }

  /// Reads what ``bytes()`` has written.
  static func parse(_ bytes: [UInt8]) throws(FormatError) -> ArchiveState {
    var reader = CanonicalJSONReader(bytes, document: document)
    var state = ArchiveState()
    try reader.beginObject()
    try reader.key("acceptedEulas")
    state.acceptedEULAs = try reader.sortedGUIDs()
    try reader.key("declined")
    state.declined = try reader.sortedGUIDs()
    try reader.key("deployments")
    state.deployments = try reader.list(maximumDeployments) { reader throws(FormatError) in try Deployment(&reader) }
    try reader.key("groups")
    state.groups = try reader.sortedList(maximumGroups, by: { $0.targetGroupID }) {
      reader throws(FormatError) in try TargetGroup(&reader)
    }
    try reader.key("languages")
    state.languages = try reader.sortedList(maximumLanguages, by: { $0.languageID }) {
      reader throws(FormatError) in try LanguageSetting(&reader)
    }
    try reader.key("settings")
    state.settings = try ArchiveSettings(&reader)
    try reader.endObject()
    try reader.end()
    return state
  }
}

extension CanonicalJSONReader {
  /// A list of at most `limit` values.
  mutating func list<Value>(
    _ limit: Int, _ read: (inout CanonicalJSONReader) throws(FormatError) -> Value
  ) throws(FormatError) -> [Value] {
    var values: [Value] = []
    try beginArray()
    while try nextElement() {
      guard values.count < limit else { throw refusal("at most \(limit) elements", "more") }
      values.append(try read(&self))
    }
    return values
  }

  /// A list whose values have greater and greater keys.
  mutating func sortedList<Value, Key: Comparable>(
    _ limit: Int, by key: (Value) -> Key, _ read: (inout CanonicalJSONReader) throws(FormatError) -> Value
  ) throws(FormatError) -> [Value] {
    var last: Key?
    return try list(limit) { (reader) throws(FormatError) in
      let start = reader.offset
      let value = try read(&reader)
      if let last, last >= key(value) {
        throw reader.refusal(at: start, "an element behind \(last)", "\(key(value))")
      }
      last = key(value)
      return value
    }
  }

  /// A whole number of 32 bits.
  mutating func integer32(_ range: ClosedRange<Int32> = .min ... .max) throws(FormatError) -> Int32 {
    Int32(truncatingIfNeeded: try integer(Int64(range.lowerBound)...Int64(range.upperBound)))
  }
}
