public import UpdateModel

/// What clients are sent of one revision's metadata, instead of the document (MS-WUSP 3.1.1.1).
///
/// All bytes are UTF-8 without declaration and without namespaces; ``core`` and ``extended`` are several elements in
/// a row, which is no document.
public struct DerivedFragments: Hashable, Sendable {
  /// Identity, properties for rules, relationships and rules.
  public var core: [UInt8] = []
  /// The other properties, files and what the handler needs.
  public var extended: [UInt8] = []
  /// In the order of the document; each language once, the first of several with one language.
  public var localized: [Localized] = []
  /// In the order of the document; each language and country once.
  public var eulas: [EULA] = []
  /// One for each thing that a driver drives; empty for all other revisions (MS-WUSP 3.1.1.1, WUSP-137).
  public var drivers: [DriverRow] = []

  public init() {}

  /// Titles and texts in one language (WUSP-161).
  public struct Localized: Hashable, Sendable {
    /// As written in the metadata.
    public var language: String
    public var bytes: [UInt8]

    public init(language: String, bytes: [UInt8]) {
      self.language = language
      self.bytes = bytes
    }
  }

  /// Which file is the EULA in one language (WUSP-162).
  public struct EULA: Hashable, Sendable {
    public var language: String
    /// Three letters of a country; nil for the rest of the world (WUSP-163).
    public var geoID: String?
    /// What an administrator accepts: `Properties/@EulaID`.
    public var eulaID: GUID?
    public var bytes: [UInt8]
    /// The file; nil when the element does not describe a whole one.
    public var file: ContentFile?

    public init(language: String, geoID: String?, eulaID: GUID?, bytes: [UInt8], file: ContentFile?) {
      self.language = language
      self.geoID = geoID
      self.eulaID = eulaID
      self.bytes = bytes
      self.file = file
    }
  }
}
