public import UpdateModel

/// Asks where a DSS authorizes itself (MS-WSUSSS 3.1.4.1).
public enum GetAuthConfig: Operation {
  public static let name: StaticString = "GetAuthConfig"
  public static let responseName: StaticString = "GetAuthConfigResponse"
  public static let service = WebService.serverSync

  public struct Request: Hashable, Sendable {
    public init() {}
  }

  /// One way to authorize.
  public struct PlugIn: Hashable, Sendable {
    public let plugInID: String
    /// Relative to the server's root, without a leading slash.
    public let serviceURL: String

    public init(plugInID: String, serviceURL: String) {
      self.plugInID = plugInID
      self.serviceURL = serviceURL
    }

    /// What a USS answers (SSS-068, SSS-069).
    public static let dssTargeting = PlugIn(
      plugInID: AuthorizationCookie.dssTargeting, serviceURL: "DssAuthWebService/DssAuthWebService.asmx")
  }

  public struct Response: Hashable, Sendable {
    /// Must be sent and means nothing; tick 0 when it could not be read (SSS-073).
    public let lastChange: Timestamp
    public let plugIns: [PlugIn]

    public init(lastChange: Timestamp, plugIns: [PlugIn] = [.dssTargeting]) {
      self.lastChange = lastChange
      self.plugIns = plugIns
    }

    /// The service URL of the plug-in DssTargeting.
    public var dssTargetingURL: String? {
      plugIns.first { $0.plugInID == AuthorizationCookie.dssTargeting }?.serviceURL
    }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {}

  /// `LastChange` comes first; `Parameter` and `AllowedEventIds` are not sent (SSS-070, SSS-071).
  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.start("GetAuthConfigResult")
    writer.element("LastChange", response.lastChange)
    writer.elements("AuthInfo", response.plugIns) { writer, plugIn in
      writer.start("AuthPlugInInfo")
      writer.element("PlugInID", plugIn.plugInID)
      writer.element("ServiceUrl", plugIn.serviceURL)
      writer.end()
    }
    writer.end()
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request { Request() }

  public static var responseReading: ResponseReading<Response> {
    .result("GetAuthConfigResult") { result throws(WireError) in
      let plugIns = try result.array("AuthInfo", of: "AuthPlugInInfo") { item throws(WireError) in
        PlugIn(plugInID: try item.string("PlugInID") ?? "", serviceURL: try item.string("ServiceUrl") ?? "")
      }
      let lastChange = try result.string("LastChange").flatMap { WireText.timestamp($0.utf8) }
      return Response(lastChange: lastChange ?? Timestamp(ticks: 0), plugIns: plugIns)
    }
  }
}
