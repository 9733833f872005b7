internal import CCurl

extension TransferError {
  /// What a libcurl code means for us.
  ///
  /// - Parameters:
  ///   - hasConnected: the request had begun to go out.
  ///   - received: bytes of the body delivered so far.
  init(
    _ code: CURLcode, reason: String, target: RequestTarget, hasConnected: Bool, received: Int64, expected: Int64?,
    connectTimeout: Duration
  ) {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY:
      self = .unreachable(target, reason: reason)
    case CURLE_OPERATION_TIMEDOUT:
      self = .timedOut(target, stage: .connect, after: connectTimeout)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
      self = .tlsUntrusted(target, reason: reason)
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_INITFAILED:
      self = .tlsFailed(target, reason: reason)
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING:
      self = .interrupted(target, received: received, expected: expected)
    case CURLE_SEND_ERROR, CURLE_RECV_ERROR:
      self =
        hasConnected
        ? .interrupted(target, received: received, expected: expected) : .unreachable(target, reason: reason)
    case CURLE_BAD_CONTENT_ENCODING, CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_HTTP2:
      self = .malformedReply(target, reason: reason)
    case CURLE_URL_MALFORMAT:
      self = .badURL(reason: reason)
    default:
      self = .failed(target, reason: "\(reason) (libcurl code \(code.rawValue))")
    }
  }
}
