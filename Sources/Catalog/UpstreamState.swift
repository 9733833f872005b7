public import UpdateModel

/// What this server remembers of its USS. Cookies are not kept (AMB-23).
public struct UpstreamState: Hashable, Sendable {
  /// nil before the first ``Catalog/useUpstream(_:)``.
  public let endpoint: String?
  /// The last answer to GetConfigData, its languages merged (SSS-121); nil before the first.
  public let configuration: ServerConfiguration?
  public let configAnchor: ConfigAnchor?
  /// Two anchors, one for each listing (AMB-09).
  public let categoryAnchor: SyncAnchor?
  public let updateAnchor: SyncAnchor?
  public let deploymentAnchor: DeploymentAnchor?
  /// The subscription that ``updateAnchor`` was listed with.
  public let subscriptionFingerprint: String?

  public func anchor(_ kind: ListingKind) -> SyncAnchor? {
    switch kind {
    case .configuration: categoryAnchor
    case .updates: updateAnchor
    }
  }
}

/// This server's own settings, told to its DSSs (MS-WSUSSS 3.1.1 ServerConfiguration).
public struct ServerSettings: Hashable, Sendable {
  public var replicationMode: ReplicationMode
  public var isCatalogOnly: Bool
  public var isLazy: Bool
  public var hostsPSFFiles: Bool
  public var limits: RequestLimits

  public init(
    replicationMode: ReplicationMode = .autonomous, isCatalogOnly: Bool = false, isLazy: Bool = true,
    hostsPSFFiles: Bool = false, limits: RequestLimits = RequestLimits()
  ) {
    self.replicationMode = replicationMode
    self.isCatalogOnly = isCatalogOnly
    self.isLazy = isLazy
    self.hostsPSFFiles = hostsPSFFiles
    self.limits = limits
  }
}

/// The names of this catalogue, made once (SSS-278).
public struct ServerIdentity: Hashable, Sendable {
  public let serverID: GUID
  /// Names this life of the change log in every anchor given out.
  public let epoch: String
}
