import Catalog
import NIOCore
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct LimitTests {
  private static func limits(_ change: (inout UpdateServerLimits) -> Void) -> UpdateServerLimits {
    var limits = UpdateServerLimits()
    change(&limits)
    return limits
  }

  @Test("SSS-383: a body that says it is too long is 413 without being read")
  func declaredTooLong() async throws {
    try await ServerRig.run { rig async throws in
      let connection = try await rig.connect()
      try await connection.send(
        "POST \(WebService.serverSync.path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(17 << 20)\r\n\r\n")
      let answer = try await connection.answer()
      #expect(answer.status == 413)
      #expect(answer["Connection"] == "close")
    }
  }

  @Test("SSS-383: a chunked body that grows beyond the limit is cut off, others are served")
  func chunkedTooLong() async throws {
    try await ServerRig.run(limits: Self.limits { $0.requestBody = 100_000 }) { rig async throws in
      let filter = RevisionFilter(anchor: nil, isConfiguration: true)
      let call = SOAPRequest.encode(
        GetRevisionIdList.self, .init(cookie: try await rig.cookie(), filter: filter), version: .v11)
      let connection = try await rig.connect()
      try await connection.send(
        "POST \(WebService.serverSync.path) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
      let length = String(call.body.count, radix: 16)
      try await connection.send(Array("\(length)\r\n".utf8) + call.body + Array("\r\n".utf8))
      let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x20, count: 0x10000) + Array("\r\n".utf8)
      for _ in 0..<4 { try await connection.send(chunk) }
      #expect(try await connection.answer().status == 413)
      #expect(try await rig.post(EndpointTests.getAuthConfig).status == 200)
    }
  }

  @Test("a request that is not complete at its deadline loses its connection")
  func deadline() async throws {
    try await ServerRig.run(limits: Self.limits { $0.requestDeadline = .seconds(5) }) { rig async throws in
      let connection = try await rig.connect()
      try await connection.send(
        "POST \(WebService.serverSync.path) HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<a>")
      #expect(try await connection.rest().isEmpty)
      #expect(try await rig.post(EndpointTests.getAuthConfig).status == 200)
    }
  }

  @Test("a head that comes byte by byte is answered 408 at its deadline, and others are served meanwhile")
  func slowHead() async throws {
    try await ServerRig.run(limits: Self.limits { $0.headDeadline = .seconds(10) }) { rig async throws in
      let slow = try await rig.connect()
      try await slow.send("GET / HTTP/1.1\r\n")
      // Each byte comes in time, the head does not.
      async let trickle: Void = {
        while try await slow.send("A") { try await Task.sleep(for: .milliseconds(50)) }
      }()
      #expect(try await rig.post(EndpointTests.getAuthConfig).status == 200)
      let answer = try await slow.answer()
      #expect(answer.status == 408)
      #expect(answer["Connection"] == "close")
      slow.endSending()
      _ = try? await trickle
    }
  }

  @Test("a second head has the same deadline as the first")
  func slowSecondHead() async throws {
    try await ServerRig.run(limits: Self.limits { $0.headDeadline = .seconds(10) }) { rig async throws in
      let connection = try await rig.connect()
      try await connection.send("GET /Content/00/x HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await connection.answer().status == 404)
      try await connection.send("GET / HT")
      #expect(try await connection.answer().status == 408)
    }
  }

  @Test("a connection that says nothing is closed at the deadline of its first head")
  func silent() async throws {
    try await ServerRig.run(limits: Self.limits { $0.headDeadline = .seconds(1) }) { rig async throws in
      #expect(try await rig.connect().rest().isEmpty)
    }
  }

  @Test("a client that does not take its answer loses the connection, one that takes it slowly does not")
  func stalled() async throws {
    try await ServerRig.run(limits: Self.limits { $0.stallTimeout = .seconds(20) }) { rig async throws in
      let (path, bytes) = try await ConnectionTests.stored(rig, 30_000_000)
      let stalled = try await rig.connect()
      let slow = try await rig.connect()
      for connection in [stalled, slow] { try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n") }
      // Three looks at the clock long, and never faster than the socket's buffer empties.
      var received = 0
      for _ in 0..<62 {
        received += try await slow.some().count
        try await Task.sleep(for: .seconds(1))
      }
      received += try await slow.rest(count: bytes.count - received)
      #expect(received >= bytes.count)
      #expect(try await stalled.restUntilBroken() < bytes.count)
    }
  }

  @Test("connections beyond the limit are told 503 with Retry-After, and served when there is room")
  func connectionLimit() async throws {
    try await ServerRig.run(limits: Self.limits { $0.connections = 2 }) { rig async throws in
      var kept: [RawConnection] = []
      for _ in 0..<2 {
        let connection = try await rig.connect()
        try await connection.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try await connection.answer().status == 404)
        kept.append(connection)
      }
      let refused = try await rig.request("GET", "/x")
      #expect(refused.status == 503)
      #expect(refused["Retry-After"] == "10")
      #expect(refused["Connection"] == "close")
      kept.removeAll()
      while try await rig.request("GET", "/x").status == 503 {}
    }
  }

  @Test("one address cannot take all connections")
  func addressLimit() async throws {
    try await ServerRig.run(limits: Self.limits { $0.connectionsOfAddress = 1 }) { rig async throws in
      let first = try await rig.connect()
      try await first.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await first.answer().status == 404)
      #expect(try await rig.request("GET", "/x").status == 503)
      let other = try await RawConnection.open(port: rig.port, from: "127.0.0.2")
      try await other.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await other.answer().status == 404)
    }
  }

  @Test("the ledger counts by address, and closes without a word what is too much")
  func ledger() {
    let ledger = ConnectionLedger(limit: 2, limitOfAddress: 1)
    #expect(ledger.enter("a") == .welcome)
    #expect(ledger.enter("a") == .surplus)
    #expect(ledger.enter("b") == .welcome)
    #expect(ledger.enter("c") == .surplus)
    ledger.leave("a", .welcome)
    #expect(ledger.enter("c") == .welcome)
    for _ in 0..<ConnectionLedger.surplusLimit - 2 { #expect(ledger.enter("d") == .surplus) }
    #expect(ledger.enter("d") == .flood)
    ledger.leave("d", .flood)
    ledger.leave("a", .surplus)
    #expect(ledger.enter("d") == .surplus)
  }

  @Test("content under a bandwidth limit is complete")
  func limitedBandwidth() async throws {
    try await ServerRig.run(limits: Self.limits { $0.contentBytesPerSecond = 20_000_000 }) { rig async throws in
      let (path, bytes) = try await ConnectionTests.stored(rig, 4_000_000)
      let (small, smallBytes) = try await ConnectionTests.stored(rig, 4_000, seed: 2)
      async let first = rig.request("GET", path)
      async let second = rig.request("GET", path, headers: ["Range: bytes=100-999999,5-7"])
      #expect(try await rig.request("GET", small).body == smallBytes)
      #expect(try await first.body == bytes)
      let parts = try MultipartReader.parts(of: try await second)
      #expect(parts.map(\.body) == [Array(bytes[100...999_999]), Array(bytes[5...7])])
    }
  }

  @Test("the budget makes those wait who overdraw it, and saves up little")
  func budget() {
    let budget = BandwidthBudget(bytesPerSecond: 1 << 20)
    let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    #expect(budget.take(1 << 20, at: start) == .zero)
    #expect(budget.take(1 << 20, at: start) == .milliseconds(900))
    #expect(budget.take(1 << 20, at: start) == .milliseconds(1_900))
    #expect(budget.take(1 << 10, at: start + .seconds(100)) == .zero)
    #expect(budget.take(1 << 20, at: start + .seconds(100)) == .zero)
    #expect(budget.take(1, at: start + .seconds(100)) > .milliseconds(800))
  }

  @Test("an idle connection is closed")
  func idle() async throws {
    try await ServerRig.run(limits: Self.limits { $0.idleTimeout = .seconds(1) }) { rig async throws in
      var answer: RawAnswer?
      while answer == nil {
        let connection = try await rig.connect()
        try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        // On a busy machine the request itself may come too late.
        do { answer = try await connection.answer() } catch { continue }
        #expect(try await connection.rest().isEmpty)
      }
      #expect(answer?.status == 404)
    }
  }

  @Test("more expensive requests than the setting allows are ServerBusy, cheap ones are answered")
  func busy() async throws {
    try await ServerRig.run(limits: Self.limits { $0.expensiveRequests = 0 }) { rig async throws in
      let cookie = try await rig.cookie()
      let filter = RevisionFilter(anchor: nil, isConfiguration: true)
      #expect(try await rig.fault(GetRevisionIdList.self, .init(cookie: cookie, filter: filter)).code == .serverBusy)
      #expect(try await rig.fault(GetUpdateData.self, .init(cookie: cookie, identities: [])).code == .serverBusy)
      let fault = try await rig.fault(
        GetDeployments.self, .init(cookie: cookie, deploymentAnchor: nil, syncAnchor: SyncAnchor("x")))
      #expect(fault.code == .serverBusy)
      _ = try await rig.call(GetConfigData.self, .init(cookie: cookie, anchor: nil))
    }
  }

  @Test("checks of passwords take no place from known callers, nor wait for one")
  func passwordPlaces() async throws {
    let registration = RegistrationPolicy(.open, authentication: .basic([]))
    try await ServerRig.run(limits: Self.limits { $0.expensiveRequests = 0 }, registration: registration) {
      rig async throws in
      let request = GetAuthorizationCookie.Request(accountName: "dss", accountGUID: ServerRig.downstream)
      // Not ServerBusy: the check began, and found no TLS.
      #expect(try await rig.raw(GetAuthorizationCookie.self, request).status == 403)
    }
  }

  @Test("the gate counts what runs and frees the place of what ended")
  func gate() {
    let gate = BusyGate(limit: 2)
    var first = gate.enter()
    let second = gate.enter()
    #expect(first != nil && second != nil)
    #expect(gate.enter() == nil)
    first = nil
    #expect(first == nil)
    #expect(gate.enter() != nil)
    withExtendedLifetime(second) {}
  }

  @Test("answers that clients abandon half-way give their places back")
  func abandoned() async throws {
    try await ServerRig.run(limits: Self.limits { $0.expensiveRequests = 1 }) { rig async throws in
      try await rig.catalog.publishNow((1...4_000).map { Fixtures.staged(Fixtures.metadata($0)) })
      let request = GetRevisionIdList.Request(
        cookie: try await rig.cookie(), filter: RevisionFilter(anchor: nil, isConfiguration: false))
      let message = SOAPRequest.encode(GetRevisionIdList.self, request, version: .v11)
      for _ in 0..<5 {
        let connection = try await rig.connect()
        try await connection.send(
          "POST \(WebService.serverSync.path) HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
            + "Content-Length: \(message.body.count)\r\n\r\n")
        try await connection.send(message.body)
      }
      // Whoever is busy is so for a moment only: ask until answered.
      var isAnswered = false
      while !isAnswered {
        if case .response = try await rig.reply(GetRevisionIdList.self, request) { isAnswered = true }
      }
    }
  }

  @Test("a limit below 1 is refused before anything listens")
  func limitTooSmall() {
    #expect(throws: UpdateServerError.limitTooSmall(name: "requestBody", minimum: 1, found: 0)) {
      try Self.limits { $0.requestBody = 0 }.check()
    }
  }

  @Test("an address that is taken is told with host and port")
  func addressTaken() async throws {
    try await ServerRig.run { rig async throws in
      let error = await #expect(throws: UpdateServerError.self) { try await ServerRig.run(port: rig.port) { _ in } }
      guard case .cannotListen(let host, let port, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(host == "127.0.0.1")
      #expect(port == rig.port)
    }
  }

  @Test("a graceful end finishes the answer under way and takes no new connection")
  func gracefulEnd() async throws {
    let reading = Watched<Task<Bool, any Error>?>(nil)
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await ConnectionTests.stored(rig, 16 << 20)
      let connection = try await rig.connect()
      try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
      // More follows than all buffers between the two hold: the answer is under way until it is read.
      #expect(try await connection.head().status == 200)
      let port = rig.port
      reading.update {
        $0 = Task {
          while await Self.isServed(path, at: port) {}
          return try await connection.body(count: bytes.count) == bytes
        }
      }
    }
    #expect(try await reading.value?.value == true)
  }

  /// Whether a new connection gets the file. Another server may have the port by now, but not the file.
  private static func isServed(_ path: String, at port: Int) async -> Bool {
    do {
      let connection = try await RawConnection.open(port: port)
      try await connection.send("HEAD \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
      return try await connection.answer(isHead: true).status == 200
    } catch { return false }
  }
}
