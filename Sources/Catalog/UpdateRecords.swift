public import UpdateModel

/// What `updates list` asks for; nil or empty = any.
public struct UpdateQuery: Hashable, Sendable {
  public enum Approval: Hashable, Sendable {
    /// A live deployment to install.
    case install
    case uninstall
    /// No live install or uninstall deployment, not declined.
    case notApproved
    case declined
    /// Any but declined.
    case notDeclined
  }

  /// Products, product families or companies; an update matches one of them or one below.
  public var categories: [GUID] = []
  public var classifications: [GUID] = []
  public var approval: Approval?
  /// Every word must occur in the title, description, a KB article or a bulletin.
  public var text: String?
  public var isSuperseded: Bool?
  /// True: a file of the update or of its bundle members is absent.
  public var needsFiles: Bool?
  /// False hides members of bundles and other revisions that cannot be approved on their own.
  public var includesNotDeployable = false
  public var language: String?
  /// 1 to 10,000.
  public var limit = 100
  /// The last row's ``UpdateRow/revisionID`` of the page before.
  public var after: RevisionID?

  public init() {}
}

/// One line of `updates list`: the latest revision of an update.
public struct UpdateRow: Hashable, Sendable {
  public let revisionID: RevisionID
  public let identity: UpdateIdentity
  public let kind: UpdateKind
  public let title: String
  public let kbArticles: [String]
  public let classification: String?
  public let creationDate: Timestamp?
  /// When it became visible here.
  public let arrivalDate: Timestamp
  public let isSuperseded: Bool
  public let isHidden: Bool
  /// Target groups with a live install deployment.
  public let installApprovals: Int
  public let files: Int
  public let missingFiles: Int
}

/// An update named by another one.
public struct UpdateReference: Hashable, Sendable {
  public let updateID: GUID
  /// nil when only the update is named, or none is stored.
  public let revisionNumber: Int32?
  /// nil when not stored.
  public let title: String?
}

/// Everything a person asks of one revision.
public struct UpdateDetails: Hashable, Sendable {
  public let row: UpdateRow
  /// All stored revisions of the update, the highest first.
  public let revisions: [UpdateIdentity]
  public let isLatest: Bool
  public let localized: [LocalizedProperties]
  public let languages: [String]
  public let defaultLanguage: String?
  public let securityBulletins: [String]
  public let msrcSeverity: String?
  public let supportURL: String?
  public let handler: String?
  public let publicationState: String?
  public let isExplicitlyDeployable: Bool
  public let isMandatory: Bool
  public let compatibleProtocolVersion: ProtocolVersion?
  public let maxDownloadSize: Int64?
  public let eulaID: GUID?
  public let isEULAAccepted: Bool
  public let prerequisites: [PrerequisiteClause]
  public let categories: [UpdateReference]
  public let classifications: [UpdateReference]
  public let supersedes: [UpdateReference]
  public let supersededBy: [UpdateReference]
  public let bundles: [UpdateReference]
  public let bundledBy: [UpdateReference]
  public let files: [FileRecord]
  public let approvals: [Approval]

  /// A live deployment with its group's name.
  public struct Approval: Hashable, Sendable {
    public let deployment: Deployment
    /// nil when the group is unknown (AMB-25).
    public let groupName: String?
  }
}

/// A category or classification.
public struct CategoryRow: Hashable, Sendable {
  public let updateID: GUID
  public let type: CategoryType
  public let title: String
  /// The categories this one belongs to: a product's family, a family's company.
  public let parents: [GUID]
  /// Latest published revisions that name it.
  public let updates: Int
}

/// Sizes for `status`.
public struct CatalogCounts: Hashable, Sendable {
  public let categories: Int
  public let classifications: Int
  public let detectoids: Int
  /// Software and driver updates, and all their revisions.
  public let updates: Int
  public let revisions: Int
  public let stagedRevisions: Int
  public let hiddenUpdates: Int
  public let supersededUpdates: Int
  public let groups: Int
  public let liveDeployments: Int
  public let unresolvedDeployments: Int
  public let unavailableRevisions: Int
  public let lastSequence: Int64
}
