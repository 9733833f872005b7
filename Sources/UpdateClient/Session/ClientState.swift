public import UpdateModel
import WireFormat

/// What a client keeps between two scans (guide 13). With it the next scan is a differential one.
public struct ClientState: Hashable, Sendable, Codable {
  public internal(set) var configuration: CachedConfiguration?
  public internal(set) var cookie: CachedCookie?
  /// The digest of what was last registered.
  public internal(set) var registered: String?
  public internal(set) var cache = RevisionCache()
  /// Revisions whose Core fragment could not be read. They are named as cached, so that they do not come again.
  public internal(set) var unreadable: Set<Int32> = []
  /// The numbers in the cache are another server's, until RefreshCache has been answered.
  public internal(set) var mustRefresh = false

  public init() {}
}

/// What GetConfig said.
public struct CachedConfiguration: Hashable, Sendable, Codable {
  public let lastChange: Timestamp
  public internal(set) var isRegistrationRequired: Bool
  /// Of the authorization service, relative to the server.
  public let authorizationPath: String
  /// nil for all.
  public let allowedEventIDs: [Int32]?
  public let extendedUpdates: Int

  /// - Throws: ``UpdateClientError/unusableAnswer(operation:expected:found:)`` without an authorization service below
  ///   the same server (WUSP-079).
  init(_ response: GetClientConfig.Response) throws(UpdateClientError) {
    let offered = response.plugIns.first { $0.plugInID == AuthorizationCookie.simpleTargeting }
    guard let path = offered.flatMap({ ServicePath(serviceURL: $0.serviceURL) }) else {
      throw .unusableAnswer(
        operation: GetClientConfig.operationName, expected: "plug-in SimpleTargeting with a relative ServiceUrl",
        found: offered.map { Self.excerpt($0.serviceURL) } ?? "none")
    }
    lastChange = response.lastChange
    isRegistrationRequired = response.isRegistrationRequired
    authorizationPath = path.text
    let events = response.allowedEventIDs ?? []
    allowedEventIDs = events.isEmpty ? nil : Array(events.prefix(Self.mostEventIDs))
    let most = response.value(of: "MaxExtendedUpdatesPerRequest").flatMap { Int($0) } ?? Self.usualExtendedUpdates
    extendedUpdates = min(max(1, most), Self.mostExtendedUpdates)
  }

  private static let mostEventIDs = 10_000
  private static let usualExtendedUpdates = 50
  private static let mostExtendedUpdates = 1_000

  private static func excerpt(_ text: String) -> String { String(text.prefix(60)).debugDescription }
}

/// The cookie, as JSON keeps it. It is a secret.
public struct CachedCookie: Hashable, Sendable, Codable {
  let expiration: Timestamp
  let data: [UInt8]

  init(_ cookie: Cookie) {
    expiration = cookie.expiration
    data = cookie.encryptedData
  }

  var cookie: Cookie { Cookie(expiration: expiration, encryptedData: data) }
}

extension CachedCookie: CustomStringConvertible {
  /// Never shows the data.
  public var description: String { cookie.description }
}
