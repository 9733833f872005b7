import Foundation
import TestSupport
import Testing

@testable import UpdateServer

@Suite(.timeLimit(.minutes(5))) struct RecordedDownloadTests {
  @Test(
    "WUSP-363: the requests that Delivery Optimization sent a Windows server, byte by byte, get answers of its form",
    .enabled(if: Recordings.locate() != nil, "needs the recordings"),
    arguments: ["whole-file-single-range", "middle-range"])
  func replayed(_ name: String) async throws {
    let root = try #require(Recordings.locate())
    let folder = "\(root)/docs/fixtures/wsus-m0-native/content-headers/\(name)"
    let asked = try RecordedHead(path: folder + "/request.headers")
    let recorded = try RecordedHead(path: folder + "/response.headers")
    let lines = [asked.startLine] + asked.fields.map { "\($0.name): \($0.value)" }
    let path = try #require(asked.startLine.split(separator: " ").dropFirst().first)
    let size = try #require(recorded["Content-Range"]?.split(separator: "/").last.flatMap { UInt64($0) })
    try await ServerRig.run { rig async throws in
      let file = try rig.directory.write([], to: "content" + path.dropFirst("/Content".count))
      try FileHandle(forWritingTo: URL(fileURLWithPath: file)).truncate(atOffset: size)
      let connection = try await rig.connect()
      // Twice on one connection: it asks to be kept.
      for _ in 0..<2 {
        try await connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
        let answer = try await connection.answer()
        #expect(recorded.startLine.hasPrefix("HTTP/1.1 \(answer.status) "))
        for field in ["Content-Type", "Accept-Ranges", "Content-Length", "Content-Range"] {
          #expect(answer[field] == recorded[field], "\(field)")
        }
        #expect(answer["ETag"]?.hasPrefix("\"") == true && answer["Last-Modified"] != nil && answer["Date"] != nil)
        #expect(answer.body.count == recorded["Content-Length"].flatMap { Int($0) })
      }
    }
  }
}
