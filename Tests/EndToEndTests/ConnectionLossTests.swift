import Foundation
import Synchronization
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct ConnectionLossTests {
    @Test("SSS-390: connection loss in any call stops the run, and the next run completes")
    func everyCallOnce() async throws {
      try await UpstreamRig.run { upstream in
        let relay = try Relay(to: upstream.port)
        let fresh = try await DownstreamSite(upstream: relay.url)
        let undisturbed = try fresh.copy()
        relay.watch()
        try await undisturbed.syncCompletely()
        let expected = try StateDump(state: undisturbed.state)
        let calls = Set(relay.seen.operations.filter { !$0.hasPrefix("GET ") }).sorted()
        let required: Set = [
          "GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetConfigData", "GetRevisionIdList",
        ]
        #expect(required.union(["GetUpdateData", "GetDeployments"]).isSubset(of: calls), "\(calls)")
        for call in calls {
          for isAnswerCut in [false, true] {
            let site = try fresh.copy()
            relay.watch(Self.cutting(call, inAnswer: isAnswerCut))
            let cut = try await site.sync()
            #expect(cut.status == 1, "\(call), answer cut: \(isAnswerCut): \(cut.words)")
            #expect(cut.errors.contains(call), "the message names the call: \(cut.errors)")
            #expect(cut.errors.contains("hint: "), "\(cut.errors)")
            relay.watch()
            try await site.syncCompletely()
            #expect(try StateDump(state: site.state).differences(from: expected) == [], "\(call)")
          }
        }
        try await undisturbed.expectSoundContent()
      }
    }

    @Test("SSS-390: connection loss in every second file is made good by the run itself or by the next one")
    func content() async throws {
      try await UpstreamRig.run { upstream in
        let relay = try Relay(to: upstream.port)
        let site = try await DownstreamSite(upstream: relay.url)
        let cut = Mutex<Set<String>>([])
        relay.watch { event in
          guard case .answer(_, let count, let operation) = event, operation.hasPrefix("GET /Content") else {
            return .pass
          }
          let isFirst = cut.withLock { $0.insert(operation).inserted && $0.count % 2 == 0 }
          return isFirst ? .cutAfter(count / 2) : .pass
        }
        let disturbed = try await site.sync()
        #expect(disturbed.status == 0 || disturbed.status == 3, "\(disturbed.words)")
        #expect(cut.withLock { $0.count } > 20, "files were cut")
        relay.watch()
        try await site.syncCompletely()
        let other = try await DownstreamSite(upstream: relay.url)
        try await other.syncCompletely()
        let (left, right) = (try StateDump(state: site.state), try StateDump(state: other.state))
        #expect(left.differences(from: right) == [])
        try await site.expectSoundContent()
      }
    }

    @Test("a network that is down stops the run plainly, and the run after it is up again completes")
    func downThenUp() async throws {
      try await UpstreamRig.run { upstream in
        let relay = try Relay(to: upstream.port)
        let site = try await DownstreamSite(upstream: relay.url)
        relay.takeDown()
        let down = try await site.sync()
        #expect(down.status == 1, "\(down.words)")
        #expect(down.errors.contains("GetAuthConfig") && down.errors.contains("hint: "), "\(down.errors)")
        #expect(try await site.historyOutcomes() == ["failed"])
        try relay.bringUp()
        try await site.syncCompletely()
        #expect(try await site.historyOutcomes().first == "succeeded")
        try await site.expectSoundContent()
      }
    }

    private static func cutting(_ call: String, inAnswer: Bool) -> Relay.Observer {
      { event in
        switch event {
        case .request(_, call): inAnswer ? .pass : .cut
        case .answer(_, let count, call): inAnswer ? .cutAfter(count / 2) : .pass
        default: .pass
        }
      }
    }
  }
}
