internal import CCurl

/// The part of a URL that errors and logs may show: no credentials, no query.
public struct RequestTarget: Hashable, Sendable, CustomStringConvertible {
  public let scheme: String
  /// As in the URL, with the port when the URL names one.
  public let host: String
  /// At most 200 characters.
  public let path: String

  public var description: String { "\(scheme)://\(host)\(path)" }

  /// - Throws: ``TransferError/badURL(reason:)``; the text itself is not repeated, as it may hold credentials.
  public init(url: String) throws(TransferError) {
    guard let parser = curl_url() else { throw .badURL(reason: "out of memory") }
    defer { curl_url_cleanup(parser) }
    let code = curl_url_set(parser, CURLUPART_URL, url, UInt32(CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME))
    guard code == CURLUE_OK else { throw .badURL(reason: String(cString: curl_url_strerror(code))) }
    scheme = Self.part(CURLUPART_SCHEME, of: parser)?.lowercased() ?? ""
    guard scheme == "http" || scheme == "https" else { throw .badURL(reason: "neither http nor https") }
    guard let name = Self.part(CURLUPART_HOST, of: parser), !name.isEmpty else { throw .badURL(reason: "no host") }
    host = name + (Self.part(CURLUPART_PORT, of: parser).map { ":" + $0 } ?? "")
    path = String((Self.part(CURLUPART_PATH, of: parser) ?? "/").prefix(200))
  }

  private static func part(_ part: CURLUPart, of parser: OpaquePointer) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(parser, part, &text, 0) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
