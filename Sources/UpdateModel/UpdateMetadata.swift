/// What a revision is, as far as synchronization must tell them apart (MS-WSUSSS 3.2.4.2).
public enum UpdateKind: Hashable, Sendable {
  case detectoid
  case category(CategoryType)
  case software
  case driver
  /// Any other `UpdateType`; treated as software.
  case other(String)

  /// Listed with GetConfig TRUE: detectoids, categories and update classifications (SSS-133).
  public var isConfiguration: Bool {
    switch self {
    case .detectoid, .category: true
    case .software, .driver, .other: false
    }
  }
}

/// `CategoryInformation/@CategoryType`.
public enum CategoryType: Hashable, Sendable {
  case company
  case productFamily
  case product
  case updateClassification
  case other(String)

  public init(_ text: String) {
    switch text {
    case "Company": self = .company
    case "ProductFamily": self = .productFamily
    case "Product": self = .product
    case "UpdateClassification": self = .updateClassification
    default: self = .other(text)
    }
  }

  public var text: String {
    switch self {
    case .company: "Company"
    case .productFamily: "ProductFamily"
    case .product: "Product"
    case .updateClassification: "UpdateClassification"
    case .other(let text): text
    }
  }
}

/// Titles and texts in one language.
public struct LocalizedProperties: Hashable, Sendable {
  /// As written in the metadata (`en`, `de`, `zh-cn`, `all`, ...).
  public let language: String
  public let title: String
  public let description: String?
  public let uninstallNotes: String?
  public let moreInfoURLs: [String]
  public let supportURL: String?

  public init(
    language: String, title: String, description: String? = nil, uninstallNotes: String? = nil,
    moreInfoURLs: [String] = [], supportURL: String? = nil
  ) {
    self.language = language
    self.title = title
    self.description = description
    self.uninstallNotes = uninstallNotes
    self.moreInfoURLs = moreInfoURLs
    self.supportURL = supportURL
  }
}

/// One clause of the prerequisites: satisfied by any of its updates. All clauses must hold.
public struct PrerequisiteClause: Hashable, Sendable {
  public let updateIDs: [GUID]
  /// The clause states membership in a category (`AtLeastOne IsCategory="true"`).
  public let isCategory: Bool

  public init(updateIDs: [GUID], isCategory: Bool = false) {
    self.updateIDs = updateIDs
    self.isCategory = isCategory
  }
}

/// One clause of the bundled updates: any of these revisions.
public struct BundleClause: Hashable, Sendable {
  public let identities: [UpdateIdentity]

  public init(identities: [UpdateIdentity]) { self.identities = identities }
}

/// What this server reads from an update's metadata document.
///
/// The document itself is kept and passed on byte for byte (SSS-171, SSS-183);
/// these are the parts that rules and people ask for (MS-WSUSSS 3.1.1.1).
public struct UpdateMetadata: Hashable, Sendable {
  public var identity: UpdateIdentity
  public var kind: UpdateKind
  public var defaultLanguage: String?
  public var localized: [LocalizedProperties] = []
  /// Languages the update is for, from `Properties/Language`; empty = all.
  public var languages: [String] = []
  public var creationDate: Timestamp?
  /// `Published`, `Expired`, ...
  public var publicationState: String?
  public var isExplicitlyDeployable = false
  public var isMandatory = false
  /// True when the default `IsPublic` was not switched off.
  public var isPublic = true
  public var msrcSeverity: String?
  public var kbArticles: [String] = []
  public var securityBulletins: [String] = []
  public var supportURL: String?
  public var handler: String?
  public var maxDownloadSize: Int64?
  public var compatibleProtocolVersion: ProtocolVersion?
  public var eulaID: GUID?
  /// SecuredFragment `FileURL` (SSS-179).
  public var isSecure = false
  /// SecuredFragment `FileDecryption`: keys must be fetched (SSS-181).
  public var needsDecryptionKeys = false
  public var supersededUpdates: [GUID] = []
  public var prerequisites: [PrerequisiteClause] = []
  public var bundledUpdates: [BundleClause] = []
  public var files: [ContentFile] = []

  public init(identity: UpdateIdentity, kind: UpdateKind) {
    self.identity = identity
    self.kind = kind
  }

  /// The title in `language`, else in the default language, else in any.
  public func title(in language: String? = nil) -> String? {
    let wanted = [language, defaultLanguage, "en"].compactMap { $0?.lowercased() }
    for candidate in wanted {
      if let match = localized.first(where: { $0.language.lowercased() == candidate }) { return match.title }
    }
    return localized.first?.title
  }

  public var isExpired: Bool { publicationState == "Expired" }
}
