import Foundation
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct CorruptionTests {
    @Test(
      "SSS-376: a damaged database is said plainly, and is rebuilt by a sync that fetches no content again",
      arguments: ["header", "pages", "truncated"])
    func damagedDatabase(_ damage: String) async throws {
      try await UpstreamRig.run { upstream in
        let relay = try Relay(to: upstream.port)
        let site = try await DownstreamSite(upstream: relay.url)
        try await site.syncCompletely()
        let expected = try StateDump(state: site.state)
        try Self.damage(site, damage)
        let refused = try await site.sync()
        #expect(refused.status == 1, "\(refused.words)")
        #expect(refused.errors.contains("catalog.sqlite") && refused.errors.contains("damaged"), "\(refused.errors)")
        #expect(refused.errors.contains("hint: "), "\(refused.errors)")
        let configuration = try String(contentsOfFile: site.state + "/updatemirror.toml", encoding: .utf8)
        let hint = try #require(refused.errors.split(separator: "\n").last { $0.hasPrefix("hint: ") })
        #expect(hint.contains("sync"), "\(hint)")
        // What the hint says.
        try FileManager.default.moveItem(atPath: site.catalogFile, toPath: site.folder.path("damaged.sqlite"))
        let made = try await site.run(["init"])
        #expect(made.status == 0, "\(made.words)")
        relay.watch()
        let rebuilt = try await site.sync()
        #expect(rebuilt.status == 0, "\(rebuilt.words)")
        let requests = relay.seen.operations.filter { $0.hasPrefix("GET ") }
        #expect(requests == [], "content was fetched again")
        #expect(try StateDump(state: site.state).differences(from: expected) == [])
        #expect(try String(contentsOfFile: site.state + "/updatemirror.toml", encoding: .utf8) == configuration)
        try await site.expectSoundContent()
      }
    }

    @Test("SSS-377: damaged content is found, put into quarantine and not offered, then repaired")
    func damagedContent() async throws {
      try await UpstreamRig.run { upstream in
        let relay = try Relay(to: upstream.port)
        let site = try await DownstreamSite(upstream: relay.url)
        try await site.syncCompletely()
        let expected = try StateDump(state: site.state)
        let names = expected.content.keys.sorted()
        let damaged = [names[0], names[names.count / 2]]
        for name in damaged { try Self.flip(site.state + "/content/" + name) }
        try FileManager.default.removeItem(atPath: site.state + "/content/" + names[1])
        let found = try await site.run(["content", "verify", "--json"])
        #expect(found.status == 3, "\(found.words)")
        #expect((try found.json["bad"] as? [Any])?.count == 2, "\(found.output)")
        #expect(damaged.allSatisfy { !FileManager.default.fileExists(atPath: site.state + "/content/" + $0) })
        relay.takeDown()
        let withdrawn = try await site.run(["content", "verify", "--repair", "--no-progress"])
        #expect(withdrawn.status != 0, "nothing to repair from: \(withdrawn.words)")
        let between = try StateDump(state: site.state)
        #expect(damaged.allSatisfy { between.content[$0] == nil }, "bad bytes have no public name")
        #expect(between.quarantine.count >= damaged.count, "\(between.quarantine)")
        #expect(between.present.count == expected.present.count - 3, "the catalogue does not offer them")
        try relay.bringUp()
        let repaired = try await site.run(["content", "repair", "--json", "--no-progress"])
        #expect(repaired.status == 0, "\(repaired.words)")
        let after = try StateDump(state: site.state)
        #expect(after.content == expected.content)
        #expect(after.present == expected.present)
        try await site.expectSoundContent()
      }
    }

    private static func damage(_ site: DownstreamSite, _ damage: String) throws {
      let file = try FileHandle(forUpdating: URL(fileURLWithPath: site.catalogFile))
      defer { try? file.close() }
      let length = try file.seekToEnd()
      switch damage {
      case "header":
        try file.seek(toOffset: 0)
        try file.write(contentsOf: [UInt8](repeating: 0x5A, count: 512))
      case "truncated": try file.truncate(atOffset: length / 2)
      default:
        for page in 2..<UInt64(20) where page * 4096 < length {
          try file.seek(toOffset: page * 4096)
          try file.write(contentsOf: [UInt8](repeating: 0xA5, count: 4096))
        }
      }
    }

    static func flip(_ path: String) throws {
      // A file under its final name may be read-only.
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
      let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      defer { try? file.close() }
      let first = try #require(try file.read(upToCount: 1)?.first)
      try file.seek(toOffset: 0)
      try file.write(contentsOf: [first ^ 0x10])
    }
  }
}
