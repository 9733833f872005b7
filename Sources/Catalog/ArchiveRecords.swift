public import UpdateModel

/// What a differential archive builds on (docs/archive-format.md 3, `base`).
public struct ArchiveBase: Hashable, Sendable {
  public enum Kind: Int, Hashable, Sendable {
    case archive = 1
    case receipt = 2
  }

  public let kind: Kind
  /// Of the archive or the receipt.
  public let id: GUID
  /// Of the archive that the base stands for; 0: none.
  public let sequence: Int64

  public init(kind: Kind, id: GUID, sequence: Int64) {
    self.kind = kind
    self.id = id
    self.sequence = sequence
  }
}

/// How much an archive carries, and what a site has after it (docs/archive-format.md 3, `counts`).
public struct ArchiveCounts: Hashable, Sendable {
  public var contentBytes: Int64
  public var contentFiles: Int
  public var revisions: Int
  public var totalContentFiles: Int
  public var totalRevisions: Int

  public init(
    contentBytes: Int64 = 0, contentFiles: Int = 0, revisions: Int = 0, totalContentFiles: Int = 0,
    totalRevisions: Int = 0
  ) {
    self.contentBytes = contentBytes
    self.contentFiles = contentFiles
    self.revisions = revisions
    self.totalContentFiles = totalContentFiles
    self.totalRevisions = totalRevisions
  }
}

/// What the manifest of an imported archive says, and who signed it.
public struct ImportedArchive: Hashable, Sendable {
  public var archiveID: GUID
  public var sourceServerID: GUID
  public var sourceName: String
  public var sequence: Int64
  public var created: Timestamp
  public var base: ArchiveBase?
  public var manifestSHA256: SHA256Digest
  /// The signers that counted, for people: name and fingerprint, no line feed in them.
  public var signers: [String]
  public var counts: ArchiveCounts

  public init(
    archiveID: GUID, sourceServerID: GUID, sourceName: String, sequence: Int64, created: Timestamp,
    base: ArchiveBase? = nil, manifestSHA256: SHA256Digest, signers: [String] = [],
    counts: ArchiveCounts = ArchiveCounts()
  ) {
    self.archiveID = archiveID
    self.sourceServerID = sourceServerID
    self.sourceName = sourceName
    self.sequence = sequence
    self.created = created
    self.base = base
    self.manifestSHA256 = manifestSHA256
    self.signers = signers
    self.counts = counts
  }
}

/// One import that was published here.
public struct ImportRecord: Hashable, Sendable {
  public let archive: ImportedArchive
  public let applied: Timestamp
  /// Of the change log; nil when the import changed nothing that is served.
  public let changeSequence: Int64?
  /// Revisions that became visible with it.
  public let revisions: Int
  /// nil while it counts.
  public let rolledBack: Timestamp?
}

/// One archive that this server writes or wrote.
public struct ExportRecord: Hashable, Sendable {
  public var archiveID: GUID
  public var sequence: Int64
  public var created: Timestamp
  /// When the signature was written; nil: not finished.
  public var finished: Timestamp?
  /// The only server that may import it.
  public var target: GUID?
  public var base: ArchiveBase?
  public var manifestSHA256: SHA256Digest?
  /// Where it was written, for people.
  public var folder: String
  public var counts: ArchiveCounts

  public init(
    archiveID: GUID, sequence: Int64, created: Timestamp, finished: Timestamp? = nil, target: GUID? = nil,
    base: ArchiveBase? = nil, manifestSHA256: SHA256Digest? = nil, folder: String,
    counts: ArchiveCounts = ArchiveCounts()
  ) {
    self.archiveID = archiveID
    self.sequence = sequence
    self.created = created
    self.finished = finished
    self.target = target
    self.base = base
    self.manifestSHA256 = manifestSHA256
    self.folder = folder
    self.counts = counts
  }
}
