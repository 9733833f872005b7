public import UpdateModel
public import WireFormat

/// Why a synchronization did not do all it was asked.
public enum SyncError: Error, Sendable {
  /// The configured address of the USS is not one.
  case upstreamURLRefused(String, reason: String)
  /// The USS answered a SOAP fault. `batch` numbers the batch of GetUpdateData.
  case fault(operation: String, batch: Int?, SOAPFault)
  /// The exchange failed below SOAP.
  case transport(operation: String, reason: String)
  /// An HTTP status without a SOAP fault in its body (SSS-021).
  case httpStatus(operation: String, Int)
  /// The answer does not follow the protocol.
  case malformedAnswer(operation: String, reason: String)
  /// So many documents in a row, or all of a first listing, are of no use; `reason` belongs to one of them.
  case unreadableDocuments(count: Int, reason: String)
  /// A mistake of this software: an answer got lost between its parts.
  case lostAnswer(step: String)
  /// GetAuthConfig named an address that leaves the USS (SSS-076).
  case serviceURLRefused(String)
  /// GetConfigData announced no usable batch size (SSS-123).
  case updateLimit(found: Int32)
  /// A fresh cookie had expired already by the clock of the USS.
  case cookieExpiredOnArrival(expiration: Timestamp)
  /// The session was restarted as often as allowed; `last` is the fault of the last try (SSS-053).
  case tooManyRestarts(limit: Int, last: String)
  /// The USS answered ServerChanged twice in a run.
  case serverChangedAgain
  /// A name of the subscription is unknown; the nearest known ones.
  case unknownName(kind: String, name: String, nearest: [String])
  /// No USS is configured.
  case noUpstream
}

extension SyncError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .upstreamURLRefused(let url, let reason): "upstream address \(url) refused: \(reason)"
    case .fault(let operation, let batch, let fault):
      "USS answered \(fault.code?.rawValue ?? "a fault without ErrorCode") to \(operation)"
        + (batch.map { " (batch \($0))" } ?? "") + (fault.message.isEmpty ? "" : ": \(fault.message)")
    case .transport(let operation, let reason): "\(operation): no answer from the USS: \(reason)"
    case .httpStatus(let operation, let status): "\(operation): expected a SOAP answer, found HTTP status \(status)"
    case .malformedAnswer(let operation, let reason): "\(operation): malformed answer: \(reason)"
    case .unreadableDocuments(let count, let reason):
      "GetUpdateData: expected documents that can be read, found \(count) of which none can; one of them: \(reason)"
    case .lostAnswer(let step): "internal error in \(step): expected an answer of the USS, found none"
    case .serviceURLRefused(let url): "GetAuthConfig: expected a relative ServiceUrl, found \(url)"
    case .updateLimit(let found):
      "GetConfigData: expected a positive MaxNumberOfUpdatesPerRequest, found \(found)"
    case .cookieExpiredOnArrival(let expiration):
      "GetCookie: expected a cookie that is valid now, found one that expired at \(expiration)"
    case .tooManyRestarts(let limit, let last): "the session was restarted \(limit) times; last: \(last)"
    case .serverChangedAgain: "USS answered ServerChanged a second time in one run"
    case .unknownName(let kind, let name, let nearest):
      "subscription: unknown \(kind) \"\(name)\""
        + (nearest.isEmpty ? "" : "; nearest: \(nearest.map { "\"\($0)\"" }.joined(separator: ", "))")
    case .noUpstream: "no upstream server is configured"
    }
  }
}

extension SyncError {
  public var reaction: Reaction {
    switch self {
    case .fault(_, _, let fault): fault.reaction
    default: .giveUp
    }
  }

  /// What the operator can do, when there is something to say.
  public var hint: String? {
    switch self {
    case .fault, .transport, .httpStatus, .tooManyRestarts: "nothing is lost; the next run continues"
    case .cookieExpiredOnArrival: "compare the clocks of both servers"
    case .serverChangedAgain: "compare the configured upstream address with the server that answers there"
    default: nil
    }
  }
}
