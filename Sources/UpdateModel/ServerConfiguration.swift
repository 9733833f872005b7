/// Who decides approvals and groups: this server, or its USS (MS-WSUSSS 1.3, 3.1.1 ReplicationMode).
public enum ReplicationMode: String, Sendable, Codable {
  case autonomous
  case replica
}

/// A language a server may carry (MS-WSUSSS 3.1.4.4.3.2).
public struct LanguageSetting: Hashable, Sendable {
  /// LCID; 0 stands for all languages.
  public let languageID: Int32
  public let shortName: String
  public let longName: String
  public let isEnabled: Bool

  public init(languageID: Int32, shortName: String, longName: String, isEnabled: Bool) {
    self.languageID = languageID
    self.shortName = shortName
    self.longName = longName
    self.isEnabled = isEnabled
  }
}

/// How many items one request may name (MS-WSUSSS 3.1.4.4.3.1).
public struct RequestLimits: Hashable, Sendable {
  public var updates: Int32
  public var driverSets: Int32
  public var computerIDs: Int32
  public var pnpHardwareIDs: Int32
  /// nil when the USS does not know GetUpdateDecryptionData (SSS-187).
  public var decryptionUpdates: Int32?

  public init(
    updates: Int32 = 100, driverSets: Int32 = 100, computerIDs: Int32 = 100, pnpHardwareIDs: Int32 = 100,
    decryptionUpdates: Int32? = 100
  ) {
    self.updates = updates
    self.driverSets = driverSets
    self.computerIDs = computerIDs
    self.pnpHardwareIDs = pnpHardwareIDs
    self.decryptionUpdates = decryptionUpdates
  }
}

/// What a server tells its DSSs of itself: the answer to GetConfigData (MS-WSUSSS 3.1.4.4.3.1).
public struct ServerConfiguration: Hashable, Sendable {
  /// The server has no content service; its DSSs fetch from the Internet.
  public var isCatalogOnly: Bool
  /// The server fetches content only when it is approved or asked for.
  public var isLazy: Bool
  /// The server also stores express (PSF) files.
  public var hostsPSFFiles: Bool
  public var limits: RequestLimits
  /// nil from servers older than 1.3 (SSS-061).
  public var protocolVersion: ProtocolVersion?
  public var anchor: ConfigAnchor
  /// All languages, or only those changed since the caller's anchor (AMB-11).
  public var languages: [LanguageSetting]

  public init(
    isCatalogOnly: Bool, isLazy: Bool, hostsPSFFiles: Bool, limits: RequestLimits,
    protocolVersion: ProtocolVersion?, anchor: ConfigAnchor, languages: [LanguageSetting]
  ) {
    self.isCatalogOnly = isCatalogOnly
    self.isLazy = isLazy
    self.hostsPSFFiles = hostsPSFFiles
    self.limits = limits
    self.protocolVersion = protocolVersion
    self.anchor = anchor
    self.languages = languages
  }
}
