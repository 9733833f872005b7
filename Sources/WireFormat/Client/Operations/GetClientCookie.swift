public import UpdateModel

/// Exchanges an authorization cookie for the cookie of the other calls (MS-WUSP 2.2.2.2.2).
public enum GetClientCookie: Operation {
  public static let name: StaticString = "GetCookie"
  public static let responseName: StaticString = "GetCookieResponse"
  public static let service = WebService.client

  public struct Request: Hashable, Sendable {
    /// Exactly one (WUSP-108); data that could not be read is empty.
    public let authorizationCookies: [AuthorizationCookie]
    /// nil also when it has no data: agents send that with their first call.
    public let oldCookie: Cookie?
    /// What GetConfig said (WUSP-119).
    public let lastChange: Timestamp?
    public let currentTime: Timestamp?
    /// `x.y`, as text: the server must answer for what is none.
    public let protocolVersion: String?

    public init(
      authorizationCookies: [AuthorizationCookie], oldCookie: Cookie?, lastChange: Timestamp?,
      currentTime: Timestamp?, protocolVersion: String?
    ) {
      self.authorizationCookies = authorizationCookies
      self.oldCookie = oldCookie
      self.lastChange = lastChange
      self.currentTime = currentTime
      self.protocolVersion = protocolVersion
    }
  }

  public typealias Response = Cookie

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.elements("authCookies", request.authorizationCookies) { $0.element("AuthorizationCookie", $1) }
    writer.element("oldCookie", request.oldCookie)
    if let time = request.lastChange { writer.element("lastChange", time) }
    if let time = request.currentTime { writer.element("currentTime", time) }
    writer.elementIfPresent("protocolVersion", request.protocolVersion)
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
      oldCookie: reader.requestCookie("oldCookie"), lastChange: try reader.timestampIfPresent("lastChange"),
      currentTime: try reader.timestampIfPresent("currentTime"), protocolVersion: try reader.text("protocolVersion"))
  }

  public static var responseReading: ResponseReading<Response> {
    .result("GetCookieResult") { result throws(WireError) in try result.cookie() }
  }
}
