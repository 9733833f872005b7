public import UpdateModel

/// The two listings of the metadata phase, each with its own anchor (AMB-09, SSS-126).
public enum ListingKind: Int, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  /// GetConfig TRUE: categories, classifications, detectoids.
  case configuration = 0
  /// GetConfig FALSE: software and drivers.
  case updates = 1

  public var description: String {
    switch self {
    case .configuration: "categories"
    case .updates: "updates"
    }
  }
}

/// A listing that is being fetched; it survives restarts (SSS-146).
public struct ListingProgress: Hashable, Sendable {
  public let kind: ListingKind
  /// Becomes the kind's anchor when the listing is published.
  public let anchor: SyncAnchor
  public let begun: Timestamp
  /// Identities the USS listed.
  public let listed: Int
  /// Those of them that were not stored when the listing began.
  public let wanted: Int
  /// Wanted identities that are neither stored nor unavailable.
  public let pending: Int
  public let unavailable: Int
}

/// One identity of a listing that is still to be fetched.
public struct PendingIdentity: Hashable, Sendable {
  /// Give the last one as `after` to get the next page.
  public let position: Int64
  public let identity: UpdateIdentity
}

/// One revision as it came from the USS.
public struct StagedRevision: Hashable, Sendable {
  public var metadata: UpdateMetadata
  /// The metadata document as received, byte for byte (SSS-171, SSS-183).
  public var document: [UInt8]
  /// The `fileUrls` entries of this revision's files.
  public var locations: [FileLocation]

  public init(metadata: UpdateMetadata, document: [UInt8], locations: [FileLocation] = []) {
    self.metadata = metadata
    self.document = document
    self.locations = locations
  }
}

/// What the stored revisions and deployments name and the catalogue lacks (AMB-08, AMB-29, SSS-224).
public struct MissingReferences: Hashable, Sendable {
  /// Members of bundles.
  public let bundled: [UpdateIdentity]
  /// Revisions named by live deployments.
  public let deployed: [UpdateIdentity]

  /// Bundled and deployed identities without repetition: what can be fetched.
  public var identities: [UpdateIdentity] { Array(Set(bundled + deployed)).sorted() }
}

/// What one publication made visible.
public struct PublishSummary: Hashable, Sendable {
  public let kind: ListingKind
  /// nil when nothing was new.
  public let sequence: Int64?
  /// Revisions made visible, of which ``updates`` are the first of their update.
  public let revisions: Int
  public let updates: Int
  /// Deployments that waited for one of the revisions.
  public let resolvedDeployments: Int
  /// Listed identities the USS never delivered (AMB-17, SSS-169).
  public let unavailable: Int
}
