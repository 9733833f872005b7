/// Tells the server about the computer (MS-WUSP 2.2.2.2.3).
public enum RegisterComputer: Operation {
  public static let name: StaticString = "RegisterComputer"
  public static let responseName: StaticString = "RegisterComputerResponse"
  public static let service = WebService.client

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    /// nil when it is absent: InvalidParameters.
    public let computerInfo: ComputerInfo?

    public init(cookie: Cookie?, computerInfo: ComputerInfo?) {
      self.cookie = cookie
      self.computerInfo = computerInfo
    }
  }

  public struct Response: Hashable, Sendable {
    public init() {}
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    if let info = request.computerInfo { writer.element("computerInfo", info) }
  }

  /// Nothing (WUSP-122).
  public static func encode(response: Response, to writer: inout XMLWriter) {}

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(),
      computerInfo: try reader.readIfPresent("computerInfo") { info throws(WireError) in try info.computerInfo() })
  }

  public static var responseReading: ResponseReading<Response> {
    .tree { _ throws(WireError) in Response() }
  }
}
