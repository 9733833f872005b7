public import UpdateModel

/// What keeps an ``UpdateServer`` from serving.
public enum UpdateServerError: Error, Hashable, Sendable {
  case cannotListen(host: String, port: Int, text: String)
  /// A certificate or key cannot be used. `path` is empty when none is configured.
  case badCertificate(path: String, text: String)
  /// A limit is zero or negative.
  case limitTooSmall(name: String, minimum: Int, found: Int)
}

extension UpdateServerError {
  public var reaction: Reaction { .giveUp }
}

extension UpdateServerError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cannotListen(let host, let port, let text):
      "serve: expected to listen at \(host):\(port), found: \(text)"
    case .badCertificate(let path, let text):
      "serve: TLS: expected a certificate chain and its key\(path.isEmpty ? "" : " in \(path)"), found: \(text)"
    case .limitTooSmall(let name, let minimum, let found):
      "serve: limit \(name): expected at least \(minimum), found \(found)"
    }
  }
}
