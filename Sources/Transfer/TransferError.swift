public import UpdateModel

/// Why a transfer did not end with a whole reply.
public enum TransferError: Error, Hashable, Sendable {
  case badURL(reason: String)
  case badRequest(reason: String)
  /// No such name, or nobody answers there.
  case unreachable(RequestTarget, reason: String)
  case timedOut(RequestTarget, stage: TransferStage, after: Duration)
  /// The server's certificate leads to no trusted root, or is for another name (SSS-008).
  case tlsUntrusted(RequestTarget, reason: String)
  /// No common protocol, or our own certificate cannot be used.
  case tlsFailed(RequestTarget, reason: String)
  /// - Parameter declared: the Content-Length, when already that was too much.
  case bodyTooLarge(RequestTarget, limit: Int64, declared: Int64?)
  /// The connection ended before the reply did. What was received before has been delivered.
  case interrupted(RequestTarget, received: Int64, expected: Int64?)
  /// The reply is no HTTP, or its coding is broken.
  case malformedReply(RequestTarget, reason: String)
  /// libcurl refused for a reason of this machine.
  case failed(RequestTarget, reason: String)
  /// The reading task was cancelled.
  case cancelled(RequestTarget)
  /// The client was shut down.
  case shutDown(RequestTarget)
}

/// What a transfer was waiting for.
public enum TransferStage: String, Hashable, Sendable {
  case connect
  /// The request is sent, the head of the reply not here.
  case response
  case body
}

extension TransferError {
  /// What a run does about it. The caller bounds the number of tries.
  public var reaction: Reaction {
    switch self {
    case .unreachable, .timedOut, .interrupted, .malformedReply: .retry(after: nil)
    case .badURL, .badRequest, .tlsUntrusted, .tlsFailed, .bodyTooLarge, .failed, .cancelled, .shutDown: .giveUp
    }
  }
}

extension TransferError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badURL(let reason): "transfer: expected an http or https URL: \(reason)"
    case .badRequest(let reason): "transfer: request not sent: \(reason)"
    case .unreachable(let target, let reason): "transfer: \(target) cannot be reached: \(reason)"
    case .timedOut(let target, let stage, let span):
      "transfer: \(target) timed out: expected \(stage.expectation) within \(span)"
    case .tlsUntrusted(let target, let reason): "transfer: \(target) is not trusted: \(reason)"
    case .tlsFailed(let target, let reason): "transfer: no TLS session with \(target): \(reason)"
    case .bodyTooLarge(let target, let limit, let declared):
      "transfer: body of \(target) is too large: expected at most \(limit) bytes, "
        + (declared.map { "declared \($0)" } ?? "more came")
    case .interrupted(let target, let received, let expected):
      "transfer: \(target) was cut: expected \(expected.map { "\($0) bytes" } ?? "a whole reply"), "
        + "received \(received) bytes"
    case .malformedReply(let target, let reason): "transfer: reply of \(target) is malformed: \(reason)"
    case .failed(let target, let reason): "transfer: \(target) failed: \(reason)"
    case .cancelled(let target): "transfer: \(target) was cancelled"
    case .shutDown(let target): "transfer: \(target) ended: the client is shut down"
    }
  }
}

extension TransferStage {
  fileprivate var expectation: String {
    switch self {
    case .connect: "a connection"
    case .response: "the head of a reply"
    case .body: "more of the body"
    }
  }
}
