public import UpdateModel

/// Writes `package.xml` part by part, so that no more than one part is in memory: languages, then files, then updates
/// in the order of `metadata.txt`.
///
/// Attributes have a fixed order: the same parts give the same bytes. That an update is not given twice and stands
/// behind what it needs is the work of the caller.
public struct WindowsPackageWriter: Sendable {
  private enum Section: Int, Comparable {
    case languages, files, updates

    static func < (left: Section, right: Section) -> Bool { left.rawValue < right.rawValue }
    var name: StaticString {
      switch self {
      case .languages: "Languages"
      case .files: "Files"
      case .updates: "Updates"
      }
    }
  }

  private var writer = XMLWriter()
  private var section = Section.languages

  public init(header: WindowsPackageHeader, languages: [LanguageSetting]) {
    writer.raw("<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n")
    writer.start("ExportPackage")
    writer.attribute("ServerID", header.serverID.description)
    writer.attribute("CreationTime", Self.wholeSeconds(header.creationTime).description)
    writer.attribute("FormatVersion", WindowsPackageHeader.formatVersion)
    writer.attribute("ProtocolVersion", header.protocolVersion.description)
    writer.start(section.name)
    for language in languages { append(language) }
  }

  private static func wholeSeconds(_ time: Timestamp) -> Timestamp {
    Timestamp(ticks: time.ticks / Timestamp.ticksPerSecond * Timestamp.ticksPerSecond)
  }

  private mutating func append(_ language: LanguageSetting) {
    writer.start("Language")
    writer.attribute("Id", String(language.languageID))
    writer.attribute("ShortName", language.shortName)
    writer.attribute("LongName", language.longName)
    writer.attribute("Enabled", language.isEnabled ? "1" : "0")
    writer.end()
  }

  /// Adds a file.
  ///
  /// - Returns: bytes to be written next, often none.
  /// - Throws: ``WireError`` when an update was added before.
  public mutating func append(_ file: PackagedFile) throws(WireError) -> [UInt8] {
    try enter(.files)
    writer.start("File")
    writer.attribute("Digest", Self.base64(file.digest))
    writer.attribute("MUUrl", file.muURL ?? "")
    writer.attribute("Name", file.name)
    writer.end()
    return ready()
  }

  /// Adds an update.
  ///
  /// - Returns: bytes to be written next, often none.
  /// - Throws: ``WireError`` for a negative revision number.
  public mutating func append(_ update: PackagedUpdate) throws(WireError) -> [UInt8] {
    guard update.identity.revisionNumber >= 0 else {
      throw .invalidValue(
        WireLocation(operation: "package.xml", element: "Update"), expected: "a revision number of 0 or more",
        found: "\(update.identity)")
    }
    try enter(.updates)
    writer.start("Update")
    writer.attribute("UpdateId", update.identity.updateID.description)
    writer.attribute("RevisionNumber", String(update.identity.revisionNumber))
    list("Files", of: "File", "Digest", update.files.map(Self.base64))
    list("Categories", of: "Category", "Value", update.categories.map(\.description))
    list("Classifications", of: "Classification", "Value", update.classifications.map(\.description))
    writer.end()
    return ready()
  }

  /// Ends the document. Call it once.
  ///
  /// - Returns: the last bytes.
  public mutating func finish() -> [UInt8] {
    while section < .updates { startNextSection() }
    writer.end()
    writer.end()
    return writer.take()
  }

  private mutating func list(
    _ name: StaticString, of item: StaticString, _ attribute: StaticString, _ values: [String]
  ) {
    writer.start(name)
    for value in values {
      writer.start(item)
      writer.attribute(attribute, value)
      writer.end()
    }
    writer.end()
  }

  private mutating func enter(_ wanted: Section) throws(WireError) {
    guard section <= wanted else {
      throw .unexpectedElement(
        WireLocation(operation: "package.xml"), expected: "a part of \(section.name)",
        found: "one of \(wanted.name), which stand before")
    }
    while section < wanted { startNextSection() }
  }

  private mutating func startNextSection() {
    guard let next = Section(rawValue: section.rawValue + 1) else { return }
    writer.end()
    section = next
    writer.start(next.name)
  }

  /// What is worth a write of its own.
  private mutating func ready() -> [UInt8] { writer.bytes.count < 64 << 10 ? [] : writer.take() }

  private static func base64(_ digest: FileDigest) -> String {
    String(decoding: Base64.encode(digest.bytes), as: UTF8.self)
  }
}
