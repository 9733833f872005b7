public import UpdateModel

/// How an ``UpdateServer`` serves Windows clients (docs/client-role.md).
///
/// What GetConfig tells of it must not change without need: every change sends all clients through the handshake.
public struct ClientServiceConfiguration: Hashable, Sendable {
  /// Whether computers tell what they are (RegisterComputer).
  public enum Registration: String, Hashable, Sendable, CaseIterable {
    /// Nothing is offered before.
    case required
    /// They may.
    case accepted
    /// They get RegistrationNotRequired (WUSP-129).
    case refused
  }

  public var registration = Registration.required
  /// What GetConfig announces. Below 3.2 there is no StartCategoryScan, below 3.0 there are no further properties.
  public var protocolVersion = ProtocolVersion(major: 3, minor: 2)
  /// The events that clients should report; empty = all.
  public var allowedEventIDs: [Int32] = []
  /// `PackageServerShare`, a UNC path from which clients repair installations. This server has none.
  public var packageServerShare = ""
  /// The host in the URLs of files; nil: the one by which the client called.
  public var contentHost: String?
  /// The port in the URLs of files; nil: the one that is listened at.
  public var contentPort: Int?
  /// Who calls over HTTPS also gets its files so. Else files are always at the plain port: their digests came with the
  /// metadata.
  public var sendsContentOverTLS = false
  /// Calls without TLS are answered 403 (WUSP-395).
  public var requiresTLS = false
  /// A folder that is served at `/SelfUpdate`, for Windows 8.1 and older; nil: nothing is there.
  public var selfUpdateFolder: String?
  public var limits = Limits()

  public init() {}

  public struct Limits: Hashable, Sendable {
    /// New revisions in one answer to SyncUpdates. Agents give up after 200 rounds.
    public var pageRevisions = 200
    /// Bytes of core fragments in one answer to SyncUpdates; the first one is always in it.
    public var pageBytes = 1 << 20
    /// `MaxExtendedUpdatesPerRequest`.
    public var extendedUpdates = 50
    /// Bytes of fragments in one answer to GetExtendedUpdateInfo.
    public var extendedBytes = 64 << 20
    /// Digests in one GetFileLocations.
    public var fileDigests = 1_000
    /// Categories in a filter.
    public var filterCategories = 200
    /// Identities in one RefreshCache.
    public var refreshedRevisions = 20_000
    /// Requests that are answered at the same time; more get ServerBusy.
    public var requests = 512
    /// Sets of target groups whose offers are kept in memory.
    public var groupSets = 64
    /// Reading anew what is offered, after a change of the catalogue, may take so long; if it takes longer, it is done in
    /// a fifth of the time only, and answers between are those of before.
    public var cheapLoading: Duration = .milliseconds(200)
    /// Of cookies, which use does not extend, and of authorization cookies.
    public var cookieLifetime: Duration = .seconds(60 * 60)

    public init() {}
  }
}

extension ClientServiceConfiguration.Limits {
  /// - Throws: ``UpdateServerError/limitTooSmall(name:minimum:found:)``.
  func check() throws(UpdateServerError) {
    let counts = [
      ("pageRevisions", pageRevisions), ("pageBytes", pageBytes), ("extendedUpdates", extendedUpdates),
      ("extendedBytes", extendedBytes), ("fileDigests", fileDigests), ("groupSets", groupSets),
      ("cookieLifetime", Int(cookieLifetime / .seconds(1))),
    ]
    for (name, found) in counts where found < 1 {
      throw .limitTooSmall(name: name, minimum: 1, found: found)
    }
  }
}
