import Testing
import WireFormat

@testable import UpdateServer

/// What senders of rubbish get, and when.
@Suite struct RefusalTests {
  private static func limits(pause: Duration) -> UpdateServerLimits {
    var limits = UpdateServerLimits()
    limits.refusalPause = pause
    return limits
  }

  @Test("bytes that are no request are answered after a pause, not at once")
  func pause() async throws {
    var limits = Self.limits(pause: .seconds(3_600))
    limits.headDeadline = .seconds(1)
    try await ServerRig.run(limits: limits) { rig async throws in
      let rubbish = try await rig.connect()
      try await rubbish.send("\u{16}\u{3}\u{1} no request\r\n\r\n")
      // The deadline of the head comes first: the refusal was still waiting.
      #expect(try await rubbish.rest().isEmpty)
    }
  }

  @Test("a body that is no message is answered after the pause, and holds nobody up meanwhile")
  func messages() async throws {
    try await ServerRig.run(limits: Self.limits(pause: .seconds(2))) { rig async throws in
      var waiting: [RawConnection] = []
      for _ in 0..<50 {
        let connection = try await rig.connect()
        try await connection.send(
          "POST \(WebService.serverSync.path) HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n<a/><")
        waiting.append(connection)
      }
      #expect(try await rig.post(EndpointTests.getAuthConfig).status == 200)
      for connection in waiting { #expect(try await connection.answer().status == 500) }
    }
  }

  @Test("requests before the rubbish are answered without a pause, the rubbish after it")
  func pipelined() async throws {
    try await ServerRig.run(limits: Self.limits(pause: .milliseconds(1))) { rig async throws in
      let connection = try await rig.connect()
      try await connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nrubbish\r\n\r\n")
      #expect(try await connection.answer().status == 404)
      #expect([400, 405].contains(try await connection.answer().status))
      #expect(try await connection.rest().isEmpty)
    }
  }

  @Test("rubbish that goes on while its refusal waits is dropped, and gets its answer")
  func continued() async throws {
    try await ServerRig.run(limits: Self.limits(pause: .milliseconds(500))) { rig async throws in
      let connection = try await rig.connect()
      try await connection.send("GET / HTTP/1.1\r\nHost: x\r\nX: ")
      for _ in 0..<200 { try await connection.send(String(repeating: "a", count: 1_000)) }
      #expect(try await connection.answer().status == 431)
      #expect(try await connection.rest().isEmpty)
    }
  }
}
