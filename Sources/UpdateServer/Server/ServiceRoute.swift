/// Which of this server's services a path names.
///
/// Paths come from a case-insensitive web server and arrive with double slashes
/// (MS-WSUSSS 2.1, AMB-04, SSS-004).
enum ServiceRoute: Hashable, Sendable {
  case serverSync
  case dssAuthorization
  case reporting
  case content(ContentPath)
  /// Below `/Content`, but no file can have this path.
  case contentNotFound

  /// Longer paths name nothing here.
  static let maximumPathBytes = 1_024

  private static let services: [[String]: ServiceRoute] = [
    ["serversyncwebservice", "serversyncwebservice.asmx"]: .serverSync,
    ["serversyncwebservice", "serversyncproxy.asmx"]: .serverSync,
    ["dssauthwebservice", "dssauthwebservice.asmx"]: .dssAuthorization,
    ["reportingwebservice", "reportingwebservice.asmx"]: .reporting,
    ["reportingwebservice", "webservice.asmx"]: .reporting,
  ]

  /// - Parameter path: the path of the request as it came, without the query.
  /// - Returns: nil when nothing here has this path: the answer is 404.
  init?(path: String) {
    guard path.utf8.count <= Self.maximumPathBytes else { return nil }
    let segments = path.split(separator: "/")
    if let service = Self.services[segments.map { $0.lowercased() }] {
      self = service
    } else if segments.first?.lowercased() == "content" {
      let content = segments.count == 3 ? ContentPath(folder: segments[1], name: segments[2]) : nil
      self = content.map(ServiceRoute.content) ?? .contentNotFound
    } else {
      return nil
    }
  }
}
