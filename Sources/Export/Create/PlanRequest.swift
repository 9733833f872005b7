import UpdateModel

/// For which folder an archive was begun, and with which options: the same command finds it again by this.
struct PlanRequest: Hashable, Sendable {
  /// The real path of the archive's folder.
  let folder: String
  /// The options in words, in one order.
  let options: [String]

  init(folder: String, options: [String]) {
    self.folder = folder
    self.options = options
  }

  var bytes: [UInt8] {
    var writer = CanonicalJSONWriter()
    writer.beginObject()
    writer.member("folder", folder)
    writer.member("options", options)
    writer.endObject()
    writer.lineFeed()
    return writer.bytes
  }

  init(bytes: [UInt8]) throws(FormatError) {
    var reader = CanonicalJSONReader(bytes, document: "request.json")
    try reader.beginObject()
    try reader.key("folder")
    folder = try reader.text()
    try reader.key("options")
    var options: [String] = []
    try reader.beginArray()
    while try reader.nextElement() { options.append(try reader.text()) }
    try reader.endObject()
    try reader.end()
    self.options = options
  }
}

/// What is known of a volume once it is written.
struct VolumeRecord: Hashable, Sendable {
  let sha256: InlineSHA256
  /// The digests of the entries that are parts of objects, in their order; those of others are in the plan.
  let parts: [InlineSHA256]

  var bytes: [UInt8] {
    var writer = CanonicalJSONWriter()
    writer.beginObject()
    writer.member("parts", parts.map(\.hex))
    writer.member("sha256", sha256.hex)
    writer.endObject()
    writer.lineFeed()
    return writer.bytes
  }

  init(sha256: InlineSHA256, parts: [InlineSHA256]) {
    self.sha256 = sha256
    self.parts = parts
  }

  init(bytes: [UInt8]) throws(FormatError) {
    var reader = CanonicalJSONReader(bytes, document: "volume")
    try reader.beginObject()
    try reader.key("parts")
    var parts: [InlineSHA256] = []
    try reader.beginArray()
    while try reader.nextElement() { parts.append(try reader.sha256()) }
    try reader.key("sha256")
    sha256 = try reader.sha256()
    try reader.endObject()
    try reader.end()
    self.parts = parts
  }
}
