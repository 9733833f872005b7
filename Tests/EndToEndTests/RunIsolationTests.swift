import Foundation
import Synchronization
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct RunIsolationTests {
    @Test("SSS-389: two runs on one state are refused, two DSSs in parallel are independent")
    func parallelRuns() async throws {
      try await UpstreamRig.run { upstream in
        let relay = try Relay(to: upstream.port)
        let one = try await DownstreamSite(upstream: relay.url)
        let two = try await DownstreamSite(upstream: relay.url)
        let (arrived, release) = (Gate(), Gate())
        relay.watch { event in
          if case .request(1, _) = event {
            arrived.open()
            release.block { false }
          }
          return .pass
        }
        let held = try one.startSync()
        await arrived.wait()
        let refused = try await one.sync()
        #expect(refused.status == 11, "\(refused.words)")
        #expect(refused.errors.contains("\(held.processID)"), "the message names the other run: \(refused.errors)")
        let reader = try await one.run(["status", "--json"])
        #expect(reader.status == 0, "a reader is not refused: \(reader.words)")
        let other = try two.startSync()
        release.open()
        for outcome in [await held.ended(), await other.ended()] { #expect(outcome.status == 0, "\(outcome.words)") }
        let (left, right) = (try StateDump(state: one.state), try StateDump(state: two.state))
        #expect(left.differences(from: right) == [])
        #expect(!left.content.isEmpty)
        for site in [one, two] { try await site.expectSoundContent() }
      }
    }

    @Test("SIGINT ends a run with status 130 in metadata and in content, and the next run continues")
    func interrupted() async throws {
      try await UpstreamRig.run { upstream in
        let relay = try Relay(to: upstream.port)
        let undisturbed = try await DownstreamSite(upstream: relay.url)
        try await undisturbed.syncCompletely()
        let expected = try StateDump(state: undisturbed.state)
        for place in ["GetAuthConfig", "GetUpdateData", "GET /Content"] {
          let site = try await DownstreamSite(upstream: relay.url)
          let signalled = Mutex(false)
          let (arrived, release) = (Gate(), Gate())
          relay.watch { event in
            guard case .request(_, let operation) = event, operation.hasPrefix(place),
              !signalled.withLock({ was in
                defer { was = true }
                return was
              })
            else { return .pass }
            arrived.open()
            release.block { false }
            return .pass
          }
          let run = try site.startSync()
          await arrived.wait()
          run.send(SIGINT)
          // The signal is with the process before the answer is.
          release.open()
          let ended = await run.ended()
          #expect(ended.status == 130, "\(place): \(ended.words)")
          #expect(ended.errors.contains("the next run continues"), "\(place): \(ended.errors)")
          relay.watch()
          try await site.syncCompletely()
          #expect(try StateDump(state: site.state).differences(from: expected) == [], "\(place)")
          try await site.expectSoundContent()
        }
      }
    }
  }
}
