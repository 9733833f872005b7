import Foundation
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

/// Requests that are longer than what a downstream server usually sends.
@Suite struct LargeRequestTests {
  private static func listing(_ cookie: Cookie?, categories: Int) -> [UInt8] {
    let entries = (0..<categories).map { RevisionFilter.Entry(id: Fixtures.guid($0), isDelta: false) }
    let filter = RevisionFilter(anchor: nil, isConfiguration: true, categories: entries)
    return SOAPRequest.encode(GetRevisionIdList.self, .init(cookie: cookie, filter: filter), version: .v11).body
  }

  private static func head(_ service: WebService, length: Int) -> String {
    "POST \(service.path) HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: \(length)\r\n\r\n"
  }

  @Test("a large request that begins without a good cookie is refused before the rest of it has come")
  func unknownCaller() async throws {
    try await ServerRig.run { rig async throws in
      let forged = Cookie(expiration: .endOfTime, encryptedData: [1, 2])
      let bodies = [
        Self.listing(forged, categories: 1_000), Self.listing(nil, categories: 1_000),
        [UInt8](repeating: 0x20, count: 100_000), Array(String(repeating: "<a>", count: 30_000).utf8),
      ]
      for body in bodies {
        let connection = try await rig.connect()
        try await connection.send(Self.head(.serverSync, length: body.count))
        try await connection.send(Array(body.prefix(20_000)))
        let answer = try await connection.answer()
        #expect(answer.status == 500)
        #expect(answer["Connection"] == "close")
        #expect(answer.text.contains("<ErrorCode>InvalidCookie</ErrorCode>"))
      }
    }
  }

  @Test("a large request of a known caller is answered")
  func knownCaller() async throws {
    try await ServerRig.run { rig async throws in
      let body = Self.listing(try await rig.cookie(), categories: 5_000)
      #expect(body.count > 400_000)
      let answer = try await rig.request(
        "POST", WebService.serverSync.path, headers: ["Content-Type: text/xml"], body: body)
      #expect(answer.status == 200)
    }
  }

  @Test(
    "services whose requests show no cookie take small ones only",
    arguments: [(WebService.dssAuth, 20_000), (.simpleAuth, 50_000)])
  func withoutCookies(_ service: WebService, _ sent: Int) async throws {
    try await ServerRig.run { rig async throws in
      let connection = try await rig.connect()
      try await connection.send(Self.head(service, length: 100_000))
      try await connection.send([UInt8](repeating: 0x20, count: sent))
      let answer = try await connection.answer()
      #expect(answer.status == 413)
      #expect(answer["Connection"] == "close")
    }
  }

  @Test("reading stops at the first element that is too many")
  func elements() async throws {
    try await ServerRig.run { rig async throws in
      let call = EndpointTests.getAuthConfig
      let many = call.replacingOccurrences(
        of: "</soap:Body>", with: String(repeating: "<a/>", count: 3_000) + "</wrong>")
      #expect(many != call && many.utf8.count < 16_000)
      let answer = try await rig.post(many)
      #expect(answer.status == 500)
      // Not that the tags do not match, which only shows behind the last of them.
      #expect(answer.text.contains("1024"))
    }
  }

  /// Sends the head and what is read before the cookie is checked.
  private static func begin(_ body: [UInt8], to rig: ServerRig) async throws -> RawConnection {
    let connection = try await rig.connect()
    try await connection.send(head(.serverSync, length: body.count))
    try await connection.send(Array(body.prefix(20_000)))
    return connection
  }

  @Test("large requests that have no room beside others are answered ServerBusy, before the rest of them has come")
  func room() async throws {
    var limits = UpdateServerLimits()
    limits.largeRequestBytes = 600_000
    try await ServerRig.run(limits: limits) { rig async throws in
      let body = Self.listing(try await rig.cookie(), categories: 5_000)
      let connections = [try await Self.begin(body, to: rig), try await Self.begin(body, to: rig)]
      let answers = try await withThrowingTaskGroup(of: (connection: Int, answer: RawAnswer).self) { group in
        for (number, connection) in connections.enumerated() {
          group.addTask { (number, try await connection.answer()) }
        }
        let refused = try #require(try await group.next())
        try await connections[1 - refused.connection].send(Array(body.dropFirst(20_000)))
        return [refused.answer, try #require(try await group.next()).answer]
      }
      #expect(answers[0].text.contains("<ErrorCode>ServerBusy</ErrorCode>"))
      #expect(answers[0]["Connection"] == "close")
      #expect(answers[1].status == 200)
      let later = try await rig.request(
        "POST", WebService.serverSync.path, headers: ["Content-Type: text/xml"], body: body)
      #expect(later.status == 200)
    }
  }
}
