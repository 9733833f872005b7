import Packing
import Testing

@Suite("Zstandard frames")
struct FrameTests {
  private static let document = Array(
    String(repeating: "<upd:Update xmlns:upd=\"http://schemas.example/Update\">text</upd:Update>", count: 40).utf8)

  private func frame() throws -> [UInt8] {
    var writer = try FrameWriter()
    return try #require(try writer.pack(Self.document))
  }

  private func unpack(_ frame: [UInt8], length: Int) throws -> [UInt8] {
    try frame.withUnsafeBytes { try FrameReader().unpack($0, length: length) }
  }

  @Test("what is packed unpacks to the same bytes, one writer and one reader for all")
  func roundTrip() throws {
    var writer = try FrameWriter()
    let reader = try FrameReader()
    for count in [30, 300, 3_000, 70_000, 7, 1_000_000] {
      let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
      guard let frame = try writer.pack(content) else { continue }
      #expect(frame.count < count)
      #expect(try frame.withUnsafeBytes { try reader.unpack($0, length: count) } == content)
    }
  }

  @Test("a frame of content that comes in pieces is like any other", arguments: [0, 1, 5_000, 400_000])
  func inPieces(count: Int) throws {
    var writer = try FrameWriter()
    let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
    for piece in [1_000, 300_000] {
      let frame = try Self.frame(of: content, length: count, piece: piece, &writer)
      #expect(try unpack(frame, length: count) == content)
    }
    #expect(try unpack(try writer.frame(content), length: count) == content)
  }

  @Test("content of another length than announced is refused, and the writer goes on", arguments: [-1, 1])
  func otherThanAnnounced(difference: Int) throws {
    var writer = try FrameWriter()
    let content = [UInt8](repeating: 7, count: 500_000)
    #expect(throws: PackingError.self) {
      try Self.frame(of: content, length: content.count + difference, piece: 100_000, &writer)
    }
    let frame = try Self.frame(of: content, length: content.count, piece: 100_000, &writer)
    #expect(try unpack(frame, length: content.count) == content)
  }

  private static func frame(
    of content: [UInt8], length: Int, piece: Int, _ writer: inout FrameWriter
  ) throws -> [UInt8] {
    var rest = content[...]
    var frame: [UInt8] = []
    try writer.frame(length: length) { buffer in
      let next = rest.prefix(min(piece, buffer.count))
      buffer.copyBytes(from: next)
      rest = rest.dropFirst(next.count)
      return next.count
    } to: {
      frame.append(contentsOf: $0)
    }
    return frame
  }

  @Test("what would not get shorter is left alone", arguments: [0, 1, 20])
  func incompressible(count: Int) throws {
    var writer = try FrameWriter()
    #expect(try writer.pack((0..<count).map { UInt8($0) }) == nil)
  }

  @Test("a frame that is cut anywhere is refused")
  func truncated() throws {
    let whole = try frame()
    for count in 0..<whole.count {
      #expect(throws: PackingError.self) { try unpack(Array(whole[..<count]), length: Self.document.count) }
    }
  }

  @Test("a frame with any bit flipped is refused or still says the same")
  func flipped() throws {
    let whole = try frame()
    for index in whole.indices {
      for bit in 0..<8 {
        var damaged = whole
        damaged[index] ^= 1 << bit
        do { #expect(try unpack(damaged, length: Self.document.count) == Self.document) } catch is PackingError {}
      }
    }
  }

  @Test("a frame of another length than the expected one is refused before it is unpacked")
  func otherLength() throws {
    let whole = try frame()
    let found = Self.document.count
    for expected in [0, found - 1, found + 1, -1, Int.max] {
      #expect(throws: PackingError.frameLengthMismatch(expected: expected, found: found)) {
        try unpack(whole, length: expected)
      }
    }
  }

  @Test("bytes behind a frame, and bytes that are no frame, are refused")
  func noFrame() throws {
    let whole = try frame()
    #expect(throws: PackingError.self) { try unpack(whole + [0], length: Self.document.count) }
    #expect(throws: PackingError.frameLengthMismatch(expected: 10, found: nil)) {
      try unpack(Array("no frame at all".utf8), length: 10)
    }
  }

  /// Found by fuzzing: the library reads on.
  @Test(
    "nothing may stand behind a frame: no frame to be skipped, no empty one",
    arguments: [[0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0], [0x5F, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 7, 7], empty])
  func frameBehindFrame(tail: [UInt8]) throws {
    for frame in [try frame(), Self.empty] {
      let length = frame == Self.empty ? 0 : Self.document.count
      #expect(throws: PackingError.frameEnd(expected: frame.count, found: frame.count + tail.count)) {
        try unpack(frame + tail, length: length)
      }
    }
  }

  @Test("a frame to be skipped is none, alone and in front of one")
  func skippedFrame() throws {
    let skipped: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 7, 7]
    for frame in [skipped, skipped + Self.empty] {
      #expect(throws: PackingError.frameLengthMismatch(expected: 0, found: nil)) { try unpack(frame, length: 0) }
    }
  }

  /// The frame of nothing, without a checksum.
  private static let empty: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x20, 0, 1, 0, 0]
}
