import Catalog
import ContentStore
import NIOCore
import TestSupport
import Testing
import UpdateModel

@testable import UpdateServer

/// Reading what the kernel has in memory.
@Suite struct CachedReadTests {
  private static let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 / 251) }

  private static func content(_ rig: ServerRig) async throws -> OpenContent {
    let file = try await rig.store.put(bytes, name: "a.cab")
    return try OpenContent(try rig.store.open(file.digest, fileExtension: ".cab"), modified: nil)
  }

  @Test("a part that was just read is there without the disk, in memory that is used again")
  func present() async throws {
    try await ServerRig.run { rig async throws in
      let content = try await Self.content(rig)
      _ = try content.read(at: 0, count: Self.bytes.count)
      var part = ByteBuffer()
      for range in [ByteRange(first: 0, last: 65_535), ByteRange(first: 131_072, last: 199_999)] {
        #expect(content.readAtHand(range, into: &part))
        #expect(Array(part.readableBytesView) == Array(Self.bytes[Int(range.first)...Int(range.last)]))
      }
    }
  }

  @Test("a part that is still held keeps its bytes when the next one is read")
  func held() async throws {
    try await ServerRig.run { rig async throws in
      let content = try await Self.content(rig)
      _ = try content.read(at: 0, count: Self.bytes.count)
      var part = ByteBuffer()
      #expect(content.readAtHand(ByteRange(first: 0, last: 999), into: &part))
      let first = part
      #expect(content.readAtHand(ByteRange(first: 100_000, last: 100_999), into: &part))
      #expect(Array(first.readableBytesView) == Array(Self.bytes[0..<1_000]))
      #expect(Array(part.readableBytesView) == Array(Self.bytes[100_000..<101_000]))
    }
  }

  @Test("a part that reaches past the end of the file is not there")
  func pastTheEnd() async throws {
    try await ServerRig.run { rig async throws in
      let content = try await Self.content(rig)
      var part = ByteBuffer()
      #expect(!content.readAtHand(ByteRange(first: 199_000, last: 200_000), into: &part))
      #expect(part.readableBytes == 0)
    }
  }
}
