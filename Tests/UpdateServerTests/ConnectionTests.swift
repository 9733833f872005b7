import Catalog
import ContentStore
import Foundation
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

/// What one connection does beyond single requests.
@Suite struct ConnectionTests {
  static func stored(_ rig: ServerRig, _ count: Int, seed: UInt64 = 1) async throws -> (path: String, bytes: [UInt8]) {
    var generator = SeededGenerator(seed: seed)
    let bytes = generator.bytes(count)
    let file = try await rig.store.put(bytes, name: "a.cab")
    return ("/Content/\(file.digest.folder)/\(file.contentName)", bytes)
  }

  @Test("pipelined requests are answered in order, whoever answers them")
  func pipelining() async throws {
    try await ServerRig.run { rig async throws in
      let (small, smallBytes) = try await Self.stored(rig, 100, seed: 1)
      let (large, largeBytes) = try await Self.stored(rig, 3_000_000, seed: 2)
      let soap = EndpointTests.getAuthConfig
      let post =
        "POST \(WebService.serverSync.path) HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
        + "Content-Length: \(soap.utf8.count)\r\n\r\n\(soap)"
      let get = { (path: String) in "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }
      let connection = try await rig.connect()
      try await connection.send(get(large) + post + get(small) + get(small) + post + get(large) + get("/none"))
      #expect(try await connection.answer().body == largeBytes)
      #expect(try await connection.answer().text.contains("GetAuthConfigResponse"))
      #expect(try await connection.answer().body == smallBytes)
      #expect(try await connection.answer().body == smallBytes)
      #expect(try await connection.answer().text.contains("GetAuthConfigResponse"))
      #expect(try await connection.answer().body == largeBytes)
      #expect(try await connection.answer().status == 404)
    }
  }

  @Test("the head of an answer comes in one frame with the first bytes of its file, and no byte waits for more")
  func fullFrames() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 1_000_000)
      let connection = try await rig.connect()
      for first in stride(from: 0, to: 2_000, by: 100) {
        let before = connection.receivedFrames
        try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\nRange: bytes=\(first)-\(first + 99)\r\n\r\n")
        #expect(try await connection.answer().body == Array(bytes[first..<first + 100]))
        #expect(connection.receivedFrames == before + 1)
      }
    }
  }

  @Test("a thousand pipelined requests are all answered")
  func deepPipelining() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 50)
      let connection = try await rig.connect()
      let request = "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n"
      async let sent = connection.send(String(repeating: request, count: 1_000))
      for _ in 0..<1_000 { try #require(try await connection.answer().body == bytes) }
      #expect(try await sent)
    }
  }

  @Test("Connection: close ends the connection after the last byte, not before", arguments: [10, 20_000_000])
  func closeAfterAnswer(_ count: Int) async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, count)
      let connection = try await rig.connect()
      try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      let answer = try await connection.answer()
      #expect(answer.body == bytes)
      #expect(answer["Connection"] == "close")
      #expect(try await connection.rest().isEmpty)
    }
  }

  @Test("a client that has ended its side still gets the whole file")
  func halfClosed() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 20_000_000)
      let connection = try await rig.connect()
      try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
      connection.endSending()
      #expect(try await connection.answer().body == bytes)
      #expect(try await connection.rest().isEmpty)
    }
  }

  @Test("HTTP/1.0 gets its connection closed, or kept when it asks for that")
  func oldVersion() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 100)
      let connection = try await rig.connect()
      try await connection.send("GET \(path) HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      let kept = try await connection.answer()
      #expect(kept.body == bytes)
      #expect(kept["Connection"]?.lowercased() == "keep-alive")
      try await connection.send("GET \(path) HTTP/1.0\r\n\r\n")
      #expect(try await connection.answer().body == bytes)
      #expect(try await connection.rest().isEmpty)
    }
  }

  @Test(
    "WUSP-375: what cannot be a request is answered with the reason, then the connection ends",
    arguments: [
      ("BITS_POST /Content/00/x HTTP/1.1\r\nHost: x\r\n\r\n", 405), ("GET / HTTQ/1.1\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\nHost: x\r\nA: LONG\r\n\r\n", 431),
      ("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400),
    ])
  func malformed(_ text: String, _ status: Int) async throws {
    try await ServerRig.run { rig async throws in
      let connection = try await rig.connect()
      try await connection.send(text.replacing("LONG", with: String(repeating: "a", count: 40_000)))
      let answer = try await connection.answer()
      #expect(answer.status == status)
      #expect(answer["Connection"] == "close")
      #expect(status != 405 || answer["Allow"]?.contains("GET, HEAD") == true)
      #expect(try await connection.rest().isEmpty)
    }
  }

  @Test("a malformed request behind a good one does not spoil the good one's answer")
  func malformedBehind() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 5_000_000)
      let connection = try await rig.connect()
      try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" + "GET / HTTQ/1.1\r\n\r\n")
      #expect(try await connection.answer().body == bytes)
      #expect(try await connection.answer().status == 400)
      #expect(try await connection.rest().isEmpty)
    }
  }

  @Test("a small body on a content request is ignored, a large one refused")
  func bodies() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 100)
      let connection = try await rig.connect()
      for _ in 0..<2 {
        try await connection.send(
          "GET \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        try await connection.send("12345")
        let answer = try await connection.answer()
        #expect(answer.body == bytes)
        #expect(answer.interim == [100])
      }
      try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
      try await connection.send([UInt8](repeating: 0, count: 100_000))
      #expect(try await connection.answer().status == 413)
    }
  }

  @Test("transfers that clients break off leave no descriptor behind")
  func brokenOff() async throws {
    try await ServerRig.run { rig async throws in
      let (path, _) = try await Self.stored(rig, 30_000_000)
      for _ in 0..<200 {
        let connection = try await rig.connect()
        try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        let first = try await connection.some()
        #expect(!first.isEmpty)
      }
      // Each event loop may keep the file open once.
      let content = rig.directory.path("content")
      while Descriptors.count(below: content) > ProcessInfo.processInfo.activeProcessorCount { await Task.yield() }
      #expect(try await rig.request("GET", path).status == 200)
    }
  }

  @Test("WUSP-370: ranges beyond 4 GiB of a sparse file")
  func beyondFourGigabytes() async throws {
    try await ServerRig.run { rig async throws in
      let digest = Fixtures.digest(7)
      let folder = rig.directory.path("content/\(digest.folder)")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let path = folder + "/\(digest.hex).psf"
      try #require(FileManager.default.createFile(atPath: path, contents: nil))
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      try file.seek(toOffset: 5 << 30)
      try file.write(contentsOf: Data("the end".utf8))
      try file.close()
      let target = "/Content/\(digest.folder)/\(digest.hex).psf"
      let answer = try await rig.request("GET", target, headers: ["Range: bytes=\(5 << 30)-"])
      #expect(answer.status == 206)
      #expect(answer.text == "the end")
      #expect(answer["Content-Range"] == "bytes 5368709120-5368709126/5368709127")
      #expect(try await rig.request("HEAD", target)["Content-Length"] == "5368709127")
    }
  }
}
