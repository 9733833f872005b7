public import UpdateModel

/// What a client may ask for of a revision (wusp.md 6.2).
public enum FragmentKind: Int, Hashable, Sendable {
  case core = 0
  case extended = 1
  case localizedProperties = 2
  case eula = 3
}

/// One fragment as a client receives it.
public struct Fragment: Hashable, Sendable {
  public let revisionID: RevisionID
  public let kind: FragmentKind
  /// As the document spells it; nil for core and extended.
  public let language: String?
  public let bytes: [UInt8]
}

/// What was derived from one document, on its way into the catalogue.
public struct DerivedRevision: Hashable, Sendable {
  /// A fragment of one language: properties, or a EULA.
  public struct Localized: Hashable, Sendable {
    public let language: String
    /// ISO 3166 alpha-3; nil for the rest of the world and for properties.
    public let geoID: String?
    public let eulaID: GUID?
    public let bytes: [UInt8]

    public init(language: String, geoID: String? = nil, eulaID: GUID? = nil, bytes: [UInt8]) {
      self.language = language
      self.geoID = geoID
      self.eulaID = eulaID
      self.bytes = bytes
    }
  }

  /// Everything that clients get of a document, and how a driver among them ranks.
  public struct Content: Hashable, Sendable {
    public var core: [UInt8]
    public var extended: [UInt8]
    public var localized: [Localized]
    public var eulas: [Localized]
    public var drivers: [DriverRow]

    public init(
      core: [UInt8], extended: [UInt8], localized: [Localized] = [], eulas: [Localized] = [], drivers: [DriverRow] = []
    ) {
      self.core = core
      self.extended = extended
      self.localized = localized
      self.eulas = eulas
      self.drivers = drivers
    }
  }

  public enum Outcome: Hashable, Sendable {
    case content(Content)
    /// The document cannot be transformed. Its revision is offered to nobody.
    case failure(reason: String)
  }

  public let revisionID: RevisionID
  public let outcome: Outcome

  public init(_ revisionID: RevisionID, _ outcome: Outcome) {
    self.revisionID = revisionID
    self.outcome = outcome
  }
}

/// A revision whose document could not be transformed.
public struct FragmentFailure: Hashable, Sendable {
  public let revisionID: RevisionID
  public let identity: UpdateIdentity
  public let reason: String
}
