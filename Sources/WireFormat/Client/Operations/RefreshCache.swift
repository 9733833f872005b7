public import UpdateModel

/// Asks for this server's numbers of revisions that the client has from another (MS-WUSP 2.2.2.2.5).
public enum RefreshCache: Operation {
  public static let name: StaticString = "RefreshCache"
  public static let responseName: StaticString = "RefreshCacheResponse"
  public static let service = WebService.client

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    /// nil when it is absent: InvalidParameters (WUSP-269).
    public let globalIDs: [UpdateIdentity]?

    public init(cookie: Cookie?, globalIDs: [UpdateIdentity]?) {
      self.cookie = cookie
      self.globalIDs = globalIDs
    }
  }

  /// One revision that is deployed to the client; the others are not answered (WUSP-270).
  public struct Result: Hashable, Sendable {
    public let revisionID: Int32
    public let globalID: UpdateIdentity
    public let isLeaf: Bool
    public let deployment: ClientDeployment?

    public init(revisionID: Int32, globalID: UpdateIdentity, isLeaf: Bool, deployment: ClientDeployment?) {
      self.revisionID = revisionID
      self.globalID = globalID
      self.isLeaf = isLeaf
      self.deployment = deployment
    }
  }

  public struct Response: Hashable, Sendable {
    public let results: [Result]

    public init(results: [Result]) { self.results = results }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    if let ids = request.globalIDs { writer.elements("globalIDs", ids) { $0.element("UpdateIdentity", $1) } }
  }

  /// The list and its members have the same name.
  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.elements("RefreshCacheResult", response.results) { writer, result in
      writer.start("RefreshCacheResult")
      writer.element("RevisionID", result.revisionID)
      writer.element("GlobalID", result.globalID)
      writer.element("IsLeaf", result.isLeaf)
      if let deployment = result.deployment { writer.element("Deployment", deployment) }
      writer.end()
    }
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(cookie: reader.requestCookie(), globalIDs: try reader.identitiesIfPresent("globalIDs"))
  }

  public static var responseReading: ResponseReading<Response> {
    .tree { root throws(WireError) in
      let results = try ElementReader(root).array("RefreshCacheResult", of: "RefreshCacheResult") {
        item throws(WireError) in
        Result(
          revisionID: try item.int32("RevisionID"),
          globalID: try item.read("GlobalID") { id throws(WireError) in try id.identity() },
          isLeaf: try item.bool("IsLeaf"),
          deployment: try item.readIfPresent("Deployment") { deployment throws(WireError) in
            try deployment.clientDeployment()
          })
      }
      return Response(results: results)
    }
  }
}
