import Foundation
import TestSupport
import Testing
import UpdateModel

@testable import UpdateServer

@Suite struct SelfUpdateTests {
  private static func run(_ body: @Sendable (ServerRig, TemporaryDirectory) async throws -> Void) async throws {
    let outside = try TemporaryDirectory()
    let folder = outside.path("tree")
    let files = FileManager.default
    try files.createDirectory(atPath: folder + "/WSUS3/x64", withIntermediateDirectories: true)
    try Data("identity".utf8).write(to: URL(fileURLWithPath: folder + "/wuident.cab"))
    try Data((0..<600_000).map { UInt8(truncatingIfNeeded: $0 / 1_000) })
      .write(to: URL(fileURLWithPath: folder + "/WSUS3/x64/Setup.EXE"))
    _ = try outside.write(Array("secret".utf8), to: "secret.txt")
    try files.createSymbolicLink(atPath: folder + "/link.txt", withDestinationPath: outside.path("secret.txt"))
    try files.createSymbolicLink(atPath: folder + "/up", withDestinationPath: outside.path)
    var configuration = ClientServiceConfiguration()
    configuration.selfUpdateFolder = folder
    try await ServerRig.run(clients: configuration) { rig async throws in try await body(rig, outside) }
  }

  @Test("WUSP-007 WUSP-362 WUSP-382: files of the operator's folder are served, also by HEAD and in other letters")
  func files() async throws {
    try await Self.run { rig, _ in
      let answer = try await rig.request("GET", "/SelfUpdate/wuident.cab?0911")
      #expect(answer.status == 200)
      #expect(answer.text == "identity")
      #expect(answer["Last-Modified"] != nil)
      let head = try await rig.request("HEAD", "/selfupdate/WUIDENT.cab")
      #expect(head.status == 200)
      #expect(head["Content-Length"] == "8")
      #expect(head["ETag"] == answer["ETag"])
      let setup = try await rig.request("GET", "/SelfUpdate/wsus3/X64/setup.exe")
      #expect(setup.body.count == 600_000)
      #expect(setup.body == (0..<600_000).map { UInt8(truncatingIfNeeded: $0 / 1_000) })
    }
  }

  @Test("ranges and conditions work as for content")
  func ranges() async throws {
    try await Self.run { rig, _ in
      let target = "/SelfUpdate/wuident.cab"
      let part = try await rig.request("GET", target, headers: ["Range: bytes=2-4"])
      #expect(part.status == 206)
      #expect(part.text == "ent")
      #expect(part["Content-Range"] == "bytes 2-4/8")
      #expect(try await rig.request("GET", target, headers: ["Range: bytes=8-"]).status == 416)
      let parts = try await rig.request("GET", target, headers: ["Range: bytes=0-1,4-5"])
      #expect(parts.status == 206)
      #expect(parts.text.contains("\r\n\r\nid\r\n") && parts.text.contains("\r\n\r\nti\r\n"))
      let tag = try #require(part["ETag"])
      #expect(try await rig.request("GET", target, headers: ["If-None-Match: \(tag)"]).status == 304)
      #expect(try await rig.request("POST", target, body: []).status == 405)
    }
  }

  @Test(
    "WUSP-371: nothing outside of the folder can be reached",
    arguments: [
      "/SelfUpdate/../secret.txt", "/SelfUpdate/%2e%2e/secret.txt", "/SelfUpdate/..%2fsecret.txt",
      "/SelfUpdate/..%5Csecret.txt", "/SelfUpdate/link.txt", "/SelfUpdate/up/secret.txt", "/SelfUpdate/WSUS3",
      "/SelfUpdate/WSUS3/", "/SelfUpdate", "/SelfUpdate/", "/SelfUpdate/none.cab", "/SelfUpdate/wuident.cab/x",
      "/SelfUpdate/%00", "/SelfUpdate/wuident.cab%00.txt", "/SelfUpdate//etc/passwd", "/SelfUpdate/./secret.txt",
    ])
  func outside(_ target: String) async throws {
    try await Self.run { rig, _ in
      let answer = try await rig.request("GET", target)
      #expect(answer.status == 404)
      #expect(!answer.text.contains("secret"))
    }
  }

  @Test("without a folder, or when it is gone, everything there is 404")
  func absent() async throws {
    try await ServerRig.run { rig async throws in
      #expect(try await rig.request("GET", "/SelfUpdate/wuident.cab").status == 404)
    }
    var configuration = ClientServiceConfiguration()
    configuration.selfUpdateFolder = "/nonexistent"
    try await ServerRig.run(clients: configuration) { rig async throws in
      #expect(try await rig.request("GET", "/SelfUpdate/wuident.cab").status == 404)
    }
  }
}
