/// Asks for printer drivers, for people who add a printer (MS-WUSP 2.2.2.2.9).
public enum SyncPrinterCatalog: StreamedOperation {
  public static let name: StaticString = "SyncPrinterCatalog"
  public static let responseName: StaticString = "SyncPrinterCatalogResponse"
  public static let service = WebService.client

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    public let installedNonLeafUpdateIDs: [Int32]
    /// The drivers that the client has.
    public let printerUpdateIDs: [Int32]

    public init(cookie: Cookie?, installedNonLeafUpdateIDs: [Int32], printerUpdateIDs: [Int32]) {
      self.cookie = cookie
      self.installedNonLeafUpdateIDs = installedNonLeafUpdateIDs
      self.printerUpdateIDs = printerUpdateIDs
    }
  }

  public typealias Response = SyncInfo

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    writer.elementIfAny("installedNonLeafUpdateIDs", request.installedNonLeafUpdateIDs)
    writer.elementIfAny("printerUpdateIDs", request.printerUpdateIDs)
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(),
      installedNonLeafUpdateIDs: try reader.revisionIDsIfPresent("installedNonLeafUpdateIDs") ?? [],
      printerUpdateIDs: try reader.revisionIDsIfPresent("printerUpdateIDs") ?? [])
  }

  public static var longTextElement: StaticString? { "Xml" }

  public static var responseReading: ResponseReading<Response> {
    .result("SyncPrinterCatalogResult") { result throws(WireError) in try result.syncInfo() }
  }

  public static func stepCount(_ response: Response) -> Int { response.stepCount }

  public static func encode(step: Int, of response: Response, to writer: inout XMLWriter) {
    response.encode(step: step, named: "SyncPrinterCatalogResult", to: &writer)
  }
}
