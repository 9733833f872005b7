public import UpdateModel

/// One synchronization run in the history (MS-WSUSSS 3.1.1 SyncHistory).
public struct SyncRecord: Hashable, Sendable {
  public enum Outcome: Int, Hashable, Sendable {
    case succeeded = 0
    /// Metadata is complete, files are missing.
    case incomplete = 1
    case failed = 2
    case cancelled = 3
    /// Metadata is complete, and its files are being fetched; for ever when the process was killed meanwhile.
    case unfinished = 4
  }

  public var began: Timestamp
  public var ended: Timestamp
  public var endpoint: String?
  public var outcome: Outcome
  /// The error in words; nil when it succeeded.
  public var message: String?
  public var newRevisions: Int
  public var changedDeployments: Int
  public var fetchedFiles: Int
  public var fetchedBytes: Int64
  public var missingFiles: Int

  public init(
    began: Timestamp, ended: Timestamp, endpoint: String?, outcome: Outcome, message: String? = nil,
    newRevisions: Int = 0, changedDeployments: Int = 0, fetchedFiles: Int = 0, fetchedBytes: Int64 = 0,
    missingFiles: Int = 0
  ) {
    self.began = began
    self.ended = ended
    self.endpoint = endpoint
    self.outcome = outcome
    self.message = message
    self.newRevisions = newRevisions
    self.changedDeployments = changedDeployments
    self.fetchedFiles = fetchedFiles
    self.fetchedBytes = fetchedBytes
    self.missingFiles = missingFiles
  }
}
