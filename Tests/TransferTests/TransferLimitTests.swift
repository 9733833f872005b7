import TestSupport
import Testing
import Transfer
import UpdateModel

@Suite("Limits of transfers", .timeLimit(.minutes(2)))
struct TransferLimitTests {
  let client = HTTPClient(.forTests)

  @Test("a declared length above the limit ends the transfer at the head")
  func declaredTooLarge() async throws {
    let server = try FaultServer { _ in ScriptedReply(body: .pattern(count: 5000)) }
    let error = await failure {
      try await client.execute(HTTPRequest(url: server.url, maximumBody: 4999))
    }
    #expect(error == .bodyTooLarge(try RequestTarget(url: server.url), limit: 4999, declared: 5000))
    #expect(error?.reaction == .giveUp)
    let whole = try await client.execute(HTTPRequest(url: server.url, maximumBody: 5000)).body
      .collect(limit: 5000)
    #expect(whole.count == 5000)
  }

  @Test("an endless body of unknown length is cut at the limit")
  func endlessBody() async throws {
    let server = try FaultServer { _ in
      ScriptedReply(body: .pattern(count: 1 << 40)).framed(.chunked(size: 65_536))
    }
    let error = await failure {
      try await client.execute(HTTPRequest(url: server.url, maximumBody: 1_000_000)).body.collect(
        limit: .max)
    }
    #expect(
      error == .bodyTooLarge(try RequestTarget(url: server.url), limit: 1_000_000, declared: nil))
  }

  @Test("collect has a limit of its own and ends the transfer there")
  func collectLimit() async throws {
    let server = try FaultServer { _ in
      ScriptedReply(body: .pattern(count: 1 << 40)).framed(.chunked(size: 65_536))
    }
    let error = await failure {
      try await client.execute(HTTPRequest(url: server.url)).body.collect(limit: 1000)
    }
    #expect(error == .bodyTooLarge(try RequestTarget(url: server.url), limit: 1000, declared: nil))
    await server.openConnections(atMost: 0)
  }

  @Test("a coded body is asked for and decoded only on request")
  func coding() async throws {
    let text = Array(String(repeating: "some words. ", count: 20_000).utf8)
    let server = try FaultServer {
      $0["Accept-Encoding"] == nil ? .bytes(text) : .bytes(text).gzipped()
    }
    for accepts in [true, false] {
      let response = try await client.execute(
        HTTPRequest(url: server.url, acceptsCompressed: accepts))
      #expect(response.headers["Content-Encoding"] == (accepts ? "gzip" : nil))
      #expect(try await response.body.collect(limit: 1_000_000) == text)
    }
    #expect(server.requests.first?["Accept-Encoding"] == "gzip, deflate")
  }

  @Test("a gzip bomb is cut at the limit of decoded bytes")
  func gzipBomb() async throws {
    let server = try FaultServer { _ in .gzipBomb(decodedBytes: 4 << 20) }
    let request = HTTPRequest(url: server.url, maximumBody: 256 << 10, acceptsCompressed: true)
    let error = await failure {
      try await client.execute(request).body.collect(limit: .max)
    }
    #expect(
      error == .bodyTooLarge(try RequestTarget(url: server.url), limit: 256 << 10, declared: nil))
  }

  @Test("a broken coding is malformed")
  func brokenCoding() async throws {
    let server = try FaultServer { _ in .text("this is not gzip").with("Content-Encoding", "gzip") }
    let request = HTTPRequest(url: server.url, acceptsCompressed: true)
    let error = await failure {
      try await client.execute(request).body.collect(limit: .max)
    }
    guard case .malformedReply = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
  }

  @Test("a server that does not answer times out at the head")
  func silentServer() async throws {
    let gate = Gate()
    defer { gate.open() }
    let server = try FaultServer { _ in .text("late").held(by: gate) }
    let request = HTTPRequest(url: server.url, responseTimeout: .milliseconds(200))
    let error = await failure { try await client.execute(request) }
    #expect(
      error
        == .timedOut(
          try RequestTarget(url: server.url), stage: .response, after: .milliseconds(200)))
  }

  @Test("a body that stalls times out, with what came before delivered")
  func stalledBody() async throws {
    let gate = Gate()
    defer { gate.open() }
    let server = try FaultServer { _ in
      ScriptedReply(body: .pattern(count: 50_000)).after(20_000, .wait(gate))
    }
    // Long enough for the bytes before the stall on a busy machine.
    let impatient = HTTPClient(.with { $0.stallTimeout = .seconds(3) })
    let response = try await impatient.execute(HTTPRequest(url: server.url))
    var received = 0
    let error = await #expect(throws: TransferError.self) {
      for try await chunk in response.body { received += chunk.count }
    }
    #expect(received == 20_000)
    #expect(
      error
        == .timedOut(try RequestTarget(url: server.url), stage: .body, after: .seconds(3)))
  }

  @Test("a stalled body that is released in time arrives whole")
  func releasedStall() async throws {
    let gate = Gate()
    let server = try FaultServer { _ in
      ScriptedReply(body: .pattern(count: 50_000)).after(20_000, .wait(gate))
    }
    let response = try await client.execute(HTTPRequest(url: server.url))
    var received = 0
    for try await chunk in response.body {
      received += chunk.count
      gate.open()
    }
    #expect(received == 50_000)
  }

  @Test("a body below the minimum speed has stalled")
  func tooSlow() async throws {
    let server = try FaultServer { _ in
      ScriptedReply(body: .pattern(count: 100_000)).paced(bytes: 1, pause: .milliseconds(20))
    }
    let strict = HTTPClient(
      .with {
        $0.stallTimeout = .milliseconds(400)
        $0.minimumSpeed = 100_000
      })
    let error = await failure {
      try await strict.execute(HTTPRequest(url: server.url)).body.collect(limit: .max)
    }
    guard case .timedOut(_, stage: .body, _) = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
  }

  @Test("one after the other, transfers share a connection")
  func keepAlive() async throws {
    let server = try FaultServer { .text($0.path) }
    for number in 1...10 {
      let response = try await client.execute(HTTPRequest(url: "\(server.url)/\(number)"))
      #expect(try await response.body.collect(limit: 100) == Array("/\(number)".utf8))
    }
    #expect(server.connectionCount == 1)
  }

  @Test("a kept connection that the server has closed is replaced without an error")
  func closedKeepAlive() async throws {
    let server = try FaultServer { _ in .text("x").thenClose() }
    for _ in 1...3 {
      _ = try await client.execute(HTTPRequest(url: server.url)).body.collect(limit: 10)
    }
    #expect(server.connectionCount == 3)
  }

  @Test("100 transfers at a time all arrive, over no more connections than allowed")
  func manyTransfers() async throws {
    let server = try FaultServer { request in
      ScriptedReply(body: .pattern(count: 20_000 + Int64(request.path.utf8.count)))
    }
    let limited = HTTPClient(.with { $0.maximumConnectionsPerHost = 8 })
    let total = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 1...100 {
        group.addTask {
          try await limited.execute(HTTPRequest(url: "\(server.url)/\(number)")).body.collect(
            limit: 30_000
          ).count
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(total == 100 * 20_000 + 9 * 2 + 90 * 3 + 4)
    #expect(server.connectionCount <= 8)
    #expect(limited.counts.received == Int64(total))
    #expect(limited.counts.started == 100)
  }

  @Test("the bandwidth limit is shared by all transfers")
  func bandwidth() async throws {
    let server = try FaultServer { _ in ScriptedReply(body: .pattern(count: 200_000)) }
    let slow = HTTPClient(.with { $0.bandwidthLimit = 1_000_000 })
    let span = try await ContinuousClock().measure {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 1...4 {
          group.addTask {
            let body = try await slow.execute(HTTPRequest(url: server.url)).body.collect(
              limit: 200_000)
            #expect(body.count == 200_000)
          }
        }
        try await group.waitForAll()
      }
    }
    // 800 KB, less what the bucket had saved up and the last debt. A loaded machine only makes it longer.
    #expect(span >= .milliseconds(680))
    #expect(slow.counts.received == 800_000)
  }
}
