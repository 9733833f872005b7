public import UpdateModel

/// A revision as a DSS receives it.
public struct StoredRevision: Hashable, Sendable {
  public let identity: UpdateIdentity
  /// Byte for byte as received (SSS-171).
  public let document: [UInt8]
  /// In the order of the metadata.
  public let fileDigests: [FileDigest]
  /// One entry for each digest, with the Internet location where one is known.
  public let locations: [FileLocation]
}

/// The keys of one revision's files (MS-WSUSSS 3.1.4.18).
public struct RevisionKeys: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public let digest: FileDigest
    public let key: [UInt8]?

    public init(digest: FileDigest, key: [UInt8]?) {
      self.digest = digest
      self.key = key
    }
  }

  public let identity: UpdateIdentity
  public let files: [Entry]

  public init(identity: UpdateIdentity, files: [Entry]) {
    self.identity = identity
    self.files = files
  }
}

/// A server that synchronizes from this one, or from one below it (MS-WSUSSS 3.1.1 DSS).
public struct DownstreamServer: Hashable, Sendable {
  public let serverID: GUID
  public let name: String
  public let protocolVersion: ProtocolVersion?
  public let firstSeen: Timestamp
  /// Its last authorization, or attempt to get one.
  public let lastSeen: Timestamp
  /// An administrator approved it. Counts when the registration policy asks for approval.
  public let isApproved: Bool
  /// When it was last turned away; nil when it never was, or was served since.
  public let lastRefused: Timestamp?
}
