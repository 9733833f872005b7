import Catalog
import Foundation
import Logging
import TestSupport
import Testing
import UpdateModel

@testable import UpdateServer

@Suite(.timeLimit(.minutes(5))) struct ServedFileCheckTests {
  private static func flip(_ path: String) throws {
    let url = URL(fileURLWithPath: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    let file = try FileHandle(forUpdating: url)
    defer { try? file.close() }
    let first = try #require(try file.read(upToCount: 1)?.first)
    try file.seek(toOffset: 0)
    try file.write(contentsOf: [first ^ 1])
  }

  private static func answered(_ path: String, status: Int = 200) -> AnsweredRequest {
    let name = path.split(separator: "/").last?.prefix(40) ?? ""
    return AnsweredRequest(
      address: "192.0.2.1", method: "GET", target: path, kind: .content, file: FileDigest(hex: name), status: status,
      bytes: 1, duration: .zero)
  }

  /// Runs `body` beside a check that reads as fast as it can.
  private static func run(
    _ body: @Sendable (ServerRig, ServedFileCheck) async throws -> Void
  ) async throws {
    try await ServerRig.run { rig async throws in
      let check = ServedFileCheck(
        catalog: rig.catalog, store: rig.store, bytesPerSecond: 1 << 40, clock: rig.clock.clock,
        logger: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))
      let running = Task { try await check.run() }
      try await body(rig, check)
      running.cancel()
      try await running.value
    }
  }

  /// Stores a file and damages it on the disk.
  private static func damaged(_ rig: ServerRig, seed: UInt64) async throws -> String {
    let (path, _) = try await ConnectionTests.stored(rig, 100_000, seed: seed)
    try flip(rig.directory.path("content" + path.dropFirst("/Content".count)))
    return path
  }

  private static func isGone(_ path: String, _ rig: ServerRig) async throws {
    while try await rig.request("GET", path).status != 404 { try Task.checkCancellation() }
  }

  @Test("a file that fails its digest is withdrawn and wanted again when it is served; a good one is left alone")
  func rot() async throws {
    try await Self.run { rig, check async throws in
      let bad = try await Self.damaged(rig, seed: 1)
      let (good, _) = try await ConnectionTests.stored(rig, 50_000)
      var requests = rig.catalog.fileRequests().makeAsyncIterator()
      check.note(Self.answered(good))
      check.note(Self.answered(bad, status: 206))
      await requests.next()
      try await Self.isGone(bad, rig)
      #expect(try await rig.request("GET", good).status == 200)
      let name = try #require(bad.split(separator: "/").last).prefix(40)
      #expect(FileManager.default.fileExists(atPath: rig.directory.path("quarantine/\(name).json")))
    }
  }

  @Test("a file is read once however often it is served, and answers without its bytes plan no check")
  func once() async throws {
    try await Self.run { rig, check async throws in
      let (path, _) = try await ConnectionTests.stored(rig, 50_000)
      let unread = try await Self.damaged(rig, seed: 1)
      for status in [404, 416, 304] { check.note(Self.answered(unread, status: status)) }
      check.note(Self.answered(path))
      let first = try await Self.damaged(rig, seed: 2)
      check.note(Self.answered(first))
      // Files are read in the order of asking: all before this one are done.
      try await Self.isGone(first, rig)
      try Self.flip(rig.directory.path("content" + path.dropFirst("/Content".count)))
      check.note(Self.answered(path))
      let second = try await Self.damaged(rig, seed: 3)
      check.note(Self.answered(second))
      try await Self.isGone(second, rig)
      #expect(try await rig.request("GET", path).status == 200)
      #expect(try await rig.request("GET", unread).status == 200)
    }
  }
}
