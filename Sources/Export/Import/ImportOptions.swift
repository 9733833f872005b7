public import Catalog
public import UpdateModel

/// What an administrator asks of an import.
public struct ImportOptions: Hashable, Sendable {
  public var policy = ImportPolicy()
  /// On an autonomous site: deployments whose group has the name of a local one become local deployments.
  public var withApprovals = false
  /// Where the evidence is written, also of a refusal; nil: nowhere.
  public var report: String?

  public init() {}
}

/// How an import ended.
public enum ImportResult: Sendable {
  /// Everything is visible now.
  case applied(AppliedImport)
  /// The archive was applied before; nothing changed.
  case alreadyApplied(ImportRecord)
  /// What was read is kept; these volumes are still needed. They count from 1.
  case waiting(volumes: [Int])
}

/// What an import made visible.
public struct AppliedImport: Sendable {
  public let manifest: ArchiveManifest
  /// Subject and fingerprint of each signer that counted.
  public let signers: [String]
  public let summary: Catalog::ImportSummary
  /// Content that got its public names, now.
  public let files: Int
  public let bytes: Int64
  /// Deployments that became local ones.
  public let approvals: ApprovalMapping
  /// Certificates that became trusted, and fingerprints that stopped to be.
  public let trust: TrustChange
}

/// What an archive changed in the trust of this site.
public struct TrustChange: Hashable, Sendable {
  /// Subject and fingerprint.
  public internal(set) var introduced: [String] = []
  public internal(set) var revoked: [SHA256Digest] = []
}

/// What an import would do.
public struct ImportPreview: Sendable {
  public let manifest: ArchiveManifest
  public let manifestSHA256: InlineSHA256
  public let signers: [String]
  /// The archive was applied before: there is nothing to do.
  public let isRepeat: Bool
  /// Revisions that this site does not have; nil until the volumes with the lists are there.
  public internal(set) var newRevisions: Int?
  public internal(set) var newFiles = 0
  public internal(set) var newBytes: Int64 = 0
  /// Volumes in the folders; they count from 1.
  public internal(set) var presentVolumes: [Int] = []
  /// Volumes that are needed and neither read before nor in the folders.
  public internal(set) var missingVolumes: [Int] = []
  public internal(set) var roomFree: Int64 = 0
  /// nil until the volume with the state is there.
  public internal(set) var administration: AdministrationPreview?
  /// Bytes that the content still takes.
  public var roomNeeded: Int64 { newBytes }
}

/// What an archive says about administration.
public struct AdministrationPreview: Hashable, Sendable {
  public let groups: Int
  public let deployments: Int
  public let declined: Int
  public let acceptedEULAs: Int
  /// Empty unless approvals were asked for on an autonomous site.
  public internal(set) var approvals = ApprovalMapping()
}

/// An import that was begun and not finished.
public struct WaitingImport: Hashable, Sendable {
  public let archiveID: GUID
  /// What waits for publication.
  public internal(set) var revisions = 0
  public internal(set) var files = 0
  public internal(set) var bytes: Int64 = 0
  /// Another run works on it.
  public internal(set) var isHeld = false
}
