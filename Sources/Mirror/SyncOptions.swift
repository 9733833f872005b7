public import UpdateModel
public import WireFormat

/// How one run synchronizes.
public struct SyncOptions: Sendable {
  /// The one USS (SSS-282).
  public var upstream: UpstreamEndpoint
  /// The fully qualified name of this server (SSS-078).
  public var accountName: String
  public var subscription: Subscription
  /// Configured on both ends, never negotiated (SSS-015).
  public var soapVersion = SOAPVersion.v11
  /// Announced in GetCookie.
  public var protocolVersion = ProtocolVersion.announced
  /// GetUpdateData calls at a time, 1 to 32.
  public var batchesInFlight = 4
  /// Identities in one request, below the limit of the USS; 1 to 1,000 (SSS-123).
  public var batchCap = 100
  /// Bytes of one SOAP answer after decoding (SSS-019).
  public var maximumAnswer: Int64 = 512 << 20
  /// Seconds that a cancelled run waits for its calls in flight before it cuts them.
  public var stopBound: Double = 20
  /// Decides the jitter of pauses.
  public var seed: UInt64 = 0
  public var content = ContentOptions()

  public init(upstream: UpstreamEndpoint, accountName: String, subscription: Subscription = Subscription()) {
    self.upstream = upstream
    self.accountName = accountName
    self.subscription = subscription
  }
}

/// How content is fetched.
public struct ContentOptions: Sendable {
  /// A base below which `Content/XX/name` is found, instead of the rules of ``ContentLocations``.
  public var contentBase: String?
  /// Files at a time, 1 to 64.
  public var parallel = 8
  /// How long a run waits for files that the USS has still to fetch, in seconds.
  public var waitingBudget: Double = 0
  /// How often bytes with a wrong digest or length are fetched again.
  public var maximumRefetches = 2
  /// Files in one page of the catalogue.
  var pageSize = 1_000
  /// Missing files that make a round of DownloadFiles calls.
  package var requestRound = 1_000

  public init() {}
}
