import Catalog
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
      let connection = try await rig.connect()
      try await connection.send(
        "POST \(WebService.serverSync.path) HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x20, count: 0x10000) + Array("\r\n".utf8)
      for _ in 0..<4 { try await connection.send(chunk) }
      #expect(try await connection.answer().status == 413)
      #expect(try await rig.post(EndpointTests.getAuthConfig).status == 200)
    }
  }

  @Test("a request that is not complete at its deadline loses its connection")
  func deadline() async throws {
    try await ServerRig.run(limits: Self.limits { $0.requestDeadline = .seconds(1) }) { rig async throws in
      let connection = try await rig.connect()
      try await connection.send(
        "POST \(WebService.serverSync.path) HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n<a>")
      #expect(try await connection.rest().isEmpty)
      #expect(try await rig.post(EndpointTests.getAuthConfig).status == 200)
    }
  }

  @Test("an idle connection is closed")
  func idle() async throws {
    try await ServerRig.run(limits: Self.limits { $0.idleTimeout = .seconds(1) }) { rig async throws in
      let connection = try await rig.connect()
      try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await connection.answer().status == 404)
      #expect(try await connection.rest().isEmpty)
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
    let port = Watched(0)
    try await ServerRig.run { rig async throws in port.update { $0 = rig.port } }
    await #expect(throws: RawConnection.Failure.self) { _ = try await RawConnection.open(port: port.value) }
  }
}
