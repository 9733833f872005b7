public import UpdateModel

/// Reports what happened on a client, without a cookie (MS-WUSP 6.3). No agent is known to call it.
public enum ReportEventBatch2: Operation {
  public static let name: StaticString = "ReportEventBatch2"
  public static let responseName: StaticString = "ReportEventBatch2Response"
  public static let service = WebService.reporting

  public struct Request: Hashable, Sendable {
    public let computerID: String?
    public let clientTime: Timestamp?
    public let events: [ReportingEvent]?

    public init(computerID: String?, clientTime: Timestamp?, events: [ReportingEvent]?) {
      self.computerID = computerID
      self.clientTime = clientTime
      self.events = events
    }
  }

  public typealias Response = ReportEventBatch.Response

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.elementIfPresent("computerId", request.computerID)
    if let time = request.clientTime { writer.element("clientTime", time) }
    if let events = request.events { writer.elements("eventBatch", events) { $0.element($1) } }
  }

  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.element("ReportEventBatch2Result", response.wasReceived)
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      computerID: try reader.text("computerId"), clientTime: try reader.timestampIfPresent("clientTime"),
      events: try reader.eventsIfPresent("eventBatch"))
  }

  public static var responseReading: ResponseReading<Response> {
    .result("ReportEventBatch2Result") { result throws(WireError) in Response(wasReceived: try result.bool()) }
  }
}
