/// Exchanges an authorization cookie for the cookie of the session (MS-WSUSSS 3.1.4.3).
public enum GetCookie: Operation {
  public static let name: StaticString = "GetCookie"
  public static let responseName: StaticString = "GetCookieResponse"
  public static let service = WebService.serverSync

  public struct Request: Hashable, Sendable {
    /// Exactly one (SSS-090); data that could not be read is empty.
    public let authorizationCookies: [AuthorizationCookie]
    /// The cookie of the last session (SSS-094).
    public let oldCookie: Cookie?
    /// `x.y`, as text: the server must answer for what is none (SSS-058).
    public let protocolVersion: String?

    public init(authorizationCookies: [AuthorizationCookie], oldCookie: Cookie?, protocolVersion: String?) {
      self.authorizationCookies = authorizationCookies
      self.oldCookie = oldCookie
      self.protocolVersion = protocolVersion
    }
  }

  public typealias Response = Cookie

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.elements("authCookies", request.authorizationCookies) { $0.element("AuthorizationCookie", $1) }
    writer.element("oldCookie", request.oldCookie)
    if let version = request.protocolVersion { writer.element("protocolVersion", version) }
  }

  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.element("GetCookieResult", response)
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      authorizationCookies: try reader.array("authCookies", of: "AuthorizationCookie") { item throws(WireError) in
        item.requestAuthorizationCookie()
      },
      oldCookie: reader.requestCookie("oldCookie"), protocolVersion: try reader.string("protocolVersion"))
  }

  public static var responseReading: ResponseReading<Response> {
    .result("GetCookieResult") { result throws(WireError) in try result.cookie() }
  }
}
