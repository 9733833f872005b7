import Catalog
public import UpdateModel

/// What a run did.
public struct SyncReport: Sendable {
  /// A revision that the USS listed and did not deliver in a usable form.
  public struct Unavailable: Hashable, Sendable {
    public let identity: UpdateIdentity
    public let reason: String
  }

  public var began: Timestamp
  public var ended: Timestamp
  public var endpoint: String
  /// Revisions made visible.
  public var newRevisions = 0
  public var newUpdates = 0
  public var changedDeployments = 0
  public var unresolvedDeployments = 0
  /// At most 1,000.
  public var unavailable: [Unavailable] = []
  /// Bundles nest so deep that their innermost members were left out.
  public var leavesReferencesOut = false
  /// nil when the run did not come to the content.
  public var content: ContentReport?
  /// The run's row in the history, as soon as there is one.
  var historyRow: Int64?

  /// Everything selected is here.
  public var isComplete: Bool {
    unavailable.isEmpty && !leavesReferencesOut && (content?.missing.isEmpty ?? true) && content?.stopped == nil
  }
}

/// What a run would do (`sync --dry-run`).
public struct SyncPreview: Sendable {
  public var endpoint: String
  /// Categories, classifications and detectoids that are listed and not here.
  public var newCategories = 0
  /// Software and drivers that are listed and not here.
  public var newRevisions = 0
  public var listedRevisions = 0
  /// Bytes of the new metadata, of the documents that were read.
  public var metadataBytes: Int64 = 0
  /// Deployments of the USS that are new, changed or dead; 0 on an autonomous server.
  public var changedDeployments = 0
  /// Files that the inspected revisions name, fetched at once by an eager site and on approval by a lazy one.
  public var newFiles = 0
  public var newFileBytes: Int64 = 0
  /// Files without a declared size: they are missing in ``newFileBytes``.
  public var filesOfUnknownSize = 0
  /// Revisions whose metadata was read for the figures above; fewer than ``newRevisions`` means an estimate.
  public var inspectedRevisions = 0
  /// Files that this site wants already and does not have.
  public var waitingFiles = 0
  public var waitingFileBytes: Int64 = 0

  public var isEstimate: Bool { inspectedRevisions < newRevisions }
}
