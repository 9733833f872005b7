/// The services of a USS (MS-WSUSSS 2.1).
public enum WebService: String, Hashable, Sendable, CaseIterable {
  case serverSync
  case dssAuth
  case reporting

  /// The path that a DSS posts to, relative to the server's root (SSS-005).
  public var path: String {
    switch self {
    case .serverSync: "/ServerSyncWebService/ServerSyncWebService.asmx"
    case .dssAuth: "/DssAuthWebService/DssAuthWebService.asmx"
    case .reporting: "/ReportingWebService/ReportingWebService.asmx"
    }
  }

  /// Every path at which a USS answers, to be compared without letter case (AMB-04, SSS-004).
  public var acceptedPaths: [String] {
    switch self {
    case .serverSync: [path, "/ServerSyncWebService/ServerSyncProxy.asmx"]
    case .dssAuth: [path]
    case .reporting: [path, "/ReportingWebService/WebService.asmx"]
    }
  }

  /// The namespace of its messages, but for Ping.
  public var namespace: String {
    switch self {
    case .serverSync, .reporting: "http://www.microsoft.com/SoftwareDistribution"
    case .dssAuth: "http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService"
    }
  }
}
