public import UpdateModel

/// The first call of a client: what it must know before all others (MS-WUSP 2.2.2.2.1).
public enum GetClientConfig: Operation {
  public static let name: StaticString = "GetConfig"
  public static let responseName: StaticString = "GetConfigResponse"
  public static let service = WebService.client

  public struct Request: Hashable, Sendable {
    /// `x.y`, as text: the server must answer for what is none (WUSP-072).
    public let protocolVersion: String?

    public init(protocolVersion: String?) { self.protocolVersion = protocolVersion }
  }

  public typealias PlugIn = GetAuthConfig.PlugIn

  public struct Property: Hashable, Sendable {
    public let name: String
    public let value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public struct Response: Hashable, Sendable {
    /// Clients send it back with GetCookie (WUSP-075).
    public let lastChange: Timestamp
    public let isRegistrationRequired: Bool
    public let plugIns: [PlugIn]
    /// The events that a server wants; nil for all.
    public let allowedEventIDs: [Int32]?
    public let properties: [Property]

    public init(
      lastChange: Timestamp, isRegistrationRequired: Bool, plugIns: [PlugIn] = [.simpleTargeting],
      allowedEventIDs: [Int32]? = nil, properties: [Property]
    ) {
      self.lastChange = lastChange
      self.isRegistrationRequired = isRegistrationRequired
      self.plugIns = plugIns
      self.allowedEventIDs = allowedEventIDs
      self.properties = properties
    }

    /// The value of a property.
    public func value(of name: String) -> String? { properties.first { $0.name == name }?.value }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.elementIfPresent("protocolVersion", request.protocolVersion)
  }

  /// `Parameter` is not sent (WUSP-080).
  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.start("GetConfigResult")
    writer.element("LastChange", response.lastChange)
    writer.element("IsRegistrationRequired", response.isRegistrationRequired)
    writer.elements("AuthInfo", response.plugIns) { writer, plugIn in
      writer.start("AuthPlugInInfo")
      writer.element("PlugInID", plugIn.plugInID)
      writer.element("ServiceUrl", plugIn.serviceURL)
      writer.end()
    }
    if let ids = response.allowedEventIDs { writer.elements("AllowedEventIds", ids) { $0.element("int", $1) } }
    writer.elements("Properties", response.properties) { writer, property in
      writer.start("ConfigurationProperty")
      writer.element("Name", property.name)
      writer.element("Value", property.value)
      writer.end()
    }
    writer.end()
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    Request(protocolVersion: try ElementReader(element).text("protocolVersion"))
  }

  public static var responseReading: ResponseReading<Response> {
    .result("GetConfigResult") { result throws(WireError) in
      Response(
        lastChange: try result.timestamp("LastChange"),
        isRegistrationRequired: try result.bool("IsRegistrationRequired"),
        plugIns: try result.array("AuthInfo", of: "AuthPlugInInfo") { item throws(WireError) in
          PlugIn(plugInID: try item.string("PlugInID") ?? "", serviceURL: try item.string("ServiceUrl") ?? "")
        },
        allowedEventIDs: try result.arrayIfPresent("AllowedEventIds", of: "int") { item throws(WireError) in
          try item.int32()
        },
        properties: try result.array("Properties", of: "ConfigurationProperty") { item throws(WireError) in
          Property(name: try item.string("Name") ?? "", value: try item.string("Value") ?? "")
        })
    }
  }
}

extension GetAuthConfig.PlugIn {
  /// What a server answers to its clients (WUSP-078, WUSP-079).
  public static let simpleTargeting = GetAuthConfig.PlugIn(
    plugInID: AuthorizationCookie.simpleTargeting, serviceURL: "SimpleAuthWebService/SimpleAuth.asmx")
}

extension AuthorizationCookie {
  /// The only plug-in of MS-WUSP.
  public static let simpleTargeting = "SimpleTargeting"
}
