/// The path of an authorization service, as GetAuthConfig or GetConfig names it (MS-WSUSSS 3.2.4.1, SSS-075; MS-WUSP
/// 2.2.2.2.1, WUSP-079).
public struct ServicePath: Hashable, Sendable {
  /// Without a leading slash.
  public let text: String

  /// Accepts a plain relative path; one leading slash and outer blanks are dropped.
  ///
  /// - Returns: nil for a path that names another host or leaves the site: a scheme,
  ///   `//host`, `..`, a query, an escape, a control character (SSS-076).
  public init?(serviceURL: String) {
    var path = serviceURL[...]
    while path.first == " " { path.removeFirst() }
    while path.last == " " { path.removeLast() }
    if path.first == "/" { path.removeFirst() }
    let segments = path.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = path.utf8.allSatisfy(Self.isPathByte)
    guard !path.isEmpty, path.utf8.count <= 256, isPlain else { return nil }
    guard segments.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else { return nil }
    text = String(path)
  }

  private static func isPathByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "/"):
      true
    default: false
    }
  }
}
