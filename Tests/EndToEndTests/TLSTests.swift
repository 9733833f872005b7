import Catalog
import Foundation
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct TLSTests {
    @Test("SSS-007: a full sync over TLS on both hops, A to B and B to C, with a test root")
    func bothHops() async throws {
      let authority = try TestAuthority(name: "End-to-end root")
      let identity = try authority.identity()
      let trust = ["upstream.ca-file": authority.roots]
      try await UpstreamRig.run { upstream in
        let first = try Relay(to: upstream.port, identity: identity)
        let middle = try await DownstreamSite(upstream: first.url, settings: trust)
        try await middle.syncCompletely()
        try await middle.serving { port in
          let second = try Relay(to: port, identity: identity)
          let leaf = try await DownstreamSite(upstream: second.url, settings: trust)
          try await leaf.syncCompletely()
          #expect(second.seen.operations.contains { $0.hasPrefix("GET /Content") }, "content came over TLS too")
          #expect(try ReplicatedFacts.of(leaf.catalogFile) == ReplicatedFacts.of(upstream.catalog.path))
          #expect(try StateDump(state: leaf.state).content == StateDump(state: middle.state).content)
          try await leaf.expectSoundContent()
        }
        try await middle.expectSoundContent()
      }
    }

    @Test(
      "SSS-008: a USS with an untrusted chain is refused before a byte of a request is sent", arguments: [true, false])
    func wrongAuthority(_ hasOwnRoots: Bool) async throws {
      let (authority, other) = (try TestAuthority(name: "Right root"), try TestAuthority(name: "Wrong root"))
      let identity = try authority.identity()
      try await UpstreamRig.run { upstream in
        let relay = try Relay(to: upstream.port, identity: identity)
        let site = try await DownstreamSite(
          upstream: relay.url, settings: hasOwnRoots ? ["upstream.ca-file": other.roots] : [:])
        let refused = try await site.sync()
        #expect(refused.status == 1 || refused.status == 12, "\(refused.words)")
        #expect(refused.errors.lowercased().contains("certificate"), "\(refused.errors)")
        #expect(relay.seen.connections > 0)
        #expect(relay.seen.requestBytes == 0)
        let trusted = try await site.sync("--set", "upstream.ca-file=\(authority.roots)")
        #expect(trusted.status == 0, "\(trusted.words)")
        try await site.expectSoundContent()
      }
    }
  }
}
