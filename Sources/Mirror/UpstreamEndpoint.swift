/// The configured address of the USS: scheme, host and port, never found by discovery (SSS-009).
public struct UpstreamEndpoint: Hashable, Sendable {
  public let isSecure: Bool
  /// Lower case; an IPv6 address keeps its brackets.
  public let host: String
  /// 1 to 65535.
  public let port: Int

  public init(isSecure: Bool, host: String, port: Int) {
    self.isSecure = isSecure
    self.host = host
    self.port = port
  }

  /// Reads `http://host[:port]` or `https://host[:port]`; the port defaults to 8530 or 8531.
  ///
  /// - Throws: ``SyncError/upstreamURLRefused(_:reason:)`` for anything else: a path,
  ///   a query, a name with a password, another scheme.
  public init(_ text: String) throws(SyncError) {
    // A user may have put a password before the host.
    let shown = text.contains("@") ? "(not shown)" : text
    func refuse(_ reason: String) -> SyncError { .upstreamURLRefused(shown, reason: reason) }
    let lower = text.lowercased()
    let isSecure = lower.hasPrefix("https://")
    guard isSecure || lower.hasPrefix("http://") else { throw refuse("it must begin with http:// or https://") }
    var rest = Substring(lower).dropFirst(isSecure ? 8 : 7)
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    guard let (host, portText) = Self.split(rest) else { throw refuse("it must be host or host:port and nothing more") }
    guard let portText else {
      self.init(isSecure: isSecure, host: host, port: isSecure ? 8531 : 8530)
      return
    }
    guard let port = Int(portText), (1...65535).contains(port) else { throw refuse("the port must be 1 to 65535") }
    self.init(isSecure: isSecure, host: host, port: port)
  }

  /// `http://host:port` with the port always written out.
  public var base: String { Self.base(isSecure: isSecure, host: host, port: port) }

  /// The address of a path below the server, given without a leading slash.
  package func url(_ path: String) -> String { "\(base)/\(path)" }

  /// Names this machine: 127.0.0.0/8, ::1 or localhost.
  public var isLoopback: Bool {
    host == "localhost" || host == "[::1]" || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
  }

  static func base(isSecure: Bool, host: String, port: Int) -> String {
    "\(isSecure ? "https" : "http")://\(host):\(port)"
  }

  private static func split(_ authority: Substring) -> (host: String, port: Substring?)? {
    var host = authority
    var port: Substring?
    if authority.hasPrefix("[") {
      guard let close = authority.firstIndex(of: "]") else { return nil }
      host = authority[...close]
      let tail = authority[authority.index(after: close)...]
      if !tail.isEmpty {
        guard tail.first == ":" else { return nil }
        port = tail.dropFirst()
      }
      let inside = host.dropFirst().dropLast()
      guard !inside.isEmpty, inside.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
    } else {
      let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
      guard (1...2).contains(parts.count), !parts[0].isEmpty, parts[0].utf8.allSatisfy(isHostByte) else { return nil }
      host = parts[0]
      port = parts.count == 2 ? parts[1] : nil
    }
    return (String(host), port)
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension UpstreamEndpoint: CustomStringConvertible {
  public var description: String { base }
}
