import UpdateModel
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
  /// `/Content` or one of its folders: not listed, 403 as from Windows servers.
  case contentFolder
  /// The names below `/SelfUpdate`, decoded; at least one.
  case selfUpdate([String])

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
    if let usual = ContentPath(usualTarget: target) {
      self = .content(usual)
      return
    }
    let segments = Self.segments(of: target.prefix { $0 != "?" })
    if let service = Self.services[segments.map { $0.lowercased() }] {
      self = .service(service)
    } else if segments.first?.lowercased() == "content" {
      self.init(contentSegments: segments)
    } else if segments.first?.lowercased() == "selfupdate", let names = Self.fileNames(segments.dropFirst()) {
      self = .selfUpdate(names)
    } else {
      return nil
    }
  }

  private init(contentSegments segments: [Substring]) {
    switch segments.count {
    case 1: self = .contentFolder
    case 2: self = Hex.bytes(segments[1])?.count == 1 ? .contentFolder : .contentNotFound
    case 3: self = ContentPath(folder: segments[1], name: segments[2]).map(ServiceRoute.content) ?? .contentNotFound
    default: self = .contentNotFound
    }
  }

  /// - Returns: nil when one of them can be no name of a file, or there is none.
  private static func fileNames(_ segments: ArraySlice<Substring>) -> [String]? {
    let names = segments.compactMap { PercentEncoding.decodeSegment($0) }
    return names.count == segments.count && !names.isEmpty ? names : nil
  }

  private static func segments(of path: some StringProtocol) -> [Substring] {
    Substring(path).split(separator: "/")
  }
}
