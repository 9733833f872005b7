/// The services of a server: those of a USS (MS-WSUSSS 2.1), and those of clients (MS-WUSP 2.1).
public enum WebService: String, Hashable, Sendable, CaseIterable {
  case serverSync
  case dssAuth
  /// Of both: roll-up from a DSS, events from clients.
  case reporting
  case client
  case simpleAuth

  /// The path that a caller posts to, relative to the server's root (SSS-005).
  public var path: String {
    switch self {
    case .serverSync: "/ServerSyncWebService/ServerSyncWebService.asmx"
    case .dssAuth: "/DssAuthWebService/DssAuthWebService.asmx"
    case .reporting: "/ReportingWebService/ReportingWebService.asmx"
    case .client: "/ClientWebService/Client.asmx"
    case .simpleAuth: "/SimpleAuthWebService/SimpleAuth.asmx"
    }
  }

  /// Every path at which a server answers, to be compared without letter case (AMB-04, SSS-004, WUSP-012).
  public var acceptedPaths: [String] {
    switch self {
    case .serverSync: [path, "/ServerSyncWebService/ServerSyncProxy.asmx"]
    case .dssAuth, .client, .simpleAuth: [path]
    case .reporting: [path, "/ReportingWebService/WebService.asmx"]
    }
  }

  /// The namespace of its messages, but for Ping.
  public var namespace: String {
    switch self {
    case .serverSync, .reporting: "http://www.microsoft.com/SoftwareDistribution"
    case .dssAuth: "http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService"
    case .client: "http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService"
    case .simpleAuth: "http://www.microsoft.com/SoftwareDistribution/Server/SimpleAuthWebService"
    }
  }
}
