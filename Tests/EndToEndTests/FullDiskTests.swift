import Foundation
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct FullDiskTests {
    /// A file system of its own, a few megabytes small.
    final class SmallDisk: Sendable {
      let folder: TemporaryDirectory
      var path: String { folder.path("disk") }

      init(bytes: Int) throws {
        folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard Self.call("mount", "-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", path) == 0 else {
          throw NotAllowed()
        }
      }

      func resize(bytes: Int) throws {
        guard Self.call("mount", "-o", "remount,size=\(bytes)", path) == 0 else { throw NotAllowed() }
      }

      /// Leaves so much room beyond what is there.
      func leave(bytes: Int) throws {
        let facts = try FileManager.default.attributesOfFileSystem(forPath: path)
        let size = try #require(facts[.systemSize] as? Int)
        let free = try #require(facts[.systemFreeSize] as? Int)
        try resize(bytes: size - free + bytes)
      }

      deinit { _ = Self.call("umount", path) }

      struct NotAllowed: Error {}

      static func call(_ arguments: String...) -> Int32 {
        switch try? ChildProcess.run(arguments[0], Array(arguments.dropFirst())).ending {
        case .exited(let status): status
        default: -1
        }
      }

      static let isPossible: Bool = (try? SmallDisk(bytes: 1 << 20)) != nil
    }

    @Test(
      "a full disk stops the run with words and a hint, shows nothing half, and the next run goes on",
      .enabled(if: SmallDisk.isPossible, "SKIPPED: mounting a small tmpfs needs root; nothing was checked"),
      arguments: [64 << 10, 512 << 10, 1 << 20, 2 << 20, 3 << 20])
    func fullDisk(_ bytes: Int) async throws {
      try await UpstreamRig.run { upstream in
        let relay = try Relay(to: upstream.port)
        let plenty = try await DownstreamSite(upstream: relay.url)
        let before = try StateDump(state: plenty.state)
        let disk = try SmallDisk(bytes: 64 << 20)
        let site = try plenty.copy(to: disk.path)
        try await plenty.syncCompletely()
        let expected = try StateDump(state: plenty.state)
        try disk.leave(bytes: bytes)
        let full = try await site.sync()
        #expect(full.status == 1 || full.status == 3, "\(bytes): \(full.words)")
        let words = (full.errors + full.output).lowercased()
        #expect(words.contains("space") || words.contains("full"), "\(bytes): \(full.words)")
        if full.status == 1 { #expect(full.errors.contains("hint: "), "\(full.errors)") }
        try disk.resize(bytes: 64 << 20)
        let found = try StateDump(state: site.state)
        for part in StateDump.Part.allCases {
          #expect(found[part] == before[part] || found[part] == expected[part], "\(bytes): \(part) are half there")
        }
        #expect(found.content.allSatisfy { expected.content[$0.key] == $0.value })
        try await site.syncCompletely()
        #expect(try StateDump(state: site.state).differences(from: expected) == [])
        try await site.expectSoundContent()
      }
    }

    @Test("writes that the system refuses beyond a length leave a state that the next run continues from")
    func fileSizeLimit() async throws {
      try await UpstreamRig.run { upstream in
        let fresh = try await DownstreamSite(upstream: "http://127.0.0.1:\(upstream.port)")
        let undisturbed = try fresh.copy()
        try await undisturbed.syncCompletely()
        let expected = try StateDump(state: undisturbed.state)
        for blocks in [400, 900, 2_000] {
          let site = try fresh.copy()
          // The signal is ignored, so that write() itself says no. Blocks of 512 bytes.
          let limited = try await site.sync(shell: "trap '' XFSZ; ulimit -f \(blocks)")
          #expect(limited.status == 1 || limited.status == 3, "\(blocks): \(limited.words)")
          try await site.syncCompletely()
          #expect(try StateDump(state: site.state).differences(from: expected) == [], "\(blocks)")
          try await site.expectSoundContent()
        }
      }
    }
  }
}
