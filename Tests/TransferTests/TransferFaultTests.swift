import TestSupport
import Testing
import Transfer
import UpdateModel

@Suite("Replies and their faults", .timeLimit(.minutes(5)))
struct TransferFaultTests {
  let client = HTTPClient(.forTests)

  @Test("a fixed reply arrives with its status, headers and body")
  func fixedReply() async throws {
    let server = try FaultServer { _ in
      .text("hello").with("X-Thing", "one").with("x-thing", "two").with(
        "Date", "Sun, 06 Nov 1994 08:49:37 GMT")
    }
    let response = try await client.execute(HTTPRequest(url: server.url + "/a?b=c"))
    #expect(response.status == 200)
    #expect(response.headers["X-THING"] == "one")
    #expect(response.headers.values(for: "x-thing") == ["one", "two"])
    #expect(response.contentLength == 5)
    #expect(response.serverTime == Timestamp("1994-11-06T08:49:37"))
    #expect(try await response.body.collect(limit: 100) == Array("hello".utf8))
    #expect(server.requests.map(\.target) == ["/a?b=c"])
    #expect(client.counts.received == 5)
  }

  @Test(
    "a post sends its body and headers as given, without Expect and without asking for a coding")
  func post() async throws {
    let server = try FaultServer { .text("got \($0.body.count)") }
    let body = [UInt8](repeating: 7, count: 3 << 20)
    let headers: HTTPHeaders = [
      "Content-Type": "text/xml; charset=utf-8", "SOAPAction": "\"a\"", "X-Empty": "",
    ]
    let response = try await client.execute(
      HTTPRequest(method: "POST", url: server.url, headers: headers, body: body))
    #expect(try await response.body.collect(limit: 100) == Array("got 3145728".utf8))
    let request = try #require(server.requests.first)
    #expect(request.method == "POST")
    #expect(request.body == body)
    #expect(request["content-type"] == "text/xml; charset=utf-8")
    #expect(request["soapaction"] == "\"a\"")
    #expect(request["x-empty"] == "")
    #expect(request["expect"] == nil)
    #expect(request["accept-encoding"] == nil)
    #expect(request["user-agent"] == "updatemirror")
    #expect(client.counts.sent == 3 << 20)
  }

  @Test("an empty post says that it has no body")
  func emptyPost() async throws {
    let server = try FaultServer { _ in .text("") }
    _ = try await client.execute(HTTPRequest(method: "POST", url: server.url)).body.collect(
      limit: 10)
    #expect(server.requests.first?["content-length"] == "0")
  }

  @Test("a HEAD request brings the length and no body, even above the body's limit")
  func head() async throws {
    let server = try FaultServer { _ in .bytes([1, 2, 3]) }
    let response = try await client.execute(
      HTTPRequest(method: "HEAD", url: server.url, maximumBody: 1))
    #expect(response.contentLength == 3)
    #expect(try await response.body.collect(limit: 0).isEmpty)
  }

  @Test("a status is a value, not an error", arguments: [404, 416, 500, 503])
  func statuses(status: Int) async throws {
    let server = try FaultServer { _ in .text("why", status: status) }
    let response = try await client.execute(HTTPRequest(url: server.url))
    #expect(response.status == status)
    #expect(try await response.body.collect(limit: 10) == Array("why".utf8))
  }

  @Test("a redirect is not followed")
  func redirect() async throws {
    let server = try FaultServer { _ in .text("", status: 302).with("Location", "/elsewhere") }
    #expect(try await client.execute(HTTPRequest(url: server.url)).status == 302)
    #expect(server.requests.count == 1)
  }

  @Test("503 twice with a Retry-After, then fine")
  func busyTwice() async throws {
    let server = try FaultServer(replies: [
      .busy(retryAfterSeconds: 7),
      .busy().with("Date", "Sun, 06 Nov 1994 08:49:37 GMT").with(
        "Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT"),
      .text("fine"),
    ])
    var waits: [Duration?] = []
    for _ in 1...3 {
      let response = try await client.execute(HTTPRequest(url: server.url))
      waits.append(response.retryAfter)
      _ = try await response.body.collect(limit: 10)
    }
    #expect(waits == [.seconds(7), .seconds(60), nil])
  }

  @Test(
    "a body cut before its Content-Length delivers what came, then is an error",
    arguments: [0, 1, 300_000] as [Int64])
  func cutBody(count: Int64) async throws {
    let server = try FaultServer { _ in
      ScriptedReply(body: .pattern(count: 1_000_000)).cut(after: count)
    }
    let response = try await client.execute(HTTPRequest(url: server.url))
    var received: Int64 = 0
    let error = await #expect(throws: TransferError.self) {
      for try await chunk in response.body { received += Int64(chunk.count) }
    }
    #expect(received == count)
    #expect(
      error
        == .interrupted(try RequestTarget(url: server.url), received: count, expected: 1_000_000))
    #expect(error?.reaction == .retry(after: nil))
  }

  @Test("a reset in the middle of a body is an interruption")
  func resetBody() async throws {
    let server = try FaultServer { _ in
      ScriptedReply(body: .pattern(count: 1_000_000)).after(10_000, .reset)
    }
    let error = await failure {
      try await client.execute(HTTPRequest(url: server.url)).body.collect(limit: 2_000_000)
    }
    guard case .interrupted(_, _, expected: 1_000_000) = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
  }

  @Test("a body shorter than its Content-Length is an interruption")
  func shortBody() async throws {
    let server = try FaultServer { _ in .text("abc").framed(.declared(10)) }
    let error = await failure {
      try await client.execute(HTTPRequest(url: server.url)).body.collect(limit: 100)
    }
    #expect(error == .interrupted(try RequestTarget(url: server.url), received: 3, expected: 10))
  }

  @Test("a body longer than its Content-Length ends there, and spoils at most one later request")
  func longBody() async throws {
    let server = try FaultServer { _ in .text("abcdef").framed(.declared(3)) }
    let response = try await client.execute(HTTPRequest(url: server.url))
    #expect(try await response.body.collect(limit: 100) == Array("abc".utf8))
    // When the surplus comes late, libcurl takes it for the next reply on that connection: an error to retry.
    let error = await failure { try await client.execute(HTTPRequest(url: server.url)) }
    guard error != nil else { return }
    #expect(error?.reaction == .retry(after: nil))
    let again = try await client.execute(HTTPRequest(url: server.url))
    #expect(try await again.body.collect(limit: 100) == Array("abc".utf8))
  }

  @Test("a chunked body arrives whole")
  func chunked() async throws {
    let server = try FaultServer { _ in
      ScriptedReply(body: .pattern(count: 100_000)).framed(.chunked(size: 777))
    }
    let body = try await client.execute(HTTPRequest(url: server.url)).body.collect(limit: 100_000)
    #expect(body == pattern(100_000))
  }

  @Test("a chunked body without its last chunk is an interruption")
  func cutChunks() async throws {
    let server = try FaultServer { _ in
      ScriptedReply(body: .pattern(count: 10_000)).framed(.chunked(size: 1000)).cut(after: 5000)
    }
    let error = await failure {
      try await client.execute(HTTPRequest(url: server.url)).body.collect(limit: 100_000)
    }
    #expect(
      error == .interrupted(try RequestTarget(url: server.url), received: 5000, expected: nil))
  }

  @Test("a body that the close ends arrives whole")
  func closedBody() async throws {
    let server = try FaultServer { _ in
      ScriptedReply(body: .pattern(count: 5000)).framed(.untilClose)
    }
    #expect(
      try await client.execute(HTTPRequest(url: server.url)).body.collect(limit: 5000)
        == pattern(5000))
  }

  @Test("slow bytes arrive whole")
  func slowBytes() async throws {
    let server = try FaultServer { _ in
      ScriptedReply(body: .pattern(count: 60)).paced(bytes: 3, pause: .milliseconds(5))
    }
    #expect(
      try await client.execute(HTTPRequest(url: server.url)).body.collect(limit: 60) == pattern(60))
  }

  @Test("a head that is no HTTP is malformed")
  func garbage() async throws {
    let server = try FaultServer { _ in .garbage }
    let error = await failure { try await client.execute(HTTPRequest(url: server.url)) }
    guard case .malformedReply = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
  }

  @Test("an endless head is malformed")
  func endlessHead() async throws {
    let server = try FaultServer { _ in
      (1...2000).reduce(ScriptedReply.text("x")) { reply, number in reply.with("X-\(number)", "y") }
    }
    let error = await failure { try await client.execute(HTTPRequest(url: server.url)) }
    guard case .malformedReply = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
  }

  @Test("a server that hangs up without a word is an interruption")
  func hangUp() async throws {
    let server = try FaultServer { _ in .hangUp }
    let error = await failure { try await client.execute(HTTPRequest(url: server.url)) }
    #expect(error == .interrupted(try RequestTarget(url: server.url), received: 0, expected: nil))
  }

  @Test("nobody listening is unreachable, and the error shows host and path alone")
  func unreachable() async throws {
    let server = try FaultServer { _ in .hangUp }
    server.stop()
    let error = await failure {
      try await client.execute(HTTPRequest(url: server.url + "/a/b?secret=1"))
    }
    guard case .unreachable(let target, _) = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    #expect(target.host == "127.0.0.1:\(server.port)")
    #expect(target.path == "/a/b")
    #expect(!String(describing: error).contains("secret"))
  }

  @Test(
    "what is no plain http or https URL is refused and not repeated",
    arguments: [
      "ftp://a/b", "file:///etc/passwd", "http://", "", "http://user:secret@host/", "gopher://x",
      "http://a b/",
      "/path",
    ])
  func badURL(url: String) async throws {
    let error = await failure { try await client.execute(HTTPRequest(url: url)) }
    guard case .badURL(let reason) = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    #expect(!reason.contains("secret"))
  }

  @Test("a header that would become two lines is refused")
  func headerInjection() async throws {
    let bad = HTTPRequest(url: "http://127.0.0.1:1/", headers: ["X": "a\r\nY: b"])
    guard case .badRequest = await failure({ try await client.execute(bad) }) else {
      return #expect(Bool(false))
    }
  }
}
