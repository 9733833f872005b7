import Foundation
import TestSupport
import Testing

@testable import updatemirror

@Suite("Export commands", .timeLimit(.minutes(5)))
struct ExportCommandTests {
  let folder = try! TemporaryDirectory()

  private func source() async throws -> ArchiveSite {
    let site = try await ArchiveSite(folder.path("hq"))
    try await site.expect(.done, "generate", "--revisions", "300", "--content-size", "6 MiB", "--seed", "5")
    try await site.expect(.done, "keys", "create", "archives")
    return site
  }

  @Test("an archive is planned, written over volumes, found finished again, listed and verified")
  func story() async throws {
    let site = try await source()
    let archive = folder.path("archive")
    let plan = try await site.json(.done, "export", "plan", "--volume-size", "3M")
    #expect(!FileManager.default.fileExists(atPath: archive))
    let made = try await site.json(.done, "export", "create", archive, "--volume-size", "3M", "--expires", "30d")
    #expect(plan["counts"] as? NSDictionary == made["counts"] as? NSDictionary)
    #expect(made["volumes"] as? Int ?? 0 > 1)
    #expect(made["complete"] as? Bool == true)
    #expect(made["finishedBefore"] as? Bool == false)
    let again = try await site.json(.done, "export", "create", archive, "--volume-size", "3M", "--expires", "30d")
    #expect(again["finishedBefore"] as? Bool == true)
    #expect(again["manifestSHA256"] as? String == made["manifestSHA256"] as? String)
    try await site.expect(.failed, "export", "create", archive)
    let list = try await site.json(.done, "export", "list")
    let ids = (list["archives"] as? [[String: Any]] ?? []).map { $0["archive"] as? String }
    #expect(ids == [made["archive"] as? String])
    let verified = try await site.json(.done, "export", "verify", archive, "--report", folder.path("evidence.json"))
    #expect(verified["contentsChecked"] as? Bool == true)
    let evidence = try String(contentsOfFile: folder.path("evidence.json"), encoding: .utf8)
    #expect(evidence.contains("\"result\":\"accepted\""))
    let inspected = try await site.json(.done, "export", "inspect", archive)
    #expect(inspected["checkedVolumes"] as? [Int] == [])
    #expect(try site.auditActions() == ["keys create", "export create"])
    for (command, report) in [("plan", plan), ("create", made), ("list", list), ("verify", verified)] {
      try Self.expectDocumented(report, "export \(command)")
    }
  }

  @Test("nobody but the trusted believes it: 12; a flipped bit is named: 12; a missing volume is waited for: 3")
  func refusals() async throws {
    let site = try await source()
    let stranger = try await ArchiveSite(folder.path("branch"))
    let archive = folder.path("archive")
    try await site.expect(.done, "export", "create", archive, "--volume-size", "3M")
    let unknown = try await stranger.expect(.refused, "export", "verify", archive)
    #expect(unknown.errors.contains("refused at signer"))
    let pem = try await site.expect(.done, "keys", "certificate", "archives").output
    try folder.write(Array(pem.utf8), to: "hq.pem")
    try await stranger.expect(.done, "export", "verify", archive, "--certificate", folder.path("hq.pem"))

    let volume = archive + "/volumes/0002.tar"
    try FileManager.default.moveItem(atPath: volume, toPath: folder.path("0002.tar"))
    let waiting = try await site.json(.incomplete, "export", "verify", archive)
    #expect(waiting["missingVolumes"] as? [Int] == [2])
    try FileManager.default.moveItem(atPath: folder.path("0002.tar"), toPath: volume)
    try Damage.flipOneBit(of: volume)
    let damaged = try await site.expect(.refused, "export", "verify", archive)
    #expect(damaged.errors.contains("refused at volume: volumes/0002.tar"), "\(damaged.errors)")
  }

  @Test("a second signer is added; with a threshold of two both are needed")
  func coSigned() async throws {
    let site = try await source()
    let archive = folder.path("archive")
    try await site.expect(.done, "export", "create", archive)
    try await site.expect(.done, "keys", "create", "officer")
    let two = ["export", "verify", archive, "--set", "archives.signer-threshold=2"]
    #expect(try await site.run(two).status == ProgramStatus.refused.rawValue)
    try await site.expect(.done, "export", "sign", archive, "--key", "officer")
    #expect(try await site.run(two).status == 0)
    #expect(try site.auditActions().last == "export sign")
  }

  @Test("the same id, number and time make the same bytes")
  func sameBytes() async throws {
    let site = try await source()
    var digests: [String] = []
    for name in ["one", "two"] {
      let made = try await site.run([
        "export", "create", folder.path(name), "--id", "5f7c1d3e-0b6a-4a52-9d0a-5d1f6f0c7a11", "--sequence", "7",
        "--created", "2026-11-01T00:00:00Z", "--json",
      ])
      digests.append(try made.json["manifestSHA256"] as? String ?? made.words)
    }
    #expect(digests[0] == digests[1])
  }

  @Test("names of products, classifications and groups choose; unknown ones are mistakes that are told")
  func selection() async throws {
    let site = try await source()
    let all = try await site.json(.done, "export", "plan")
    let approved = try await site.json(.done, "export", "plan", "--approved-only")
    #expect(Self.revisions(approved) < Self.revisions(all))
    let group = try await site.json(.done, "export", "plan", "--group", "all computers")
    #expect(Self.revisions(group) <= Self.revisions(approved))
    for option in ["--group", "--product", "--classification"] {
      try await site.expect(.usage, "export", "plan", option, "no such thing")
    }
    let past = try await site.expect(.usage, "export", "plan", "--expires", "2020-01-01")
    #expect(past.errors.contains("--expires"))
  }

  @Test("one export at a time: 11")
  func locked() async throws {
    let site = try await source()
    let lock = try StateDirectory(path: site.state).lock()
    try await site.expect(.locked, "export", "create", folder.path("archive"))
    withExtendedLifetime(lock) {}
  }

  @Test("files that are wanted and not here are left out: the archive is complete, the status is 3")
  func leftOut() async throws {
    let site = try await ArchiveSite(folder.path("hq"))
    try await site.expect(.done, "generate", "--revisions", "300", "--no-content")
    try await site.expect(.done, "keys", "create", "archives")
    let made = try await site.json(.incomplete, "export", "create", folder.path("archive"))
    #expect(made["complete"] as? Bool == false)
    let reasons = (made["leftOut"] as? [[String: Any]] ?? []).compactMap { $0["reason"] as? String }
    #expect(reasons.contains("files that are not here"))
    try await site.expect(.done, "export", "verify", folder.path("archive"))
  }

  private static func revisions(_ report: [String: Any]) -> Int {
    (report["counts"] as? [String: Any])?["totalRevisions"] as? Int ?? 0
  }

  /// Every field of a report is in the manual.
  static func expectDocumented(_ report: Any, _ command: String) throws {
    let manual = try PackageRoot.text("docs/manual.md")
    func check(_ value: Any) {
      if let object = value as? [String: Any] {
        for (key, value) in object {
          #expect(manual.contains("`\(key)`"), "\(command): \(key)")
          check(value)
        }
      }
      for element in value as? [Any] ?? [] { check(element) }
    }
    check(report)
  }
}
