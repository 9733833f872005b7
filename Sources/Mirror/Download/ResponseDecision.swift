import Transfer

/// What to do with the answer to a content request. Pure: headers in, decision out (guide 9.3).
package enum ResponseDecision: Hashable, Sendable {
  /// The body continues the part file.
  case append
  /// The body is the whole file: empty the part file, then write.
  case restart
  /// The body is of no use: drop it, empty the part file and ask without a range.
  case askAgainFromStart
  /// All bytes are there already: verify them.
  case verify
  /// This place does not have the file: try the next.
  case nextLocation
  /// Try the same later, not sooner than `after` seconds.
  case retry(reason: String, after: Double?)
  /// No use in trying here again.
  case refuse(reason: String)
}

/// What was asked, as far as the decision needs it.
package struct ContentRequest: Hashable, Sendable {
  /// Bytes of the part file; above 0 the request carried `Range: bytes=<offset>-`.
  package var offset: Int64
  /// Of the metadata; nil when it does not say.
  package var size: Int64?
  /// Sent as If-Range: the strong ETag or the Last-Modified date under which the part file was begun.
  package var validator: String?

  package init(offset: Int64, size: Int64?, validator: String? = nil) {
    self.offset = offset
    self.size = size
    self.validator = validator
  }
}

/// The headers of an answer that matter.
package struct ContentAnswer: Hashable, Sendable {
  package var status: Int
  package var contentRange: String?
  package var contentLength: Int64?
  package var contentEncoding: String?
  package var entityTag: String?
  package var lastModified: String?
  /// Seconds.
  package var retryAfter: Double?

  package init(
    status: Int, contentRange: String? = nil, contentLength: Int64? = nil, contentEncoding: String? = nil,
    entityTag: String? = nil, lastModified: String? = nil, retryAfter: Double? = nil
  ) {
    self.status = status
    self.contentRange = contentRange
    self.contentLength = contentLength
    self.contentEncoding = contentEncoding
    self.entityTag = entityTag
    self.lastModified = lastModified
    self.retryAfter = retryAfter
  }

  /// What a later If-Range may carry: a strong ETag, else the date.
  package var validator: String? {
    if let entityTag, entityTag.hasPrefix("\"") { return entityTag }
    return lastModified
  }
}

extension ResponseDecision {
  package static func decide(_ request: ContentRequest, _ answer: ContentAnswer) -> ResponseDecision {
    switch answer.status {
    case 200: whole(request, answer)
    case 206: part(request, answer)
    case 404, 410: .nextLocation
    case 403: .nextLocation  // IIS answers 403 to a name without extension.
    case 416: unsatisfiable(request, answer)
    case 408, 429, 500...599: .retry(reason: "HTTP status \(answer.status)", after: answer.retryAfter)
    default: .refuse(reason: "HTTP status \(answer.status)")
    }
  }

  private static func whole(_ request: ContentRequest, _ answer: ContentAnswer) -> ResponseDecision {
    if let encoding = answer.contentEncoding, encoding.lowercased() != "identity" {
      return .refuse(reason: "Content-Encoding \(encoding)")
    }
    if let size = request.size, let length = answer.contentLength, length != size {
      return .retry(reason: "expected \(size) bytes, Content-Length is \(length)", after: nil)
    }
    return .restart
  }

  private static func part(_ request: ContentRequest, _ answer: ContentAnswer) -> ResponseDecision {
    guard let range = ContentRange(answer.contentRange ?? "") else {
      return request.offset > 0 ? .askAgainFromStart : .retry(reason: "206 without Content-Range", after: nil)
    }
    guard request.offset > 0 else {
      return range.first == 0 && range.last + 1 == range.size
        ? .restart : .retry(reason: "206 to a request without a range", after: nil)
    }
    guard range.first == request.offset, answer.confirms(request.validator) else { return .askAgainFromStart }
    if let size = request.size, let total = range.size, total != size { return .askAgainFromStart }
    if let length = answer.contentLength, length != range.last - range.first + 1 { return .askAgainFromStart }
    return .append
  }

  /// 416: the part file may be complete, or longer than the file.
  private static func unsatisfiable(_ request: ContentRequest, _ answer: ContentAnswer) -> ResponseDecision {
    guard request.offset > 0 else { return .refuse(reason: "416 to a request without a range") }
    let total = answer.unsatisfiedSize ?? request.size
    return total == request.offset ? .verify : .askAgainFromStart
  }
}

extension ContentAnswer {
  /// The size in `Content-Range: bytes */size`.
  fileprivate var unsatisfiedSize: Int64? {
    guard let contentRange, contentRange.lowercased().hasPrefix("bytes */") else { return nil }
    return Int64(contentRange.dropFirst(8))
  }

  /// Does the answer carry the validator of the request? One that carries none contradicts nothing.
  fileprivate func confirms(_ validator: String?) -> Bool {
    guard let validator else { return true }
    if validator.hasPrefix("\"") { return entityTag == nil || entityTag == validator }
    return lastModified == nil || lastModified == validator
  }
}
