public import UpdateModel

/// Asks where files are (MS-WUSP 2.2.2.2.7).
public enum GetFileLocations: Operation {
  public static let name: StaticString = "GetFileLocations"
  public static let responseName: StaticString = "GetFileLocationsResponse"
  public static let service = WebService.client

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    /// nil when it is absent: InvalidParameters (WUSP-306).
    public let fileDigests: [FileDigest]?

    public init(cookie: Cookie?, fileDigests: [FileDigest]?) {
      self.cookie = cookie
      self.fileDigests = fileDigests
    }
  }

  public struct Response: Hashable, Sendable {
    /// Of the digests that are known (WUSP-309).
    public let locations: [ContentLocation]
    public let newCookie: Cookie?

    public init(locations: [ContentLocation], newCookie: Cookie? = nil) {
      self.locations = locations
      self.newCookie = newCookie
    }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    guard let digests = request.fileDigests else { return }
    writer.elements("fileDigests", digests) { $0.element("base64Binary", base64: $1.bytes) }
  }

  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.start("GetFileLocationsResult")
    writer.elementsIfAny("FileLocations", response.locations) { $0.element($1) }
    writer.element("NewCookie", response.newCookie)
    writer.end()
  }

  /// - Throws: ``WireError`` naming `fileDigests` for one that is not 20 bytes long (WUSP-307).
  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(),
      fileDigests: try reader.arrayIfPresent("fileDigests", of: "base64Binary", limit: ClientRequestLimits.digests) {
        item throws(WireError) in try item.digest()
      })
  }

  public static var responseReading: ResponseReading<Response> {
    .result("GetFileLocationsResult") { result throws(WireError) in
      Response(
        locations: try result.contentLocations(),
        newCookie: try result.readIfPresent("NewCookie") { cookie throws(WireError) in try cookie.cookie() })
    }
  }
}
