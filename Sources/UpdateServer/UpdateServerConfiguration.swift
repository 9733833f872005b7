/// Where an ``UpdateServer`` listens and how much it does at once.
public struct UpdateServerConfiguration: Hashable, Sendable {
  /// Name or address to listen at.
  public var host: String
  /// 0 lets the system choose; ``UpdateServer`` tells the number when it listens.
  public var port: Int
  public var registration: RegistrationPolicy
  public var limits: UpdateServerLimits

  public init(
    host: String = "0.0.0.0", port: Int = 8530, registration: RegistrationPolicy = .open,
    limits: UpdateServerLimits = UpdateServerLimits()
  ) {
    self.host = host
    self.port = port
    self.registration = registration
    self.limits = limits
  }
}

/// Bounds on requests, answers and cookies (guide section 13).
public struct UpdateServerLimits: Hashable, Sendable {
  /// Bytes of one request body; more is answered 413.
  public var requestBody = 16 << 20
  /// From the head of a request to its last byte; then the connection is closed.
  public var requestDeadline: Duration = .seconds(60)
  /// A connection without traffic is closed. Clients keep theirs for up to 31 s, so not below that.
  public var idleTimeout: Duration = .seconds(120)
  /// Open connections; further ones wait in the accept queue.
  public var connections = 10_000
  /// Listings, metadata and deployment answers at the same time; more is answered ServerBusy.
  public var expensiveRequests = 16
  /// An answer to GetUpdateData takes no further update beyond this many bytes of metadata
  /// (MS-WSUSSS note 37). The first update is always in it.
  public var updateDataBytes = 2_000_000
  /// Digests in one DownloadFiles (MS-WSUSSS 3.1.4.11).
  public var downloadDigests = 100
  /// Longest life of a cookie (MS-WSUSSS note 29).
  public var cookieLifetime: Duration = .seconds(240 * 60)
  /// Life of an authorization cookie.
  public var authorizationLifetime: Duration = .seconds(24 * 60 * 60)

  public init() {}
}
