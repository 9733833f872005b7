import TestSupport
import Testing
import Transfer

@Suite("The content folder of the fault server", .timeLimit(.minutes(5)))
struct ContentFolderTests {
  let client = HTTPClient(.forTests)
  let folder = Result { try TemporaryDirectory() }
  let bytes = pattern(1000)

  private func server(_ rules: [ContentFolder.Rule] = []) throws -> FaultServer {
    let root = try folder.get()
    try root.write(bytes, to: "AB/file.cab")
    return try FaultServer(handler: ContentFolder(root: root.path, rules: rules).reply)
  }

  private func get(_ server: FaultServer, range: String? = nil, ifRange: String? = nil) async throws
    -> (
      HTTPResponse, [UInt8]
    )
  {
    var request = HTTPRequest(url: server.url + "/Content/AB/file.cab")
    request.headers["Range"] = range
    request.headers["If-Range"] = ifRange
    let response = try await client.execute(request)
    return (response, try await response.body.collect(limit: 1 << 20))
  }

  @Test(
    "a range is answered with exactly its bytes",
    arguments: [
      ("bytes=0-9", 0, 9), ("bytes=990-", 990, 999), ("bytes=-5", 995, 999),
      ("bytes=5-5000", 5, 999),
      ("bytes=-5000", 0, 999),
    ])
  func ranges(range: String, first: Int, last: Int) async throws {
    let (response, body) = try await get(try server(), range: range)
    #expect(response.status == 206)
    #expect(response.contentRange == ContentRange("bytes \(first)-\(last)/1000"))
    #expect(body == Array(bytes[first...last]))
  }

  @Test("a range past the end is unsatisfiable")
  func pastTheEnd() async throws {
    let (response, _) = try await get(try server(), range: "bytes=1000-")
    #expect(response.status == 416)
    #expect(response.headers["Content-Range"] == "bytes */1000")
  }

  @Test("If-Range with the validator continues, with another one starts again")
  func ifRange() async throws {
    let server = try server()
    let validator = try await get(server).0.validator
    #expect(try await get(server, range: "bytes=500-", ifRange: validator).0.status == 206)
    #expect(try await get(server, range: "bytes=500-", ifRange: "\"other\"").0.status == 200)
  }

  @Test("faults happen to the requests that their rules name")
  func rules() async throws {
    let server = try server([
      .init(requests: 1...1, .ignoresRange), .init(requests: 2...2, .shiftsRange(by: 3)),
      .init(requests: 3...4, .busy(retryAfterSeconds: 1)), .init(requests: 5...5, .changesETag),
      .init(requests: 6...6, .short(by: 1)), .init(requests: 7...7, .long(by: 2)),
      .init(requests: 8...8, .corrupt),
      .init(requests: 9...9, .notFound), .init(requests: 10...10, .htmlErrorPage),
      .init(requests: 11...11, .chunked),
    ])
    var answers: [(HTTPResponse, [UInt8])] = []
    for _ in 1...12 { answers.append(try await get(server, range: "bytes=10-19")) }
    #expect(
      answers.map(\.0.status) == [200, 206, 503, 503, 206, 206, 206, 206, 404, 502, 206, 206])
    #expect(
      answers.map(\.1.count) == [1000, 7, 4, 4, 10, 9, 12, 10, 12, answers[9].1.count, 10, 10])
    #expect(answers[1].0.contentRange?.first == 13)
    #expect(answers[4].0.validator != answers[11].0.validator)
    #expect(answers[7].1 != answers[11].1)
    #expect(answers[11].1 == Array(bytes[10...19]))
  }

  @Test("an unknown file and a path that climbs are not found")
  func unknown() async throws {
    let server = try server()
    for path in ["/Content/AB/none.cab", "/Content/..%2f..%2fetc/passwd", "/other"] {
      #expect(try await client.execute(HTTPRequest(url: server.url + path)).status == 404)
    }
  }

  @Test("the recorded exchanges are searched for where the environment and the package say")
  func recordings() {
    #expect(Recordings.candidates.last?.hasSuffix("/shared/recordings") == true)
    if let found = Recordings.locate() { #expect(Recordings.candidates.contains(found)) }
  }

  @Test("a seed gives the same bytes every time")
  func seeded() {
    var one = SeededGenerator(seed: 5)
    var two = SeededGenerator(seed: 5)
    #expect(one.bytes(13) == two.bytes(13))
    #expect(one.bytes(13) != SeededGenerator(seed: 6).copyOfFirst(13))
  }
}

extension SeededGenerator {
  fileprivate func copyOfFirst(_ count: Int) -> [UInt8] {
    var copy = self
    return copy.bytes(count)
  }
}
