public import UpdateModel

/// The one visible step of an import.
public struct ImportPublication: Hashable, Sendable {
  /// What the importing site takes besides metadata and content.
  public enum Administration: Hashable, Sendable {
    /// A replica takes groups, deployments, declines, EULAs, languages and limits as they are in the archive.
    case replica(ExportedState)
    /// An autonomous server keeps its own; these deployments are inserted or replaced by their identifier.
    case approvals([Deployment])
  }

  public var archive: ImportedArchive
  public var administration: Administration

  public init(archive: ImportedArchive, administration: Administration) {
    self.archive = archive
    self.administration = administration
  }
}

/// What one import made visible.
public struct ImportSummary: Hashable, Sendable {
  public let record: ImportRecord
  /// The archive was published before; nothing changed now, and all counts below are 0.
  public let wasAppliedBefore: Bool
  /// Revisions made visible, of which ``updates`` are the first of their update.
  public let revisions: Int
  public let updates: Int
  public let changedGroups: Int
  public let deletedGroups: Int
  public let changedDeployments: Int
  public let deadDeployments: Int
  public let changedHidden: Int
  public let acceptedEULAs: Int
  /// Deployments that waited for a revision or a group and came into effect.
  public let resolvedDeployments: Int
  /// Live deployments whose revision or group is unknown here; kept, not offered.
  public let unresolved: [Deployment]
}
