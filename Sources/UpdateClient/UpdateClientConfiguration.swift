public import UpdateModel
public import WireFormat

/// Which client this is, and whom it talks to.
public struct UpdateClientConfiguration: Sendable {
  /// The root of the server, `http://HOST:PORT`, no slash at the end.
  public var server: String
  public var clientID: String
  public var dnsName: String
  /// For client-side targeting; none says nothing.
  public var targetGroups: [String] = []
  public var protocolVersion = ProtocolVersion(major: 2, minor: 4)
  /// What RegisterComputer tells besides the name.
  public var computer = ComputerInfo()
  public var limits = Limits()

  public init(server: String, clientID: String, dnsName: String) {
    self.server = server
    self.clientID = clientID
    self.dnsName = dnsName
  }

  /// What a server may cost its client.
  public struct Limits: Hashable, Sendable {
    /// Bytes of an answer, decoded. One core fragment had 47 MB (observed-behaviour.md 2).
    public var answer = 128 << 20
    /// Bytes of the body of an answer other than 200.
    public var errorBody = 1 << 20
    /// Rounds of one scan. Windows gives up after as many.
    public var rounds = 200
    /// Revisions in the cache.
    public var revisions = 200_000
    /// Entries of InstalledNonLeafUpdateIDs; servers refuse more. What is beyond counts as cached only.
    public var installedNonLeaf = 400
    /// Identities in one RefreshCache.
    public var refreshed = 200
    /// Digests in one GetFileLocations.
    public var locations = 100
    /// Events in one report.
    public var events = 200

    public init() {}
  }
}
