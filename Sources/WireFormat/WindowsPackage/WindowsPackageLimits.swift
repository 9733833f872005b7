/// What a Windows package from a stranger may hold.
public struct WindowsPackageLimits: Hashable, Sendable {
  /// Bytes of one metadata document, up to ``MetadataText/byteLimit``.
  public var documentBytes: Int
  /// Bytes of each of the two members.
  public var totalBytes: Int
  public var updates: Int
  public var files: Int
  public var languages: Int
  /// Files, categories and classifications of one update, each.
  public var perUpdate: Int

  public init(
    documentBytes: Int = MetadataText.byteLimit, totalBytes: Int = 0x7FFF_FFFF, updates: Int = 1_000_000,
    files: Int = 5_000_000, languages: Int = 1_000, perUpdate: Int = 20_000
  ) {
    self.documentBytes = documentBytes
    self.totalBytes = totalBytes
    self.updates = updates
    self.files = files
    self.languages = languages
    self.perUpdate = perUpdate
  }

  /// `package.xml` has no text and short attributes.
  var xml: XMLLimits {
    XMLLimits(
      depth: 16, elements: 50_000_000, text: 64 << 10, attributes: 32, attributeBytes: 16 << 10, token: 64 << 10,
      total: totalBytes)
  }
}
