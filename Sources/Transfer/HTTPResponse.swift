internal import CCurl
public import UpdateModel

/// A reply: its head at once, its body as it comes. Any status is a reply, not an error.
public struct HTTPResponse: Sendable {
  public let status: Int
  public let headers: HTTPHeaders
  /// Ends the transfer when nobody holds it any more.
  public let body: ByteStream

  init(head: ResponseHead, body: ByteStream) {
    status = head.status
    headers = head.headers
    self.body = body
  }

  /// The `Content-Length`, when it is one plain number.
  public var contentLength: Int64? { headers.contentLength }

  public var contentRange: ContentRange? { headers["Content-Range"].flatMap(ContentRange.init) }

  /// What an `If-Range` may name: a strong ETag, else the Last-Modified date (RFC 9110, 13.1.5).
  public var validator: String? {
    if let tag = headers["ETag"], tag.hasPrefix("\"") { return tag }
    return headers["ETag"] == nil ? headers["Last-Modified"] : nil
  }

  /// The server's clock when it answered.
  public var serverTime: Timestamp? { headers["Date"].flatMap(Self.time) }

  /// How long the server asks to be left alone, from seconds or from a date by the server's own clock.
  public var retryAfter: Duration? {
    guard let text = headers["Retry-After"] else { return nil }
    if let seconds = Int64(text), (0...86_400 * 7).contains(seconds) { return .seconds(seconds) }
    guard let later = Self.time(text), let now = serverTime else { return nil }
    return .seconds(max(0, later.seconds(since: now)))
  }

  private static func time(_ text: String) -> Timestamp? {
    let seconds = curl_getdate(text, nil)
    return seconds < 0 ? nil : Timestamp(unixSeconds: Double(seconds))
  }
}

/// Status and header fields of a reply.
struct ResponseHead: Sendable {
  var status: Int
  var headers = HTTPHeaders()
}

extension HTTPHeaders {
  var contentLength: Int64? {
    let values = Set(values(for: "Content-Length"))
    guard values.count == 1, let text = values.first, text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int64(text)
  }
}

/// `Content-Range: bytes first-last/size` (RFC 9110, 14.4).
public struct ContentRange: Hashable, Sendable {
  public let first: Int64
  /// Inclusive.
  public let last: Int64
  /// Of the whole file; nil when the server does not know.
  public let size: Int64?

  /// - Returns: nil for another unit, an unsatisfied range, or numbers that contradict each other.
  public init?(_ text: String) {
    let words = text.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
    let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]),
      first <= last
    else { return nil }
    if parts[1] == "*" {
      size = nil
    } else {
      guard let whole = Self.number(parts[1]), last < whole else { return nil }
      size = whole
    }
    self.first = first
    self.last = last
  }

  private static func number(_ text: Substring) -> Int64? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
  }
}
