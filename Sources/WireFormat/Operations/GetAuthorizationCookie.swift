public import UpdateModel

/// Introduces a DSS to the authorization service (MS-WSUSSS 3.1.4.2).
public enum GetAuthorizationCookie: Operation {
  public static let name: StaticString = "GetAuthorizationCookie"
  public static let responseName: StaticString = "GetAuthorizationCookieResponse"
  public static let service = WebService.dssAuth

  /// As text, since the server must answer for names and GUIDs that are none.
  public struct Request: Hashable, Sendable {
    /// The FQDN of the DSS (SSS-078).
    public let accountName: String?
    /// The permanent GUID of the DSS (SSS-079).
    public let accountGUID: String?

    public init(accountName: String?, accountGUID: String?) {
      self.accountName = accountName
      self.accountGUID = accountGUID
    }

    public init(accountName: String, accountGUID: GUID) {
      self.init(accountName: accountName, accountGUID: accountGUID.description)
    }
  }

  public typealias Response = AuthorizationCookie

  /// `programKeys` is reserved and left out (SSS-080).
  public static func encode(request: Request, to writer: inout XMLWriter) {
    if let accountName = request.accountName { writer.element("accountName", accountName) }
    if let accountGUID = request.accountGUID { writer.element("accountGuid", accountGUID) }
  }

  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.element("GetAuthorizationCookieResult", response)
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      accountName: try reader.string("accountName"), accountGUID: try reader.string("accountGuid"))
  }

  public static var responseReading: ResponseReading<Response> {
    .result("GetAuthorizationCookieResult") { result throws(WireError) in try result.authorizationCookie() }
  }
}
