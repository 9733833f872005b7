public import Catalog

/// What an archive would be.
public struct ExportPreview: Hashable, Sendable {
  public let sequence: Int64
  public let base: ArchiveBase?
  public let counts: ArchiveCounts
  /// Estimated: metadata is not packed for a preview.
  public let volumes: Int
  public let bytes: Int64
  public let leftOut: [LeftOut]
}

/// A complete archive.
public struct ExportResult: Sendable {
  public let folder: String
  public let manifest: ArchiveManifest
  public let manifestSHA256: InlineSHA256
  /// Files that the site wants and does not have, and the like; empty for an archive that was finished before.
  public let leftOut: [LeftOut]
  /// The same command had finished it before.
  public let wasFinished: Bool
}
