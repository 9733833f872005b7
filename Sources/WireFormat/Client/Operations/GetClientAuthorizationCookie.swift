/// Introduces a client, with the groups it says it is in (MS-WUSP 2.2.2.1.1).
public enum GetClientAuthorizationCookie: Operation {
  public static let name: StaticString = "GetAuthorizationCookie"
  public static let responseName: StaticString = "GetAuthorizationCookieResponse"
  public static let service = WebService.simpleAuth

  public struct Request: Hashable, Sendable {
    /// Text: the server must answer for what is no client ID (WUSP-095).
    public let clientID: String?
    /// As the client spells it, perhaps several with `;` between.
    public let targetGroupName: String?
    public let dnsName: String?

    public init(clientID: String?, targetGroupName: String? = nil, dnsName: String?) {
      self.clientID = clientID
      self.targetGroupName = targetGroupName
      self.dnsName = dnsName
    }
  }

  public typealias Response = AuthorizationCookie

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.elementIfPresent("clientId", request.clientID)
    writer.elementIfPresent("targetGroupName", request.targetGroupName)
    writer.elementIfPresent("dnsName", request.dnsName)
  }

  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.element("GetAuthorizationCookieResult", response)
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      clientID: try reader.text("clientId"),
      targetGroupName: try reader.text("targetGroupName", limit: ClientRequestLimits.replacementString),
      dnsName: try reader.text("dnsName"))
  }

  public static var responseReading: ResponseReading<Response> {
    .result("GetAuthorizationCookieResult") { result throws(WireError) in try result.authorizationCookie() }
  }
}
