import TestSupport
import Testing
import UpdateModel

@testable import WireFormat

/// A text and the payload of its only block, computed from the specification (MS-WUSP 2.1.1).
struct XpressVector: Sendable, CustomTestStringConvertible {
  let text: String
  let payload: String

  var testDescription: String { "\(text.prefix(12)) (\(text.count))" }
  var bytes: [UInt8] { Array(text.utf8) }
  var payloadBytes: [UInt8] { Hex.bytes(payload.filter { $0 != " " })! }

  static let all = [
    XpressVector(text: "ABCABCDEF", payload: "ffffff11 414243 1000 444546"),
    XpressVector(
      text: "abcdefghijklmnopqrstuvwxyz", payload: "3f000000 6162636465666768696a6b6c6d6e6f707172737475767778797a"),
    XpressVector(text: repeated("abc", 100), payload: "ffffff1f 616263 1700 0f ff 2601"),
    XpressVector(text: repeated("A", 25), payload: "ffffff7f 41 0700 0e"),
    XpressVector(text: repeated("A", 26), payload: "ffffff7f 41 0700 0f 00"),
    XpressVector(text: "x" + repeated("y", 280), payload: "ffffff3f 7879 0700 0f fe"),
    XpressVector(text: "x" + repeated("y", 281), payload: "ffffff3f 7879 0700 0f ff 1501"),
    XpressVector(text: "<a/>", payload: "ffffff0f 3c612f3e"),
    XpressVector(
      text: "abcdefghijklmnopqrstuvwxyz012345",
      payload: "00000000 6162636465666768696a6b6c6d6e6f707172737475767778797a303132333435 ffffffff"),
    XpressVector(
      text: repeated("abc", 7) + "Z" + repeated("abc", 8), payload: "ffffff17 616263 1700 b8 5a af00 1000"),
  ]

  static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
}

@Suite struct XpressTests {
  @Test(
    "WUSP-039, WUSP-040, WUSP-041, WUSP-042, WUSP-043, WUSP-044, WUSP-045: vectors encode to their payload and decode back",
    arguments: XpressVector.all)
  func vectors(_ vector: XpressVector) throws {
    #expect(XpressBlockWriter.encode(vector.bytes[...]) == vector.payloadBytes)
    #expect(try Xpress.decode(stream(vector), limit: 1_000) == vector.bytes)
  }

  @Test("WUSP-038: a whole stream has both lengths before its block")
  func framing() {
    #expect(Xpress.encode(Array("<a/>".utf8)) == Hex.bytes("0400000008000000ffffff0f3c612f3e"))
    #expect(Xpress.encode([]) == [])
  }

  @Test("whatever is encoded decodes to the same bytes, whole and in pieces", arguments: 0..<40)
  func roundTrip(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let count = [0, 1, 2, 3, 31, 32, 33, 64, 100, 5_000, 57_999, 58_000, 58_001, 130_000][seed % 14]
    let alphabet = [2, 5, 60, 256][seed / 14]
    var bytes: [UInt8] = []
    while bytes.count < count {
      if bytes.count > 10, Int.random(in: 0..<3, using: &random) == 0 {
        let start = Int.random(in: 0..<bytes.count, using: &random)
        let length = min(Int.random(in: 1..<700, using: &random), bytes.count - start, count - bytes.count)
        bytes += bytes[start..<start + length]
      } else {
        bytes.append(UInt8(Int.random(in: 0..<alphabet, using: &random)))
      }
    }
    let stream = Xpress.encode(bytes)
    #expect(try Xpress.decode(stream, limit: count) == bytes)
    var encoder = XpressEncoder()
    var pieces: [UInt8] = []
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Int.random(in: 1..<40_000, using: &random))
      pieces += encoder.push(Array(bytes[start..<end]))
      start = end
    }
    #expect(pieces + encoder.finish() == stream)
  }

  @Test("WUSP-036, WUSP-037: no block holds or takes more than 65,535 bytes, also of random ones")
  func blocks() throws {
    var random = SeededGenerator(seed: 8)
    for bytes in [
      [UInt8](repeating: 7, count: 200_000), (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &random) },
    ] {
      var rest = Xpress.encode(bytes)[...]
      var total = 0
      while !rest.isEmpty {
        let lengths = [0, 4].map { field in
          (0..<4).reduce(0) { $0 | Int(rest[rest.startIndex + field + $1]) << (8 * $1) }
        }
        #expect(lengths.allSatisfy { (1...65_535).contains($0) }, "\(lengths)")
        total += lengths[0]
        rest = rest.dropFirst(Xpress.headerLength + lengths[1])
      }
      #expect(total == bytes.count)
    }
  }

  @Test("random bytes fit the largest block that is made")
  func incompressible() throws {
    var random = SeededGenerator(seed: 7)
    let bytes = (0..<Xpress.encodedBlockLength).map { _ in UInt8.random(in: 0...255, using: &random) }
    let stream = Xpress.encode(bytes)
    #expect(stream.count - Xpress.headerLength <= Xpress.maximumBlockLength)
    #expect(try Xpress.decode(stream, limit: bytes.count) == bytes)
  }

  @Test("a stored block, whose lengths are equal, holds its bytes as they are")
  func stored() throws {
    let text = Array("<?xml version=\"1.0\"?><tail/>".utf8)
    let header = [UInt8(text.count), 0, 0, 0, UInt8(text.count), 0, 0, 0]
    #expect(try Xpress.decode(Xpress.encode(text) + header + text, limit: 100) == text + text)
  }

  @Test("a stream cut anywhere is refused, but for its beginning and between blocks", arguments: XpressVector.all)
  func truncation(_ vector: XpressVector) throws {
    let whole = stream(vector)
    for count in 1..<whole.count {
      #expect(throws: XpressError.self, "\(count)") { try Xpress.decode(Array(whole.prefix(count)), limit: 1_000) }
    }
    // The same for the payload alone, in a block that says its shorter length.
    for count in 1..<vector.payloadBytes.count where count != vector.bytes.count {
      #expect(throws: XpressError.self, "payload \(count)") {
        try Xpress.decode(
          header(vector.bytes.count, count) + vector.payloadBytes.prefix(count), limit: 1_000)
      }
    }
  }

  @Test(
    "a stream with any bit changed gives an error or as many bytes as it states, never more",
    arguments: XpressVector.all)
  func flippedBits(_ vector: XpressVector) {
    let whole = stream(vector)
    for bit in 0..<whole.count * 8 {
      var changed = whole
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      do throws(XpressError) {
        let bytes = try Xpress.decode(changed, limit: 1_000)
        #expect(bytes.count <= 1_000)
      } catch { continue }
    }
  }

  /// Streams that no encoder writes, and the kind of error.
  private static let refused: [String: [String]] = [
    // Lengths of zero, and beyond 65,535.
    "block length": [
      "0000000004000000 ffffffff", "0100000000000000", "0000010004000000 ffffffff", "0100000000000100 00",
    ],
    // A match before the first byte; one past the stated length; the long form of a length that has a shorter one.
    "match": [
      "0300000006000000 ffffffff0000", "0400000008000000 ffffff7f41070000", "1a0100000b000000 ffffff7f4107000fff1401",
    ],
    // Fewer and more bytes than stated.
    "length": ["0500000008000000 ffffff0f3c612f3e", "0300000008000000 ffffff0f3c612f3e"],
    // No end mark; a byte after the last block.
    "truncated": [
      "2000000024000000 00000000 \(String(repeating: "61", count: 32))", "0400000008000000 ffffff0f3c612f3e 00",
    ],
  ]

  @Test("what no encoder writes is refused", arguments: ["block length", "match", "length", "truncated"])
  func refusals(_ kind: String) throws {
    for text in try #require(Self.refused[kind]) {
      let stream = try #require(Hex.bytes(text.filter { $0 != " " }))
      let error = try #require(throws: XpressError.self) { try Xpress.decode(stream, limit: 1 << 20) }
      #expect(Self.kind(of: error) == kind, "\(text)")
    }
  }

  private static func kind(of error: XpressError) -> String {
    switch error {
    case .truncated: "truncated"
    case .blockLength: "block length"
    case .badMatch: "match"
    case .wrongLength: "length"
    case .tooLarge: "limit"
    }
  }

  @Test("no more is made than the caller takes")
  func bomb() throws {
    let stream = Xpress.encode([UInt8](repeating: 0, count: 1 << 20))
    #expect(stream.count < 1_000)
    #expect(throws: XpressError.tooLarge(limit: 1_000_000)) { try Xpress.decode(stream, limit: 1_000_000) }
    #expect(try Xpress.decode(stream, limit: 1 << 20).count == 1 << 20)
  }

  private func header(_ original: Int, _ compressed: Int) -> [UInt8] {
    [original, compressed].flatMap { length in (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } }
  }

  private func stream(_ vector: XpressVector) -> [UInt8] {
    header(vector.bytes.count, vector.payloadBytes.count) + vector.payloadBytes
  }
}
