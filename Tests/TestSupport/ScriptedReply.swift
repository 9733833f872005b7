/// What a ``FaultServer`` does about one request: a reply and its faults, as data.
public struct ScriptedReply: Sendable {
  public enum Body: Sendable {
    case bytes([UInt8])
    /// `count` bytes of a file from `offset`, read as they go out.
    case file(String, offset: Int64, count: Int64)
    /// `count` bytes made as they go out: byte n is ``ScriptedReply/patternByte(_:)`` of n.
    case pattern(count: Int64)

    public var count: Int64 {
      switch self {
      case .bytes(let bytes): Int64(bytes.count)
      case .file(_, _, let count), .pattern(let count): count
      }
    }
  }

  public enum Framing: Hashable, Sendable {
    /// The true Content-Length.
    case exact
    /// This Content-Length, whatever the body is. When it is too large, the connection closes after the body.
    case declared(Int64)
    case chunked(size: Int)
    /// No Content-Length; the close ends the body.
    case untilClose
  }

  /// Something that happens when so many bytes of the body have gone out.
  public enum Event: Sendable {
    case wait(Gate)
    case close
    /// Close with a TCP reset.
    case reset
  }

  public var status: Int
  public var reason: String
  public var headers: [(name: String, value: String)]
  public var body: Body
  public var framing: Framing = .exact
  /// Waited for before the first byte of the head.
  public var holdHead: Gate?
  public var events: [(after: Int64, event: Event)] = []
  /// Send so many bytes of the body at a time, with a pause in between.
  public var pace: (bytes: Int, pause: Duration)?
  /// Sent in place of the head.
  public var rawHead: [UInt8]?
  public var closesAfter = false

  public init(
    status: Int = 200, reason: String = "Scripted", headers: [(name: String, value: String)] = [],
    body: Body = .bytes([])
  ) {
    self.status = status
    self.reason = reason
    self.headers = headers
    self.body = body
  }

  /// The byte at a position of a ``Body/pattern(count:)``.
  public static func patternByte(_ position: Int64) -> UInt8 { UInt8(truncatingIfNeeded: position % 251) }
}

extension ScriptedReply {
  public static func text(_ text: String, status: Int = 200, type: String = "text/plain") -> ScriptedReply {
    .bytes(Array(text.utf8), status: status, type: type)
  }

  public static func bytes(
    _ bytes: [UInt8], status: Int = 200, type: String = "application/octet-stream"
  ) -> ScriptedReply {
    ScriptedReply(status: status, headers: [("Content-Type", type)], body: .bytes(bytes))
  }

  public static let notFound = ScriptedReply.text("no such file", status: 404)

  /// What a web server in front of the service says.
  public static let htmlErrorPage = ScriptedReply.text(
    "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>", status: 502, type: "text/html")

  /// 503, with a Retry-After when given.
  public static func busy(retryAfterSeconds: Int? = nil) -> ScriptedReply {
    var reply = ScriptedReply.text("busy", status: 503)
    if let retryAfterSeconds { reply.headers.append(("Retry-After", String(retryAfterSeconds))) }
    return reply
  }

  /// The connection closes without one byte of a reply.
  public static let hangUp: ScriptedReply = {
    var reply = ScriptedReply()
    reply.rawHead = []
    reply.closesAfter = true
    return reply
  }()

  public static let garbage: ScriptedReply = {
    var reply = hangUp
    reply.rawHead = Array("\u{1}\u{2}this is no HTTP at all\r\n\r\n".utf8)
    return reply
  }()

  /// Zeros that grow about 158 times when decoded.
  public static func gzipBomb(decodedBytes: Int) -> ScriptedReply {
    var reply = ScriptedReply.bytes(Gzip.zeros(decodedBytes), type: "text/xml")
    reply.headers.append(("Content-Encoding", "gzip"))
    return reply
  }

  /// This reply, with the body in a gzip coding.
  public func gzipped() -> ScriptedReply {
    guard case .bytes(let bytes) = body else { return self }
    var reply = self
    reply.body = .bytes(Gzip.stored(bytes))
    reply.headers.append(("Content-Encoding", "gzip"))
    return reply
  }

  /// This reply, with `event` when `count` bytes of the body are out.
  public func after(_ count: Int64, _ event: Event) -> ScriptedReply {
    var reply = self
    reply.events.append((count, event))
    return reply
  }

  public func cut(after count: Int64) -> ScriptedReply { after(count, .close) }

  /// This reply, nothing of it before `gate` opens.
  public func held(by gate: Gate) -> ScriptedReply {
    var reply = self
    reply.holdHead = gate
    return reply
  }

  public func framed(_ framing: Framing) -> ScriptedReply {
    var reply = self
    reply.framing = framing
    return reply
  }

  public func paced(bytes: Int, pause: Duration) -> ScriptedReply {
    var reply = self
    reply.pace = (bytes, pause)
    return reply
  }

  /// This reply with one more header line.
  public func with(_ name: String, _ value: String) -> ScriptedReply {
    var reply = self
    reply.headers.append((name, value))
    return reply
  }

  /// This reply, and then a close in place of the next request.
  public func thenClose() -> ScriptedReply {
    var reply = self
    reply.closesAfter = true
    return reply
  }
}
