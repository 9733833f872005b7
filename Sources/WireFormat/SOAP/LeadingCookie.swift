extension IncomingRequest {
  /// The cookie with which a request begins, found without reading the rest.
  ///
  /// Every operation that may be large has its cookie in front (MS-WSUSSS 3.1.4), so a server learns from a beginning
  /// whether the rest is worth its time.
  ///
  /// - Parameter beginning: the first bytes of a request; a few kilobytes of them are looked at.
  /// - Returns: nil when the beginning is no request, or shows no cookie that can be read.
  public static func leadingCookie(of beginning: some Collection<UInt8>) -> Cookie? {
    let bytes = Array(beginning.prefix(LeadingCookieReader.limits.total))
    let reader = LeadingCookieReader()
    let parser = XMLPushParser(
      limits: LeadingCookieReader.limits, handler: reader, blockSize: max(1, bytes.count))
    // It ends with an error as soon as enough was seen; what was seen until then counts.
    do throws(WireError) { try parser.push(bytes) } catch {}
    return reader.cookie
  }
}

/// Watches for `Envelope/Body/OPERATION/cookie`.
private final class LeadingCookieReader: XMLHandler {
  static let limits = XMLLimits(elements: 64, text: 8 << 10, total: 8 << 10)
  private static let depthOfCookie = 4

  private(set) var cookie: Cookie?
  private let builder = XMLTreeBuilder()
  private var depth = 0
  private var isInBody = false
  private var isInCookie = false

  func start(_ tag: XMLStartTag) throws(WireError) {
    depth += 1
    if depth == 2 { isInBody = tag.isNamed("Body") }
    if depth == Self.depthOfCookie, isInBody, tag.isNamed("cookie") { isInCookie = true }
    if isInCookie { try builder.start(tag) }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) {
    if isInCookie { try builder.text(bytes) }
  }

  func end() throws(WireError) {
    depth -= 1
    guard isInCookie else { return }
    try builder.end()
    guard let root = builder.root else { return }
    cookie = ElementReader(XMLElement(name: "", children: [root])).requestCookie()
    throw .notSOAP(found: "enough")
  }
}
