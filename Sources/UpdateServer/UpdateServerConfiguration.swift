/// Where an ``UpdateServer`` listens and how much it does at once.
public struct UpdateServerConfiguration: Hashable, Sendable {
  /// Name or address to listen at.
  public var host: String
  /// 0 lets the system choose; ``UpdateServer`` tells the number when it listens.
  public var port: Int
  public var registration: RegistrationPolicy
  public var limits: UpdateServerLimits
  /// HTTPS at a port of its own, besides plain HTTP; nil for none.
  public var tls: TLSConfiguration?
  /// How Windows clients are served; nil: not at all.
  public var clients: ClientServiceConfiguration?

  public init(
    host: String = "0.0.0.0", port: Int = 8530, registration: RegistrationPolicy = .open,
    limits: UpdateServerLimits = UpdateServerLimits(), tls: TLSConfiguration? = nil,
    clients: ClientServiceConfiguration? = ClientServiceConfiguration()
  ) {
    self.host = host
    self.port = port
    self.registration = registration
    self.limits = limits
    self.tls = tls
    self.clients = clients
  }
}

/// Bounds on requests, answers and cookies (guide section 13).
public struct UpdateServerLimits: Hashable, Sendable {
  /// Bytes of one request body; more is answered 413. Of one that begins without a good cookie 16 KiB are read, 48 KiB
  /// of one of a client.
  public var requestBody = 4 << 20
  /// Bytes of all request bodies above those lengths that are read or answered at the same time; more is answered
  /// ServerBusy. One without Content-Length counts as ``requestBody``.
  public var largeRequestBytes = 256 << 20
  /// From the beginning of a connection, or of a head, to the end of the head; then the connection is closed.
  public var headDeadline: Duration = .seconds(30)
  /// From the head of a request to its last byte; then the connection is closed.
  public var requestDeadline: Duration = .seconds(60)
  /// A client that takes next to nothing of its answer in this time loses its connection.
  public var stallTimeout: Duration = .seconds(60)
  /// A connection without traffic is closed. Clients keep theirs for up to 31 s, so not below that.
  public var idleTimeout: Duration = .seconds(120)
  /// Open connections, HTTP and HTTPS together; further ones are answered 503.
  public var connections = 10_000
  /// Open connections of one address. Sites behind one router share an address.
  public var connectionsOfAddress = 1_000
  /// Sent with every 503.
  public var retryAfter: Duration = .seconds(10)
  /// From bytes that are no request, or a body that is no SOAP, to their refusal: a flood of them cannot come faster
  /// than its connections wait.
  public var refusalPause: Duration = .milliseconds(250)
  /// Bytes of content in a second, for all clients together; nil for no bound.
  public var contentBytesPerSecond: Int?
  /// Listings, metadata and deployment answers at the same time; more is answered ServerBusy.
  public var expensiveRequests = 16
  /// An answer to GetUpdateData takes no further update beyond this many bytes of metadata
  /// (MS-WSUSSS note 37). The first update is always in it.
  public var updateDataBytes = 2_000_000
  /// A document of more than this many bytes in UTF-16 leaves as a Cabinet, as Windows servers send it above 5,120
  /// (MS-WSUSSS note 36, SSS-162); nil: every document leaves as text. The Cabinets are not smaller.
  public var cabinetBytes: Int?
  /// Digests in one DownloadFiles (MS-WSUSSS 3.1.4.11).
  public var downloadDigests = 100
  /// Longest life of a cookie (MS-WSUSSS note 29).
  public var cookieLifetime: Duration = .seconds(240 * 60)
  /// Life of an authorization cookie.
  public var authorizationLifetime: Duration = .seconds(24 * 60 * 60)

  public init() {}
}
