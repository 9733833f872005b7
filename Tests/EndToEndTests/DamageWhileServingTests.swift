import Foundation
import Platform
import TestSupport
import Testing
import UpdateModel

extension EndToEnd {
  /// A file of a serving site rots on its disk: withdrawn at once, fetched again without anybody's help.
  @Suite struct DamageWhileServingTests {
    private struct Damaged {
      let site: DownstreamSite
      let server: ProgramRun
      let url: String
      /// `XX/NAME` of a file with one flipped bit.
      let name: String
      let expected: StateDump

      /// The HTTP status of a GET, by a stock client.
      func status() throws -> String {
        let made = try ChildProcess.run(
          "curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", "\(url)/Content/\(name)"])
        return String(decoding: made.output, as: UTF8.self)
      }

      /// Waits until the file is as it was.
      func fetchedAgain() async throws {
        let whole = try #require(expected.content[name])
        while try StateDump(state: site.state).content[name] != whole { try await Task.sleep(for: .milliseconds(50)) }
      }
    }

    /// - Parameter rate: 0 keeps the server from comparing what it serves.
    private static func run(
      rate: String, _ body: @Sendable (Damaged, Relay) async throws -> Void
    ) async throws {
      try await UpstreamRig.run(RequestedFilesTests.shape) { upstream in
        let relay = try Relay(to: upstream.port)
        let site = try await DownstreamSite(upstream: relay.url)
        try await site.syncCompletely()
        let expected = try StateDump(state: site.state)
        let name = try #require(expected.content.keys.min())
        try CorruptionTests.flip(site.state + "/content/" + name)
        let server = try site.start([
          "serve", "--host", "127.0.0.1", "--port", "0", "--set", "serve.stop-within=2s", "--set",
          "serve.verify-rate=\(rate)",
        ])
        let line = try #require(try await server.line(containing: "serving "))
        let url = "http://127.0.0.1:" + (line.split(separator: ":").last.map(String.init) ?? "")
        try await body(Damaged(site: site, server: server, url: url, name: name, expected: expected), relay)
        server.send(SIGTERM)
        #expect(await server.ended().status == 0)
        let after = try StateDump(state: site.state)
        #expect(after.content == expected.content && after.present == expected.present)
        #expect(!after.quarantine.isEmpty, "the bad bytes are kept for inspection")
        try await site.expectSoundContent()
      }
    }

    @Test("a file that fails its digest while it is served is withdrawn, answers 404, and is fetched again")
    func served() async throws {
      try await Self.run(rate: "1 GiB") { damaged, relay async throws in
        let release = Gate()
        relay.watch { event in
          if case .request(_, let operation) = event, operation.hasPrefix("GET ") { release.block { false } }
          return .pass
        }
        #expect(try damaged.status() == "200", "nobody has read it yet")
        while try damaged.status() != "404" { try await Task.sleep(for: .milliseconds(20)) }
        release.open()
        try await damaged.fetchedAgain()
        while try damaged.status() != "200" { try await Task.sleep(for: .milliseconds(20)) }
      }
    }

    @Test("a file that content verify finds bad is withdrawn from the running server, which fetches it again")
    func verified() async throws {
      try await Self.run(rate: "0") { damaged, _ async throws in
        #expect(try damaged.status() == "200")
        let found = try await damaged.site.run(["content", "verify", "--json", "--no-progress"])
        #expect(found.status == 3, "\(found.words)")
        let bad = try #require(try found.json["bad"] as? [[String: Any]])
        #expect(bad.map { $0["file"] as? String } == [damaged.name])
        #expect(bad.first?["quarantined"] as? Bool == true)
        try await damaged.fetchedAgain()
        while try damaged.status() != "200" { try await Task.sleep(for: .milliseconds(20)) }
      }
    }
  }
}
