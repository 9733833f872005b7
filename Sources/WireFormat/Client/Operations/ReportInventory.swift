public import UpdateModel

/// Delivers an inventory that nobody here asks for (MS-WUSP 6.3, WUSP-348).
public enum ReportInventory: Operation {
  public static let name: StaticString = "ReportInventory"
  public static let responseName: StaticString = "ReportInventoryResponse"
  public static let service = WebService.reporting

  /// What the client counted. It is neither unpacked nor kept.
  public enum Inventory: Hashable, Sendable {
    case raw(String)
    case compressed([UInt8])
  }

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    public let clientTime: Timestamp?
    public let inventory: Inventory?

    public init(cookie: Cookie?, clientTime: Timestamp?, inventory: Inventory?) {
      self.cookie = cookie
      self.clientTime = clientTime
      self.inventory = inventory
    }
  }

  public typealias Response = ReportEventBatch.Response

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    if let time = request.clientTime { writer.element("clientTime", time) }
    guard let inventory = request.inventory else { return }
    writer.start("inventory")
    switch inventory {
    case .raw(let xml):
      writer.element("IsCompressed", false)
      writer.element("RawXml", xml)
    case .compressed(let bytes):
      writer.element("IsCompressed", true)
      writer.element("CompressedXml", base64: bytes)
    }
    writer.end()
  }

  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.element("ReportInventoryResult", response.wasReceived)
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(), clientTime: try reader.timestampIfPresent("clientTime"),
      inventory: try reader.readIfPresent("inventory") { item throws(WireError) in
        if let bytes = try item.base64IfPresent("CompressedXml") { return .compressed(bytes) }
        return .raw(try item.string("RawXml") ?? "")
      })
  }

  public static var responseReading: ResponseReading<Response> {
    .result("ReportInventoryResult") { result throws(WireError) in Response(wasReceived: try result.bool()) }
  }
}
