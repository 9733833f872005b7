public import UpdateModel

/// Which updates an archive is asked to carry. Everything empty: all of them.
public struct ExportSelection: Hashable, Sendable {
  /// Only revisions with a live approval (install or uninstall) that are not declined.
  public var approvedOnly: Bool
  /// Products and what lies above them; an update belongs to one of them.
  public var categories: [GUID]
  public var classifications: [GUID]
  /// Only revisions approved for one of these groups, for one above or for one below it.
  public var groups: [GUID]

  public init(
    approvedOnly: Bool = false, categories: [GUID] = [], classifications: [GUID] = [], groups: [GUID] = []
  ) {
    self.approvedOnly = approvedOnly
    self.categories = categories
    self.classifications = classifications
    self.groups = groups
  }

  public static let everything = ExportSelection()
}

/// A published revision as an archive carries it.
public struct ExportedRevision: Hashable, Sendable {
  public let identity: UpdateIdentity
  /// Byte for byte as received.
  public let document: [UInt8]
  /// In the order of the metadata, with location and decryption key where they are known.
  public let files: [FileLocation]
  /// Whether an absent key means that the file has none. Only revisions with encrypted files ask for keys.
  public let keysKnown: Bool

  public init(identity: UpdateIdentity, document: [UInt8], files: [FileLocation], keysKnown: Bool) {
    self.identity = identity
    self.document = document
    self.files = files
    self.keysKnown = keysKnown
  }
}

/// A content file of the selected revisions.
public struct ExportedFile: Hashable, Sendable {
  public let file: ContentFile
  public let isPresent: Bool

  public init(file: ContentFile, isPresent: Bool) {
    self.file = file
    self.isPresent = isPresent
  }
}

/// Administration and settings of a site (docs/archive-format.md 5, the state).
public struct ExportedState: Hashable, Sendable {
  /// In the order of their identifiers.
  public var groups: [TargetGroup]
  /// In the order of the source.
  public var deployments: [Deployment]
  /// All declined updates, sorted.
  public var declined: [GUID]
  /// All accepted EULAs, sorted.
  public var acceptedEULAs: [GUID]
  public var languages: [LanguageSetting]
  /// `replicationMode` is not carried.
  public var settings: ServerSettings

  public init(
    groups: [TargetGroup], deployments: [Deployment], declined: [GUID], acceptedEULAs: [GUID],
    languages: [LanguageSetting], settings: ServerSettings
  ) {
    self.groups = groups
    self.deployments = deployments
    self.declined = declined
    self.acceptedEULAs = acceptedEULAs
    self.languages = languages
    self.settings = settings
  }
}

/// Something that the selection needs and an archive does not carry.
public struct LeftOut: Hashable, Sendable {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// Files of declined updates alone.
    case declined
    /// Absent delta files; this server does not store them.
    case express
    /// Absent files without a declared SHA-256.
    case withoutSHA256
    /// Files that this server does not have (yet).
    case absent
    /// Bundle members that were never published here.
    case missingBundleMember
    /// Updates named as prerequisites that were never published here.
    case missingPrerequisite
    /// Deployments whose revision or group is unknown here.
    case unresolvedDeployment
  }

  public let reason: Reason
  public let count: Int
  /// Of files whose size is known.
  public let bytes: Int64
  /// At most ``exampleLimit``: digests, identities, GUIDs.
  public let examples: [String]

  public static let exampleLimit = 5
}
