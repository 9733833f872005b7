public import Catalog
public import Sealing
public import UpdateModel

/// What an administrator asks an export for.
public struct ExportOptions: Hashable, Sendable {
  /// What the importing site has already.
  public enum Base: Hashable, Sendable {
    /// Nothing: a full archive.
    case nothing
    /// What an earlier archive of this site left there.
    case archive(GUID)
    /// What the site itself says that it holds.
    case receipt(CheckedReceipt)
  }

  public var selection: ExportSelection = .everything
  public var base: Base = .nothing
  /// nil: one volume.
  public var volumeLimit: VolumeLimit?
  /// The only server that may import it; nil: any that trusts the signer.
  public var target: GUID?
  public var expires: Timestamp?
  /// Become trusted with this archive.
  public var introduces: [Certificate] = []
  /// Stop being trusted with this archive.
  public var revokes: [SHA256Digest] = []
  // For archives that must be the same bytes again; nil: random, the next one, now.
  public var archiveID: GUID?
  public var sequence: Int64?
  public var created: Timestamp?

  public init() {}
}

/// How far an export is.
public struct ExportProgress: Hashable, Sendable {
  public enum Phase: Hashable, Sendable {
    /// Revisions and lists are packed.
    case planning
    /// Volumes are written.
    case writing(volume: Int, of: Int)
  }

  public var phase: Phase = .planning
  /// Revisions while planning, entries while writing.
  public var done = 0
  public var total = 0
  public var bytes: Int64 = 0
  public var totalBytes: Int64 = 0
}
