public import UpdateModel

/// Asks whether a service lives; on all services (MS-WSUSSS 3.1.4.12). No DSS may call it.
public enum Ping: Operation {
  public static let name: StaticString = "Ping"
  public static let responseName: StaticString = "PingResponse"
  public static let service = WebService.serverSync
  public static let namespace = "http://www.microsoft.com/SoftwareDistribution/Server/IMonitorable"

  public struct Request: Hashable, Sendable {
    public let level: Int32

    public init(level: Int32) { self.level = level }
  }

  /// Only that the service lives, and its clock: nothing else is told.
  public struct Response: Hashable, Sendable {
    public let isSuccess: Bool
    public let time: Timestamp
    public let isHTTPS: Bool
    /// An element that one client contract demands and the published schema does not have;
    /// nil leaves it out.
    public let isDebugMode: Bool?

    public init(isSuccess: Bool = true, time: Timestamp, isHTTPS: Bool = false, isDebugMode: Bool? = nil) {
      self.isSuccess = isSuccess
      self.time = time
      self.isHTTPS = isHTTPS
      self.isDebugMode = isDebugMode
    }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("pingLevel", request.level)
  }

  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.start("PingResult")
    writer.element("SuccessFlag", response.isSuccess)
    writer.element("ServicesTime", response.time)
    writer.element("IsHttps", response.isHTTPS)
    writer.element("ConfigFileLastModifiedTime", response.time)
    writer.element("ConfigFileNextExpirationTime", response.time)
    writer.element("ConfigFileExpirationModuloInMinutes", Int32(0))
    if let isDebugMode = response.isDebugMode { writer.element("DebugMode", isDebugMode) }
    writer.end()
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    Request(level: try ElementReader(element).int32("pingLevel"))
  }

  public static var responseReading: ResponseReading<Response> {
    .result("PingResult") { result throws(WireError) in
      Response(
        isSuccess: try result.bool("SuccessFlag"), time: try result.timestamp("ServicesTime"),
        isHTTPS: try result.bool("IsHttps"),
        isDebugMode: try result.readIfPresent("DebugMode") { flag throws(WireError) in try flag.bool() })
    }
  }
}
