import Synchronization
import UpdateModel

/// The ports that are listened at: known when the system has given them.
final class ListeningPorts: Sendable {
  private let ports = Mutex<(plain: Int, secure: Int)>((0, 0))

  var plain: Int {
    get { ports.withLock { $0.plain } }
    set { ports.withLock { $0.plain = newValue } }
  }

  var secure: Int {
    get { ports.withLock { $0.secure } }
    set { ports.withLock { $0.secure = newValue } }
  }
}

/// Where clients find files: the host by which they called, and this server's own port (observed-behaviour.md 7).
struct ContentAddress: Sendable {
  let configuration: ClientServiceConfiguration
  let ports: ListeningPorts

  /// The root of the URLs of files for one caller.
  ///
  /// - Throws: ``Refusal/unusableHost``: what came as Host would be sent back inside URLs.
  func root(for peer: Peer) throws(Refusal) -> String {
    guard let host = configuration.contentHost ?? HostHeader.host(in: peer.host) else { throw .unusableHost }
    let isSecure = configuration.sendsContentOverTLS && peer.isEncrypted
    let port = configuration.contentPort ?? (isSecure ? ports.secure : ports.plain)
    let scheme = isSecure ? "https" : "http"
    return port == (isSecure ? 443 : 80) ? "\(scheme)://\(host)" : "\(scheme)://\(host):\(port)"
  }

  static func url(of file: ContentFile, below root: String) -> String {
    "\(root)/Content/\(file.digest.folder)/\(file.contentName)"
  }
}

/// The `Host` header (RFC 9110 7.2).
enum HostHeader {
  private static let maximumBytes = 255

  /// The host without the port: a name, an IPv4 address, or an IPv6 address in brackets.
  ///
  /// - Returns: nil for anything that cannot stand in a URL as it is.
  static func host(in header: String?) -> String? {
    guard let header, header.utf8.count <= maximumBytes else { return nil }
    let end = header.hasPrefix("[") ? header.firstIndex(of: "]").map(header.index(after:)) : header.firstIndex(of: ":")
    let host = header[..<(end ?? header.endIndex)]
    let port = header[(end ?? header.endIndex)...]
    guard isPort(port), isName(host) || isBracketedAddress(host) else { return nil }
    return String(host)
  }

  private static func isPort(_ text: Substring) -> Bool {
    text.isEmpty || text.first == ":" && text.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { isAlphanumeric($0) || "-._".utf8.contains($0) }
  }

  private static func isBracketedAddress(_ text: Substring) -> Bool {
    guard text.count > 2, text.hasPrefix("["), text.hasSuffix("]") else { return false }
    return text.dropFirst().dropLast().utf8.allSatisfy { isAlphanumeric($0) || ":.".utf8.contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
  }
}
