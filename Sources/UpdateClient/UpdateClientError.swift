public import UpdateModel
public import WireFormat

/// Why a scan, a download or a report did not come to its end.
public enum UpdateClientError: Error, Hashable, Sendable {
  case transport(operation: String, reason: String)
  case httpStatus(operation: String, Int)
  case malformedAnswer(operation: String, reason: String)
  /// Well-formed, and of no use.
  case unusableAnswer(operation: String, expected: String, found: String)
  /// A fault for which there is no remedy, or that came again after it.
  case fault(operation: String, SOAPFault)
  /// The server says that there is more and sends nothing new.
  case noProgress(round: Int)
  case tooManyRounds(limit: Int)
  case tooManyRevisions(limit: Int)
  /// The server answered false to a report; its events must be sent again.
  case reportRefused(events: Int)
  /// Not in the cache: there is no number to ask by.
  case unknownRevision(UpdateIdentity)
  /// The server knows no place for the file.
  case noLocation(FileDigest)
  case unsized(FileDigest)
  case contentAnswer(FileDigest, expected: String, found: String)
  case contentTransport(FileDigest, reason: String)
  /// The bytes were thrown away.
  case digestMismatch(FileDigest, algorithm: String, expected: String, found: String)
  case file(path: String, reason: String)
  case facts(reason: String)
}

extension UpdateClientError {
  public var reaction: Reaction {
    switch self {
    case .transport, .httpStatus, .reportRefused, .contentTransport, .digestMismatch, .noLocation: .retry(after: nil)
    case .fault(_, let fault): ClientRecovery(fault.code) == .tryLater ? .retry(after: nil) : .giveUp
    case .malformedAnswer, .unusableAnswer, .noProgress, .tooManyRounds, .tooManyRevisions, .unknownRevision, .unsized,
      .contentAnswer, .file, .facts:
      .giveUp
    }
  }
}

extension UpdateClientError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .transport(let operation, let reason): "\(operation): \(reason)"
    case .httpStatus(let operation, let status):
      "\(operation): expected an answer or a fault, found HTTP status \(status)"
    case .malformedAnswer(let operation, let reason): "\(operation): the answer cannot be read: \(reason)"
    case .unusableAnswer(let operation, let expected, let found): "\(operation): expected \(expected), found \(found)"
    case .fault(let operation, let fault): "\(operation): the server answered \(fault)"
    case .noProgress(let round): "SyncUpdates: round \(round): the server says that there is more and sends nothing new"
    case .tooManyRounds(let limit): "SyncUpdates: expected an end after at most \(limit) rounds, found more updates"
    case .tooManyRevisions(let limit): "SyncUpdates: expected at most \(limit) revisions, found more"
    case .reportRefused(let events): "ReportEventBatch: the server did not take \(events) events"
    case .unknownRevision(let identity): "revision \(identity) is not in the cache of this client"
    case .noLocation(let digest): "GetFileLocations: no location of file \(digest)"
    case .unsized(let digest): "file \(digest): its metadata does not say how long it is"
    case .contentAnswer(let digest, let expected, let found): "file \(digest): expected \(expected), found \(found)"
    case .contentTransport(let digest, let reason): "file \(digest): \(reason)"
    case .digestMismatch(let digest, let algorithm, let expected, let found):
      "file \(digest): expected \(algorithm) \(expected), found \(found); the bytes were discarded"
    case .file(let path, let reason): "\(path): \(reason)"
    case .facts(let reason): "facts: \(reason)"
    }
  }
}
