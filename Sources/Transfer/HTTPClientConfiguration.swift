/// How a client reaches servers. One value for all its transfers.
public struct HTTPClientConfiguration: Sendable {
  /// Name look-up, TCP connect and TLS handshake together.
  public var connectTimeout: Duration = .seconds(30)
  /// From the sent request to the head of the reply.
  public var responseTimeout: Duration = .seconds(300)
  /// A body that brings no byte for so long, or fewer than ``minimumSpeed`` over such a span, has stalled.
  /// Time during which the reader or the bandwidth limit holds the transfer does not count.
  public var stallTimeout: Duration = .seconds(60)
  /// Bytes per second, measured over ``stallTimeout``.
  public var minimumSpeed: Int64 = 1
  /// A PEM file of the only roots to trust; nil means the roots of the system.
  public var trustRootsFile: String?
  public var clientCertificate: ClientCertificate?
  public var userAgent = "updatemirror"
  /// Connections open at a time; further transfers wait for one.
  public var maximumConnections = 64
  public var maximumConnectionsPerHost = 16
  public var proxy: ProxySetting = .none
  /// Bytes per second over the bodies of all transfers together; nil or below 1 means no limit.
  public var bandwidthLimit: Int64?

  public init() {}
}

/// A certificate that the client shows to a server that asks, as PEM files.
public struct ClientCertificate: Sendable {
  public var certificateFile: String
  public var keyFile: String
  public var keyPassword: String?

  public init(certificateFile: String, keyFile: String, keyPassword: String? = nil) {
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.keyPassword = keyPassword
  }
}

/// Whether transfers go through an HTTP proxy.
public enum ProxySetting: Hashable, Sendable {
  /// Direct, whatever the environment says.
  case none
  /// As `http_proxy`, `https_proxy` and `no_proxy` say.
  case environment
  case url(String)
}
