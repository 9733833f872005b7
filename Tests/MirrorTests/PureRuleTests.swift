import Mirror
import Testing
import UpdateModel

@Suite struct PureRuleTests {
  static func file(_ name: String, lastByte: UInt8 = 0x05, size: Int64? = 10) throws -> ContentFile {
    let digest = try #require(FileDigest(bytes: [UInt8](repeating: 0xAB, count: 19) + [lastByte]))
    return ContentFile(digest: digest, fileName: name, size: size)
  }

  @Test("SSS-009: an upstream address is scheme, host, port and nothing more")
  func endpoints() throws {
    #expect(try UpstreamEndpoint("http://wsus.example:8530/").base == "http://wsus.example:8530")
    #expect(try UpstreamEndpoint("HTTPS://Wsus").base == "https://wsus:8531")
    #expect(try UpstreamEndpoint("http://[::1]:9").isLoopback)
    #expect(try UpstreamEndpoint("http://127.0.0.1").isLoopback)
    #expect(try !UpstreamEndpoint("http://127.evil.example").isLoopback)
    for text in [
      "", "wsus", "ftp://x", "http://", "http://a/b", "http://u:p@h", "http://h:0", "http://h:99999", "http://h?x",
    ] {
      #expect(throws: SyncError.self) { try UpstreamEndpoint(text) }
    }
  }

  @Test(
    "SSS-257: the content port follows the rule table and can be overridden",
    arguments: [
      ("http://h:80", ["http://h:80"]), ("http://h:8530", ["http://h:8530", "http://h:80"]),
      ("https://h:443", ["https://h:443", "http://h:80"]), ("https://h:8531", ["https://h:8531", "http://h:8530"]),
    ])
  func ports(url: String, bases: [String]) throws {
    let upstream = try UpstreamEndpoint(url)
    #expect(ContentLocations(upstream: upstream, isCatalogOnly: false).bases == bases)
    for ending in ["", "/", "/Content", "/content/"] {
      let explicit = ContentLocations(
        upstream: upstream, explicitBase: "http://cdn.example/mirror" + ending, isCatalogOnly: false)
      #expect(explicit.bases == ["http://cdn.example/mirror"])
    }
  }

  @Test("SSS-252, SSS-253, SSS-254: hex name first, then the FileName, in the folder of the last digest byte")
  func names() throws {
    let locations = ContentLocations(upstream: try UpstreamEndpoint("http://h:80"), isCatalogOnly: false)
    for (byte, folder) in [(UInt8(0x05), "05"), (0xFF, "FF")] {
      let hex = String(repeating: "AB", count: 19) + folder
      let urls = locations.candidates(for: try Self.file("Some Name.CAB", lastByte: byte), muURL: nil).map(\.url)
      #expect(urls == ["http://h:80/Content/\(folder)/\(hex).cab", "http://h:80/Content/\(folder)/Some%20Name.CAB"])
    }
  }

  @Test("SSS-255, SSS-256: a catalogue-only USS means MUUrl or nothing")
  func catalogOnly() throws {
    let locations = ContentLocations(upstream: try UpstreamEndpoint("http://h:80"), isCatalogOnly: true)
    let file = try Self.file("a.cab")
    #expect(locations.candidates(for: file, muURL: "http://mu.example/a.cab").map(\.url) == ["http://mu.example/a.cab"])
    #expect(locations.candidates(for: file, muURL: nil).isEmpty)
    #expect(locations.candidates(for: file, muURL: "file:///etc/passwd").isEmpty)
  }

  @Test(
    "SSS-265: a hostile FileName cannot leave its URL segment",
    arguments: ["../x", "C:\\x", "a/b?c#d", "a\r\nHost: x", ".."])
  func hostileNames(name: String) throws {
    let locations = ContentLocations(upstream: try UpstreamEndpoint("http://h:80"), isCatalogOnly: false)
    for candidate in locations.candidates(for: try Self.file(name), muURL: nil) {
      let segments = candidate.url.dropFirst("http://h:80/Content/05/".count)
      #expect(!segments.contains { "/?#\\\r\n".contains($0) })
    }
  }

  @Test("pauses double up to the cap, half of each is random, and they end")
  func backoff() {
    let backoff = Backoff(base: 1, cap: 5, retries: 4)
    #expect((0..<4).map { backoff.pause(attempt: $0, fraction: 1) } == [1, 2, 4, 5])
    #expect(backoff.pause(attempt: 1, fraction: 0) == 1)
    #expect(backoff.pause(attempt: 4, fraction: 0) == nil)
    var one = SeededRandom(seed: 5), other = SeededRandom(seed: 5)
    let left = (0..<10).map { _ in one.fraction() }
    let right = (0..<10).map { _ in other.fraction() }
    #expect(left == right)
  }
}

@Suite struct ResponseDecisionTests {
  typealias Row = (name: String, request: ContentRequest, answer: ContentAnswer, decision: ResponseDecision)

  static let tag = "\"t\""
  static let resumed = ContentRequest(offset: 40, size: 100, validator: tag)
  static let fresh = ContentRequest(offset: 0, size: 100)

  static let rows: [Row] = [
    ("fresh 200", fresh, .init(status: 200, contentLength: 100), .restart),
    ("fresh 200, length unknown", fresh, .init(status: 200), .restart),
    (
      "short 200", fresh, .init(status: 200, contentLength: 99),
      .retry(reason: "expected 100 bytes, Content-Length is 99", after: nil)
    ),
    ("compressed 200", fresh, .init(status: 200, contentEncoding: "gzip"), .refuse(reason: "Content-Encoding gzip")),
    (
      "206 where it should be", resumed,
      .init(status: 206, contentRange: "bytes 40-99/100", contentLength: 60, entityTag: tag), .append
    ),
    (
      "206 in parts", resumed, .init(status: 206, contentRange: "bytes 40-59/100", contentLength: 20, entityTag: tag),
      .append
    ),
    ("206, total unknown", resumed, .init(status: 206, contentRange: "bytes 40-99/*"), .append),
    ("206 elsewhere", resumed, .init(status: 206, contentRange: "bytes 0-99/100"), .askAgainFromStart),
    ("206 of another size", resumed, .init(status: 206, contentRange: "bytes 40-119/120"), .askAgainFromStart),
    (
      "206 with another tag", resumed, .init(status: 206, contentRange: "bytes 40-99/100", entityTag: "\"u\""),
      .askAgainFromStart
    ),
    ("206 without range", resumed, .init(status: 206), .askAgainFromStart),
    ("206 with nonsense", resumed, .init(status: 206, contentRange: "bytes -1-9/100"), .askAgainFromStart),
    (
      "206 with another length", resumed, .init(status: 206, contentRange: "bytes 40-99/100", contentLength: 10),
      .askAgainFromStart
    ),
    ("200 to a range", resumed, .init(status: 200, contentLength: 100), .restart),
    ("416, complete", ContentRequest(offset: 100, size: 100), .init(status: 416, contentRange: "bytes */100"), .verify),
    ("416, complete, no header", ContentRequest(offset: 100, size: 100), .init(status: 416), .verify),
    (
      "416, too long", ContentRequest(offset: 120, size: 100), .init(status: 416, contentRange: "bytes */100"),
      .askAgainFromStart
    ),
    ("404", fresh, .init(status: 404), .nextLocation),
    ("403", fresh, .init(status: 403), .nextLocation),
    ("503", fresh, .init(status: 503, retryAfter: 7), .retry(reason: "HTTP status 503", after: 7)),
    ("302", fresh, .init(status: 302), .refuse(reason: "HTTP status 302")),
  ]

  @Test("SSS-261, SSS-262, SSS-263: what each answer to a content request leads to", arguments: rows.indices)
  func table(index: Int) {
    let row = Self.rows[index]
    #expect(ResponseDecision.decide(row.request, row.answer) == row.decision, "\(row.name)")
  }

  @Test("a weak ETag is no validator; the date is")
  func validators() {
    #expect(ContentAnswer(status: 200, entityTag: "W/\"x\"", lastModified: "Mon").validator == "Mon")
    #expect(ContentAnswer(status: 200, entityTag: "\"x\"", lastModified: "Mon").validator == "\"x\"")
    #expect(ContentAnswer(status: 200).validator == nil)
  }
}
