public import UpdateModel

/// Which files this server stores (guide 9.1).
public struct ContentPolicy: Hashable, Sendable {
  /// Only files of updates approved for installation, or asked for by a DSS (SSS-248, SSS-249).
  public var isLazy: Bool
  /// Also delta files (AMB-37, SSS-250).
  public var includesExpress: Bool
  /// Files without a declared SHA-256 are not wanted.
  public var requiresSHA256: Bool
  /// Only files that somebody asked for (``Catalog/requestFiles(_:)``), whatever else is wanted.
  public var isRequestedOnly = false

  public init(isLazy: Bool, includesExpress: Bool = false, requiresSHA256: Bool = true) {
    self.isLazy = isLazy
    self.includesExpress = includesExpress
    self.requiresSHA256 = requiresSHA256
  }
}

/// A file to fetch.
public struct WantedFile: Hashable, Sendable {
  /// Give the last one as `after` to get the next page.
  public let fileID: Int64
  public let file: ContentFile
  public let muURL: String?
  /// Published revisions that list the file.
  public let wantedBy: Int
  public let isRequestedByDownstream: Bool
  /// Failed attempts so far.
  public let attempts: Int
}

/// A file of the catalogue by its digest.
public struct FileRecord: Hashable, Sendable {
  public let file: ContentFile
  public let muURL: String?
  public let isPresent: Bool
  /// When the bytes were last known to be right.
  public let verified: Timestamp?
  public let isRequestedByDownstream: Bool
  public let failure: FileFailure?
}

/// The last failed attempt to get a file.
public struct FileFailure: Hashable, Sendable {
  public let reason: String
  public let attempts: Int
  public let failed: Timestamp
  public let nextTry: Timestamp?
}

/// An attempt to get a file that failed now.
public struct FailedAttempt: Hashable, Sendable {
  public let digest: FileDigest
  public let reason: String
  /// nil: the next run tries again.
  public let nextTry: Timestamp?

  public init(_ digest: FileDigest, reason: String, nextTry: Timestamp? = nil) {
    self.digest = digest
    self.reason = reason
    self.nextTry = nextTry
  }
}

/// A wanted file that is not there, and why.
public struct MissingFile: Hashable, Sendable {
  public enum Reason: Hashable, Sendable {
    /// The metadata declares no SHA-256 and the policy requires one.
    case withoutSHA256
    case notFetchedYet
    case failed(FileFailure)
  }

  public let fileID: Int64
  public let file: ContentFile
  public let muURL: String?
  public let reason: Reason
  /// The updates that need it.
  public let updates: [UpdateIdentity]
}

/// Files of the published revisions.
public struct ContentCounts: Hashable, Sendable {
  public let files: Int
  public let bytes: Int64
  public let presentFiles: Int
  public let presentBytes: Int64
  public let failedFiles: Int
}
