import WireFormat

/// Which of this server's services a path names.
///
/// Paths come from a case-insensitive web server and arrive with double slashes
/// (MS-WSUSSS 2.1, AMB-04, SSS-004).
enum ServiceRoute: Hashable, Sendable {
  case service(WebService)
  case content(ContentPath)
  /// Below `/Content`, but no file can have this path.
  case contentNotFound

  /// Longer paths name nothing here.
  static let maximumPathBytes = 1_024

  private static let services: [[String]: WebService] = {
    var services: [[String]: WebService] = [:]
    for service in WebService.allCases {
      for path in service.acceptedPaths { services[segments(of: path).map { $0.lowercased() }] = service }
    }
    return services
  }()

  /// - Parameter target: the target of the request as it came; a query is ignored.
  /// - Returns: nil when nothing here has this path: the answer is 404.
  init?(target: String) {
    guard target.utf8.count <= Self.maximumPathBytes else { return nil }
    let segments = Self.segments(of: target.prefix { $0 != "?" })
    if let service = Self.services[segments.map { $0.lowercased() }] {
      self = .service(service)
    } else if segments.first?.lowercased() == "content" {
      let content = segments.count == 3 ? ContentPath(folder: segments[1], name: segments[2]) : nil
      self = content.map(ServiceRoute.content) ?? .contentNotFound
    } else {
      return nil
    }
  }

  private static func segments(of path: some StringProtocol) -> [Substring] {
    Substring(path).split(separator: "/")
  }
}
