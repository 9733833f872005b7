import ContentStore
import Foundation
import Sealing
import TestSupport
import Testing
import UpdateModel

@testable import UpdateServer

/// Programs that people have, against our server.
@Suite(.timeLimit(.minutes(10))) struct StockToolTests {
  static let size = 40_000_000

  private static func has(_ program: String) -> Bool {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
  }

  /// Runs a program on a thread of its own.
  private static func run(_ program: String, _ arguments: [String]) async throws -> ChildProcess.Ending {
    let child = try ChildProcess(program, arguments)
    return await child.ended()
  }

  private static func digest(of path: String) throws -> FileDigest {
    try FileDigester.digests(of: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))).sha1
  }

  private static func served(
    _ body: @Sendable (_ url: String, _ digest: FileDigest, _ folder: TemporaryDirectory) async throws -> Void
  ) async throws {
    try await ServerRig.run { rig async throws in
      let (path, _) = try await ConnectionTests.stored(rig, size)
      let digest = try #require(FileDigest(hex: path.split(separator: "/")[2].prefix(40)))
      try await body("http://127.0.0.1:\(rig.port)\(path)", digest, try TemporaryDirectory())
    }
  }

  @Test("curl gets the whole file, and continues a part", .enabled(if: has("curl"), "curl is not installed"))
  func curl() async throws {
    try await Self.served { url, digest, folder async throws in
      let (whole, part) = (folder.path("whole"), folder.path("part"))
      #expect(try await Self.run("curl", ["-sf", "-o", whole, url]) == .exited(0))
      #expect(try Self.digest(of: whole) == digest)
      #expect(try await Self.run("curl", ["-sf", "-r", "0-9999999", "-o", part, url]) == .exited(0))
      #expect(try await Self.run("curl", ["-sf", "-C", "-", "-o", part, url]) == .exited(0))
      #expect(try Self.digest(of: part) == digest)
      // Continuing what is complete asks for nothing, which is 416.
      #expect(try await Self.run("curl", ["-s", "-C", "-", "-o", part, url]) == .exited(0))
      #expect(try Self.digest(of: part) == digest)
    }
  }

  @Test("aria2c -x16 joins its pieces to the file", .enabled(if: has("aria2c"), "aria2c is not installed"))
  func aria2c() async throws {
    try await Self.served { url, digest, folder async throws in
      let arguments = ["-q", "-x16", "-s16", "-k1M", "--file-allocation=none", "-d", folder.path, "-o", "file", url]
      #expect(try await Self.run("aria2c", arguments) == .exited(0))
      #expect(try Self.digest(of: folder.path("file")) == digest)
    }
  }

  @Test("wget --continue completes a part", .enabled(if: has("wget"), "wget is not installed"))
  func wget() async throws {
    try await Self.served { url, digest, folder async throws in
      let file = folder.path("file")
      #expect(try await Self.run("curl", ["-sf", "-r", "0-12345678", "-o", file, url]) == .exited(0))
      #expect(try await Self.run("wget", ["-q", "--continue", "-O", file, url]) == .exited(0))
      #expect(try Self.digest(of: file) == digest)
    }
  }

  @Test("a download that is interrupted 50 times at random points ends with the right digest")
  func interrupted() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await ConnectionTests.stored(rig, Self.size)
      var generator = SeededGenerator(seed: 50)
      var received: [UInt8] = []
      var tag: String?
      for _ in 0..<50 {
        let connection = try await rig.connect()
        let condition = tag.map { "If-Range: \($0)\r\n" } ?? ""
        try await connection.send(
          "GET \(path) HTTP/1.1\r\nHost: x\r\nRange: bytes=\(received.count)-\r\n\(condition)\r\n")
        let head = try await connection.head()
        #expect(head.status == 206)
        #expect(head["Content-Range"] == "bytes \(received.count)-\(bytes.count - 1)/\(bytes.count)")
        tag = head["ETag"]
        let room = bytes.count - received.count - 1
        received += try await connection.body(count: Int.random(in: 0...min(room, 1_500_000), using: &generator))
      }
      let rest = try await rig.request(
        "GET", path, headers: ["Range: bytes=\(received.count)-", "If-Range: \(tag ?? "")"])
      #expect(rest.status == 206)
      #expect(received + rest.body == bytes)
    }
  }
}
