import Catalog
import ContentStore
import Foundation
import Generator
import TestSupport
import Testing
import UpdateModel

extension EndToEnd {
  /// `updatemirror serve` that follows its schedule. An interval makes it run as soon as it has begun.
  @Suite struct ScheduleTests {
    private static let always = ["schedule.every": "1h", "serve.stop-within": "2s"]

    private func serve(_ site: DownstreamSite) async throws -> (server: ProgramRun, url: String) {
      let server = try site.start(["serve", "--host", "127.0.0.1", "--port", "0", "--log-level", "info"])
      let line = try #require(try await server.line(containing: "serving "))
      return (server, "http://127.0.0.1:" + (line.split(separator: ":").last.map(String.init) ?? ""))
    }

    private func stop(_ server: ProgramRun, _ place: SourceLocation = #_sourceLocation) async -> String {
      server.send(SIGTERM)
      let ended = await server.ended()
      #expect(ended.status == 0, "serve stops gracefully: \(ended.words)", sourceLocation: place)
      return ended.errors
    }

    @Test(
      "SSS-374: serve runs by its schedule and answers meanwhile; a run by hand is refused; status shows the next run")
    func runsWhileServing() async throws {
      try await UpstreamRig.run(RequestedFilesTests.shape) { root in
        let relay = try Relay(to: root.port)
        let (arrived, release) = (Gate(), Gate())
        relay.watch { event in
          if case .request(_, "GetUpdateData") = event {
            arrived.open()
            release.block { false }
          }
          return .pass
        }
        let site = try await DownstreamSite(upstream: relay.url, settings: Self.always)
        let (server, url) = try await serve(site)
        await arrived.wait()
        let leaf = try await DownstreamSite(upstream: url, content: .none)
        try await leaf.syncCompletely()
        let refused = try await site.sync()
        #expect(refused.status == 11, "\(refused.words)")
        release.open()
        _ = try #require(try await server.line(containing: "new revisions"))
        let status = try await site.run(["status", "--json"])
        let next = try #require(try status.json["nextSync"] as? String)
        let last = try #require((try status.json["lastSync"] as? [String: Any])?["began"] as? String)
        #expect(next > last, "an hour later: \(next)")
        #expect(try await site.run(["sync", "status", "--json"]).json["nextSync"] as? String == next)
        try await leaf.syncCompletely()
        let errors = await stop(server)
        #expect(errors.contains("next run at"), "\(errors)")
        #expect(try await site.historyOutcomes() == ["succeeded"])
        #expect(try StateDump(state: site.state).content.count == (try await root.store.allDigests().count))
        try await site.expectSoundContent()
      }
    }

    @Test("a failed run is tried again, and brings everything when the USS is back")
    func retries() async throws {
      try await UpstreamRig.run(RequestedFilesTests.shape) { root in
        let relay = try Relay(to: root.port)
        relay.watch { if case .request = $0 { .cut } else { .pass } }
        let settings = Self.always.merging(["schedule.retry-after": "1s", "schedule.retries": "9"]) { $1 }
        let site = try await DownstreamSite(upstream: relay.url, settings: settings)
        let (server, _) = try await serve(site)
        _ = try #require(try await server.line(containing: "retry 2"))
        relay.watch()
        _ = try #require(try await server.line(containing: "new revisions"))
        _ = await stop(server)
        let outcomes = try await site.historyOutcomes()
        #expect(outcomes.first == "succeeded" && outcomes.dropFirst().allSatisfy { $0 == "failed" }, "\(outcomes)")
        #expect(outcomes.count > 2)
        try await site.expectSoundContent()
      }
    }

    @Test("a run that another process is doing puts the scheduled one off, and the server serves")
    func putOff() async throws {
      try await UpstreamRig.run(RequestedFilesTests.shape) { root in
        let relay = try Relay(to: root.port)
        let (arrived, release) = (Gate(), Gate())
        relay.watch { event in
          if case .request(1, _) = event {
            arrived.open()
            release.block { false }
          }
          return .pass
        }
        let site = try await DownstreamSite(upstream: relay.url, settings: Self.always)
        let held = try site.startSync()
        await arrived.wait()
        let (server, _) = try await serve(site)
        _ = try #require(try await server.line(containing: "put off"))
        #expect(server.isRunning)
        release.open()
        #expect(await held.ended().status == 0)
        _ = await stop(server)
        #expect(try await site.historyOutcomes() == ["succeeded"], "the run by hand alone")
      }
    }

    @Test(
      "SIGTERM in the middle of a run ends serve within its bound, and the next run continues what was parked",
      arguments: ["GetUpdateData", "GET /Content"])
    func stopsInTime(_ where: String) async throws {
      try await UpstreamRig.run(RequestedFilesTests.shape) { root in
        let relay = try Relay(to: root.port)
        let arrived = Gate()
        relay.watch { event in
          guard case .answer(_, let count, let operation) = event, operation.hasPrefix(`where`) else { return .pass }
          arrived.open()
          return .stallAfter(min(count, 700))
        }
        let site = try await DownstreamSite(upstream: relay.url, settings: Self.always)
        let (server, _) = try await serve(site)
        await arrived.wait()
        _ = await stop(server)
        #expect(try await site.historyOutcomes() == ["cancelled"])
        relay.watch()
        try await site.syncCompletely()
        #expect(try StateDump(state: site.state).content.count == (try await root.store.allDigests().count))
        try await site.expectSoundContent()
      }
    }
  }
}
