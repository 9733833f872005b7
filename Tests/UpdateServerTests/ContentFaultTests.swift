import Catalog
import ContentStore
import Foundation
import Glibc
import TestSupport
import Testing
import UpdateModel

@testable import UpdateServer

/// Files that are not as the records say.
@Suite struct ContentFaultTests {
  private struct Known {
    let file: ContentFile
    let bytes: [UInt8]
    var path: String { "/Content/\(file.digest.folder)/\(file.contentName)" }
  }

  /// A stored file that a published update lists.
  private static func known(_ rig: ServerRig, _ count: Int, modified: Timestamp? = nil) async throws -> Known {
    var generator = SeededGenerator(seed: 3)
    let bytes = generator.bytes(count)
    let stored = try await rig.store.put(bytes, name: "known.cab")
    let file = ContentFile(
      digest: stored.digest, fileName: stored.fileName, size: stored.size, modified: modified)
    try await rig.catalog.publishNow(Fixtures.metadata(1, files: [file]))
    try await rig.catalog.markPresent([file.digest])
    return Known(file: file, bytes: bytes)
  }

  private static func stored(_ rig: ServerRig, _ known: Known) -> String {
    rig.directory.path("content/\(known.file.digest.folder)/\(known.file.contentName)")
  }

  private static func isQueued(_ rig: ServerRig, _ known: Known) async throws -> Bool {
    let policy = ContentPolicy(isLazy: true, requiresSHA256: false)
    return try await rig.catalog.wantedFiles(policy, limit: 10).contains { $0.file.digest == known.file.digest }
  }

  @Test("a file of another length than its record is withdrawn at once, 404, and wanted again")
  func wrongLength() async throws {
    try await ServerRig.run { rig async throws in
      let known = try await Self.known(rig, 100_000)
      #expect(try await rig.request("GET", known.path).body == known.bytes)
      #expect(try await Self.isQueued(rig, known) == false)
      _ = chmod(Self.stored(rig, known), 0o644)
      try #require(truncate(Self.stored(rig, known), 50_000) == 0)
      #expect(try await rig.request("GET", known.path).status == 404)
      #expect(try await rig.store.contains(known.file.digest) == false)
      #expect(try await rig.catalog.files([known.file.digest]).first?.isPresent == false)
      #expect(try await Self.isQueued(rig, known))
      let quarantined = rig.directory.path("quarantine/\(known.file.digest.hex).bad")
      #expect(FileManager.default.fileExists(atPath: quarantined))
    }
  }

  @Test("a file that is cut while it is sent is withdrawn, and its connection ends early", arguments: [false, true])
  func cutWhileSent(_ isSecure: Bool) async throws {
    let authority = try ServerAuthority()
    // Without TLS a limit makes the server send in pieces, too.
    var limits = UpdateServerLimits()
    limits.stallTimeout = .seconds(1)
    try await ServerRig.run(limits: limits, tls: try authority.configuration("server")) { rig async throws in
      let known = try await Self.known(rig, 60_000_000)
      let url = "\(isSecure ? "https" : "http")://127.0.0.1:\(isSecure ? rig.securePort : rig.port)\(known.path)"
      let (reading, writing) = try ChildProcess.pipe()
      let curl = try ChildProcess("curl", ["-sS", "--cacert", authority.roots, url], output: writing)
      try writing.close()
      try #require(try await BlockingReader.readSome(reading) == 1)
      _ = chmod(Self.stored(rig, known), 0o644)
      try #require(truncate(Self.stored(rig, known), 10_000_000) == 0)
      let rest = try await BlockingReader.readToEnd(reading)
      #expect(rest < known.bytes.count - 1)
      #expect(await curl.ended() != .exited(0))
      while try await rig.catalog.files([known.file.digest]).first?.isPresent == true {
        _ = try await rig.request("GET", known.path, headers: ["Range: bytes=0-0"])
      }
      #expect(try await rig.request("GET", known.path).status == 404)
    }
  }

  @Test("a file that is known but not stored is 404 and queued, an unknown one is only 404")
  func absent() async throws {
    try await ServerRig.run { rig async throws in
      let known = try await Self.known(rig, 1_000)
      try FileManager.default.removeItem(atPath: Self.stored(rig, known))
      #expect(try await rig.request("GET", known.path).status == 404)
      #expect(try await Self.isQueued(rig, known))
      #expect(try await rig.catalog.files([known.file.digest]).first?.isPresent == false)
      let unknown = Fixtures.digest(99)
      #expect(try await rig.request("GET", "/Content/\(unknown.folder)/\(unknown.hex).cab").status == 404)
      #expect(try await rig.catalog.files([unknown]).isEmpty)
    }
  }

  @Test("a withdrawn file is 404 at once, also on a connection that has just been given it")
  func withdrawnBetweenRequests() async throws {
    try await ServerRig.run { rig async throws in
      let known = try await Self.known(rig, 5_000)
      let connection = try await rig.connect()
      let request = "GET \(known.path) HTTP/1.1\r\nHost: x\r\n\r\n"
      for _ in 0..<3 {
        try await connection.send(request)
        #expect(try await connection.answer().body == known.bytes)
      }
      _ = try await rig.store.withdraw(known.file.digest)
      try await connection.send(request)
      #expect(try await connection.answer().status == 404)
    }
  }

  @Test("WUSP-367: Last-Modified is the date of the metadata, before and after a restart and a second fetch")
  func stableDate() async throws {
    let modified = try #require(Timestamp("2024-01-11T20:39:44Z"))
    let kept = Watched<ServerRig?>(nil)
    try await ServerRig.run { rig async throws in
      let known = try await Self.known(rig, 1_000, modified: modified)
      #expect(try await rig.request("HEAD", known.path)["Last-Modified"] == "Thu, 11 Jan 2024 20:39:44 GMT")
      try FileManager.default.removeItem(atPath: Self.stored(rig, known))
      #expect(try await rig.request("GET", known.path).status == 404)
      try await rig.store.put(known.bytes, name: "known.cab")
      #expect(try await rig.request("HEAD", known.path)["Last-Modified"] == "Thu, 11 Jan 2024 20:39:44 GMT")
      kept.update { $0 = rig }
    }
    try await ServerRig.run(after: kept.value) { rig async throws in
      let listed = try await rig.catalog.presentDigests(after: nil, limit: 10)
      #expect(listed.isEmpty)
      let policy = ContentPolicy(isLazy: true, requiresSHA256: false)
      let wanted = try #require(try await rig.catalog.wantedFiles(policy, limit: 1).first)
      let path = "/Content/\(wanted.file.digest.folder)/\(wanted.file.contentName)"
      #expect(try await rig.request("HEAD", path)["Last-Modified"] == "Thu, 11 Jan 2024 20:39:44 GMT")
    }
  }
}

/// Reads a pipe on a thread of its own: the server needs those of the tasks.
enum BlockingReader {
  /// - Returns: 1 when a byte came, 0 at the end.
  static func readSome(_ handle: FileHandle) async throws -> Int {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(with: Result { try handle.read(upToCount: 1)?.count ?? 0 })
      }
    }
  }

  /// - Returns: how many bytes came.
  static func readToEnd(_ handle: FileHandle) async throws -> Int {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            var total = 0
            while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { total += piece.count }
            return total
          })
      }
    }
  }
}
