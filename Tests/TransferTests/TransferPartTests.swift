import Testing
import UpdateModel

@testable import Transfer

@Suite("Parts of transfers that need no network")
struct TransferPartTests {
  @Test("header names compare without letter case, and setting replaces all")
  func headers() {
    var headers: HTTPHeaders = ["ETag": "\"a\"", "etag": "\"b\""]
    #expect(headers["ETAG"] == "\"a\"")
    #expect(headers.values(for: "eTag").count == 2)
    headers["Etag"] = "\"c\""
    #expect(headers.fields == [HTTPField("Etag", "\"c\"")])
    headers["ETAG"] = nil
    #expect(headers.fields.isEmpty)
  }

  @Test(
    "a Content-Range reads",
    arguments: [("bytes 0-0/1", 0, 0, 1), ("Bytes 5-9/*", 5, 9, nil)]
      as [(String, Int64, Int64, Int64?)])
  func contentRange(text: String, first: Int64, last: Int64, size: Int64?) throws {
    let range = try #require(ContentRange(text))
    #expect(range.first == first)
    #expect(range.last == last)
    #expect(range.size == size)
  }

  @Test(
    "a Content-Range that contradicts itself does not read",
    arguments: [
      "", "bytes", "bytes */5", "bytes 5-4/10", "bytes 0-10/10", "bytes -1-2/3", "items 0-1/2",
      "bytes 0-1",
      "bytes 0-1/2/3",
      "bytes 99999999999999999999-1/2", "bytes 0 - 1/2",
    ])
  func badContentRange(text: String) { #expect(ContentRange(text) == nil) }

  @Test("a range request names its first byte and the validator")
  func rangeRequest() {
    var request = HTTPRequest(url: "http://a/")
    request.setRange(first: 10, validator: "\"x\"")
    #expect(request.headers["Range"] == "bytes=10-")
    #expect(request.headers["If-Range"] == "\"x\"")
    request.setRange(first: 0, last: 4)
    #expect(request.headers["Range"] == "bytes=0-4")
    #expect(request.headers["If-Range"] == nil)
  }

  @Test(
    "a weak ETag is no validator, and hides the date beside it",
    arguments: [
      (["ETag": "\"a\"", "Last-Modified": "x"], "\"a\""),
      (["ETag": "W/\"a\"", "Last-Modified": "x"], nil),
      (["Last-Modified": "x"], "x"), ([:], nil),
    ] as [(HTTPHeaders, String?)])
  func validator(headers: HTTPHeaders, expected: String?) throws {
    let exchange = Exchange(
      id: 1, request: HTTPRequest(url: "http://a/"), target: try RequestTarget(url: "http://a/"))
    let body = ByteStream(exchange: exchange, mailbox: LoopMailbox())
    let response = HTTPResponse(head: ResponseHead(status: 200, headers: headers), body: body)
    #expect(response.validator == expected)
  }

  @Test(
    "a length is one plain number",
    arguments: [
      (["Content-Length": "5"], 5), (["Content-Length": "-5"], nil),
      (["Content-Length": "5, 5"], nil), ([:], nil),
    ] as [(HTTPHeaders, Int64?)])
  func length(headers: HTTPHeaders, expected: Int64?) { #expect(headers.contentLength == expected) }

  @Test("a target shows scheme, host and path, without credentials, query and fragment")
  func target() throws {
    let target = try RequestTarget(url: "HTTPS://uss.example:8531/Content/AB/x.cab?token=1#part")
    #expect(target.description == "https://uss.example:8531/Content/AB/x.cab")
    #expect(throws: TransferError.self) {
      try RequestTarget(url: "http://name:secret@uss.example/")
    }
  }

  @Test("interim heads are dropped and trailers ignored")
  func headReader() throws {
    var reader = HeadReader()
    var complete: ResponseHead?
    let lines = [
      "HTTP/1.1 100 Continue", "X: early", "", "HTTP/1.1 206 Partial Content", "ETag:  \"a\" ",
      "Empty:", "",
    ]
    for line in lines { if let head = try add(line, to: &reader) { complete = head } }
    #expect(complete?.status == 206)
    #expect(complete?.headers.fields == [HTTPField("ETag", "\"a\""), HTTPField("Empty", "")])
    #expect(try add("X-Trailer: late", to: &reader) == nil)
    #expect(reader.isComplete)
  }

  private func add(_ line: String, to reader: inout HeadReader) throws -> ResponseHead? {
    var bytes = Array((line + "\r\n").utf8)
    return try bytes.withUnsafeMutableBytes { try reader.add(UnsafeRawBufferPointer($0)) }
  }

  @Test("a bucket pays its debt before anything else passes")
  func bucket() {
    var bucket = TokenBucket(rate: 1_000_000, now: .zero)
    #expect(bucket.capacity == 100_000)
    bucket.take(150_000)
    #expect(bucket.isEmpty)
    bucket.refill(now: .milliseconds(50))
    #expect(bucket.isEmpty)
    #expect(bucket.delay > .milliseconds(16) && bucket.delay < .milliseconds(17))
    bucket.refill(now: .milliseconds(60))
    #expect(!bucket.isEmpty)
    bucket.refill(now: .seconds(60))
    #expect(bucket.tokens == 100_000)
    bucket.refill(now: .seconds(1))
    #expect(bucket.tokens == 100_000)
  }

  @Test("a watch tells silence and slowness, each from the stage it is in")
  func stallWatch() {
    let limits = StallWatch.Limits(response: .seconds(10), body: .seconds(4), minimumSpeed: 100)
    var watch = StallWatch()
    #expect(watch.check(now: .seconds(100), received: 0, limits: limits) == nil)
    watch.begin(.response, now: .seconds(100))
    #expect(watch.check(now: .seconds(110), received: 0, limits: limits) == nil)
    #expect(watch.check(now: .seconds(111), received: 0, limits: limits) == .response)
    watch.begin(.body, now: .seconds(111))
    #expect(watch.check(now: .seconds(112), received: 0, limits: limits) == nil)
    for second in 113...116 { watch.moved(now: .seconds(second)) }
    #expect(watch.check(now: .seconds(116), received: 399, limits: limits) == nil)
    watch.moved(now: .seconds(117))
    #expect(watch.check(now: .seconds(117), received: 399, limits: limits) == .body)
    watch.begin(.body, now: .seconds(118))
    #expect(watch.check(now: .seconds(123), received: 10_000, limits: limits) == .body)
  }

  @Test("errors say what a run does about them")
  func reactions() throws {
    let target = try RequestTarget(url: "http://a/")
    let retried: [TransferError] = [
      .unreachable(target, reason: ""), .timedOut(target, stage: .connect, after: .zero),
      .interrupted(target, received: 0, expected: nil), .malformedReply(target, reason: ""),
    ]
    let final: [TransferError] = [
      .badURL(reason: ""), .badRequest(reason: ""), .tlsUntrusted(target, reason: ""),
      .tlsFailed(target, reason: ""),
      .bodyTooLarge(target, limit: 0, declared: nil), .failed(target, reason: ""),
      .cancelled(target),
      .shutDown(target),
    ]
    #expect(retried.allSatisfy { $0.reaction == .retry(after: nil) })
    #expect(final.allSatisfy { $0.reaction == .giveUp })
    #expect(Set((retried + final).map(\.description)).count == 12)
  }
}
