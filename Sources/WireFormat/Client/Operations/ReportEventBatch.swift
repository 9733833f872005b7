public import UpdateModel

/// Reports what happened on a client (MS-WUSP 2.2.2.3.1).
public enum ReportEventBatch: Operation {
  public static let name: StaticString = "ReportEventBatch"
  public static let responseName: StaticString = "ReportEventBatchResponse"
  public static let service = WebService.reporting

  public struct Request: Hashable, Sendable {
    /// The cookie of the client service, in this service's namespace (WUSP-326). nil when it is absent or cannot be
    /// read.
    public let cookie: Cookie?
    /// By the clock of the client. nil when it is absent: InvalidParameters (WUSP-327).
    public let clientTime: Timestamp?
    /// nil when it is absent: InvalidParameters (WUSP-327).
    public let events: [ReportingEvent]?

    public init(cookie: Cookie?, clientTime: Timestamp?, events: [ReportingEvent]?) {
      self.cookie = cookie
      self.clientTime = clientTime
      self.events = events
    }
  }

  public struct Response: Hashable, Sendable {
    /// False makes the client send the batch again (WUSP-324).
    public let wasReceived: Bool

    public init(wasReceived: Bool) { self.wasReceived = wasReceived }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    if let time = request.clientTime { writer.element("clientTime", time) }
    if let events = request.events { writer.elements("eventBatch", events) { $0.element($1) } }
  }

  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.element("ReportEventBatchResult", response.wasReceived)
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(), clientTime: try reader.timestampIfPresent("clientTime"),
      events: try reader.eventsIfPresent("eventBatch"))
  }

  public static var responseReading: ResponseReading<Response> {
    .result("ReportEventBatchResult") { result throws(WireError) in Response(wasReceived: try result.bool()) }
  }
}
