public import UpdateModel

/// Asks a USS to fetch content that its DSS needs (MS-WSUSSS 3.1.4.11).
public enum DownloadFiles: Operation {
  public static let name: StaticString = "DownloadFiles"
  public static let responseName: StaticString = "DownloadFilesResponse"
  public static let service = WebService.serverSync

  /// The most digests in one request.
  public static let digestLimit = 100

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    /// nil when the array is absent: InvalidParameters.
    public let digests: [FileDigest]?

    public init(cookie: Cookie?, digests: [FileDigest]?) {
      self.cookie = cookie
      self.digests = digests
    }
  }

  public struct Response: Hashable, Sendable {
    public init() {}
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    guard let digests = request.digests else { return }
    writer.elements("fileDigestList", digests) { $0.element("base64Binary", base64: $1.bytes) }
  }

  public static func encode(response: Response, to writer: inout XMLWriter) {}

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(),
      digests: try reader.arrayIfPresent("fileDigestList", of: "base64Binary") { item throws(WireError) in
        try item.digest()
      })
  }

  public static var responseReading: ResponseReading<Response> {
    .tree { _ throws(WireError) in Response() }
  }
}
