import Foundation
import TestSupport
import Testing
import Transfer

@Suite("Life and end of transfers", .timeLimit(.minutes(2)))
struct TransferLifeTests {
  let client = HTTPClient(.forTests)

  @Test("a slow reader holds the connection: little waits in memory, and all 64 MiB arrive")
  func backPressure() async throws {
    let size: Int64 = 64 << 20
    let server = try FaultServer { _ in ScriptedReply(body: .pattern(count: size)) }
    let response = try await client.execute(HTTPRequest(url: server.url))
    var read: Int64 = 0
    var mostAhead: Int64 = 0
    for try await chunk in response.body {
      #expect(chunk.first == ScriptedReply.patternByte(read))
      #expect(chunk.count <= 256 << 10)
      read += Int64(chunk.count)
      if read.isMultiple(of: 7) { await Task.yield() }
      mostAhead = max(mostAhead, response.body.received - read)
    }
    #expect(read == size)
    #expect(mostAhead <= 1 << 20)
  }

  @Test("an unread body takes no more than its share of memory, and the server has to wait")
  func unreadBody() async throws {
    let server = try FaultServer { request in
      request.path == "/big" ? ScriptedReply(body: .pattern(count: 64 << 20)) : .text("small")
    }
    let response = try await client.execute(HTTPRequest(url: server.url + "/big"))
    // Other transfers go on while this one is held.
    for _ in 1...200 {
      _ = try await client.execute(HTTPRequest(url: server.url)).body.collect(limit: 10)
    }
    #expect(response.body.received <= 1 << 20)
    #expect(response.body.received > 0)
    #expect(try await response.body.collect(limit: .max).count == 64 << 20)
  }

  @Test("time in which the reader holds the connection is no stall")
  func heldIsNoStall() async throws {
    let gate = Gate()
    let server = try FaultServer { request in
      request.path == "/big"
        ? ScriptedReply(body: .pattern(count: 16 << 20)) : .text("late").held(by: gate)
    }
    // Long enough for a machine with other work: the body must not stall while it is read.
    let impatient = HTTPClient(.with { $0.stallTimeout = .seconds(5) })
    let held = try await impatient.execute(HTTPRequest(url: server.url + "/big"))
    // The timeout of a second transfer tells that the first one has had time enough to stall.
    let request = HTTPRequest(url: server.url + "/silent", responseTimeout: .seconds(6))
    let error = await failure { try await impatient.execute(request) }
    guard case .timedOut(_, stage: .response, _) = error else { return #expect(Bool(false)) }
    gate.open()
    #expect(try await held.body.collect(limit: .max).count == 16 << 20)
  }

  @Test("cancelling a task that waits for the head ends its transfer")
  func cancelHead() async throws {
    let gate = Gate()
    defer { gate.open() }
    let server = try FaultServer { _ in .text("late").held(by: gate) }
    let client = client
    let task = Task { await failure { try await client.execute(HTTPRequest(url: server.url)) } }
    _ = await server.requests(atLeast: 1)
    task.cancel()
    #expect(await task.value == .cancelled(try RequestTarget(url: server.url)))
    gate.open()
    await server.openConnections(atMost: 0)
  }

  @Test("a task cancelled beforehand sends nothing")
  func cancelledBefore() async throws {
    let server = try FaultServer { _ in .text("x") }
    let client = client
    let gate = Gate()
    let task = Task {
      await gate.wait()
      return await failure { try await client.execute(HTTPRequest(url: server.url)) }
    }
    task.cancel()
    gate.open()
    #expect(await task.value == .cancelled(try RequestTarget(url: server.url)))
    #expect(server.requests.isEmpty)
  }

  @Test("cancelling a task in the middle of a body closes the connection")
  func cancelBody() async throws {
    let gate = Gate()
    let begun = Gate()
    let server = try FaultServer { _ in
      ScriptedReply(body: .pattern(count: 1 << 30)).after(100_000, .wait(gate))
    }
    let client = client
    let task = Task { () -> TransferError? in
      do {
        for try await _ in try await client.execute(HTTPRequest(url: server.url)).body {
          begun.open()
        }
        return nil
      } catch {
        return error as? TransferError
      }
    }
    await begun.wait()
    task.cancel()
    #expect(await task.value == .cancelled(try RequestTarget(url: server.url)))
    gate.open()
    await server.openConnections(atMost: 0)
  }

  @Test("dropping a response closes its connection")
  func dropResponse() async throws {
    let server = try FaultServer { _ in ScriptedReply(body: .pattern(count: 1 << 30)) }
    do {
      let response = try await client.execute(HTTPRequest(url: server.url))
      #expect(response.status == 200)
    }
    await server.openConnections(atMost: 0)
  }

  @Test("leaving a body in the middle closes its connection")
  func leaveBody() async throws {
    let server = try FaultServer { _ in ScriptedReply(body: .pattern(count: 1 << 30)) }
    func readSome() async throws {
      for try await _ in try await client.execute(HTTPRequest(url: server.url)).body { break }
    }
    try await readSome()
    await server.openConnections(atMost: 0)
  }

  @Test("shutdown ends what waits, what is under way and what comes later")
  func shutdown() async throws {
    let gate = Gate()
    defer { gate.open() }
    let server = try FaultServer { request in
      request.path == "/body"
        ? ScriptedReply(body: .pattern(count: 1 << 30)) : .text("late").held(by: gate)
    }
    let client = HTTPClient(.forTests)
    let streaming = try await client.execute(HTTPRequest(url: server.url + "/body"))
    let waiting = Task {
      await failure { try await client.execute(HTTPRequest(url: server.url + "/head")) }
    }
    _ = await server.requests(atLeast: 2)
    await client.shutdown()
    await client.shutdown()
    #expect(await waiting.value == .shutDown(try RequestTarget(url: server.url + "/head")))
    let cut = await failure { try await streaming.body.collect(limit: .max) }
    #expect(cut == .shutDown(try RequestTarget(url: server.url + "/body")))
    let late = await failure { try await client.execute(HTTPRequest(url: server.url)) }
    #expect(late == .shutDown(try RequestTarget(url: server.url)))
    gate.open()
    await server.openConnections(atMost: 0)
  }

  @Test("a client that nobody holds shuts down")
  func dropClient() async throws {
    let server = try FaultServer { _ in .text("x") }
    func useOnce() async throws {
      let client = HTTPClient(.forTests)
      _ = try await client.execute(HTTPRequest(url: server.url)).body.collect(limit: 10)
    }
    try await useOnce()
    await server.openConnections(atMost: 0)
  }

  @Test("a configured proxy gets the request with its whole URL")
  func proxy() async throws {
    let proxy = try FaultServer { .text($0.target) }
    let client = HTTPClient(.with { $0.proxy = .url(proxy.url) })
    let response = try await client.execute(HTTPRequest(url: "http://uss.invalid:8530/Content/x"))
    #expect(try await response.body.collect(limit: 100) == Array("http://uss.invalid:8530/Content/x".utf8))
  }

  @Test("a proxy of the environment has no say unless configured", arguments: [true, false])
  func environmentProxy(isConfigured: Bool) async throws {
    try await #require(processExitsWith: .success) { [isConfigured] in
      let proxy = try FaultServer { _ in .text("", status: 299) }
      let server = try FaultServer { _ in .text("") }
      setenv("http_proxy", proxy.url, 1)
      let client = HTTPClient(.with { $0.proxy = isConfigured ? .environment : .none })
      let status = try await client.execute(HTTPRequest(url: server.url)).status
      #expect(status == (isConfigured ? 299 : 200))
    }
  }
}
