import Foundation
import Packing
import TestSupport
import Testing

@Suite("Writing gzip")
struct GzipStreamTests {
  static let lengths = [0, 1, 1_000, 70_000, 1_000_000]

  private func text(_ length: Int) -> [UInt8] {
    (0..<length).map { UInt8(ascii: "a") + UInt8($0 % 7 * ($0 % 11) % 26) }
  }

  @Test("the standard tool reads what is compressed", arguments: lengths)
  func standardTool(length: Int) throws {
    let directory = try TemporaryDirectory()
    let (packed, plain) = (directory.path("packed.gz"), directory.path("plain"))
    try Foundation.Data(GzipStream.compress(text(length))).write(to: URL(fileURLWithPath: packed))
    let ending = try ChildProcess("sh", ["-c", "gzip -dc '\(packed)' > '\(plain)'"]).waitUntilExit()
    #expect(ending == .exited(0))
    #expect(try Array(Foundation.Data(contentsOf: URL(fileURLWithPath: plain))) == text(length))
  }

  @Test("the pieces of a message make no difference to its text, and the same message gives the same bytes")
  func pieces() throws {
    let message = text(300_000)
    let stream = try GzipStream()
    var packed: [UInt8] = []
    for start in stride(from: 0, to: message.count, by: 65_536) {
      packed += try stream.push(Array(message[start..<min(start + 65_536, message.count)]))
    }
    packed += try stream.finish()
    #expect(packed == (try GzipStream.compress(message)))
    #expect(packed.count < message.count / 4)
    // Neither time nor name.
    #expect(packed[3] == 0)
    #expect(packed[4..<8] == [0, 0, 0, 0])
  }

  @Test("a stream that is left in the middle frees itself")
  func abandoned() throws {
    for _ in 0..<100 { _ = try GzipStream().push(text(10_000)) }
  }
}
