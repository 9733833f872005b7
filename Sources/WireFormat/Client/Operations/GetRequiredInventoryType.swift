public import UpdateModel

/// Asks whether a client should take stock (MS-WUSP 6.3); here never (WUSP-348).
public enum GetRequiredInventoryType: Operation {
  public static let name: StaticString = "GetRequiredInventoryType"
  public static let responseName: StaticString = "GetRequiredInventoryTypeResponse"
  public static let service = WebService.reporting

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    public let rulesID: GUID?
    public let rulesVersion: String?

    public init(cookie: Cookie?, rulesID: GUID?, rulesVersion: String? = nil) {
      self.cookie = cookie
      self.rulesID = rulesID
      self.rulesVersion = rulesVersion
    }
  }

  public struct Response: Hashable, Sendable {
    /// 0: no inventory.
    public let inventoryType: Int32

    public init(inventoryType: Int32 = 0) { self.inventoryType = inventoryType }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    if let id = request.rulesID { writer.element("rulesId", id) }
    writer.elementIfPresent("rulesVersion", request.rulesVersion)
  }

  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.element("GetRequiredInventoryTypeResult", response.inventoryType)
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(), rulesID: try reader.guidIfPresent("rulesId"),
      rulesVersion: try reader.text("rulesVersion"))
  }

  public static var responseReading: ResponseReading<Response> {
    .result("GetRequiredInventoryTypeResult") { result throws(WireError) in
      Response(inventoryType: try result.int32())
    }
  }
}
