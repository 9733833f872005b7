import Catalog
import Foundation
import Platform
import TestSupport
import Testing
import UpdateModel

@testable import updatemirror

@Suite("Commands for Windows packages", .timeLimit(.minutes(5)))
struct WindowsPackageCommandTests {
  let folder = try! TemporaryDirectory()

  private var file: String { folder.path("a.cab") }

  private func source(revisions: Int = 300) async throws -> ArchiveSite {
    let site = try await ArchiveSite(folder.path("hq"))
    try await site.expect(.done, "generate", "--revisions", "\(revisions)", "--no-content", "--seed", "5")
    return site
  }

  @Test("a package is planned, written, checked and brought in; reports are documented, changes audited")
  func story() async throws {
    let (source, site) = (try await source(), try await ArchiveSite(folder.path("branch")))
    let plan = try await source.json(.done, "export", "wsus", file, "--dry-run")
    #expect(plan["preview"] as? Bool == true)
    #expect(!FileManager.default.fileExists(atPath: file))
    let made = try await source.json(.done, "export", "wsus", file)
    #expect(made["revisions"] as? Int == plan["revisions"] as? Int)
    let sha256 = try #require(made["sha256"] as? String)
    let sums = try ChildProcess.run("sha256sum", [file])
    #expect(String(decoding: sums.output, as: UTF8.self).hasPrefix(sha256))

    let preview = try await site.json(.done, "import", "wsus", file, "--dry-run")
    #expect(preview["result"] as? String == "preview")
    let read = try await site.json(.done, "import", "wsus", file, "--sha256", sha256)
    #expect(read["result"] as? String == "applied")
    #expect(read["newRevisions"] as? Int == made["revisions"] as? Int)
    #expect(read["newRevisions"] as? Int == preview["newRevisions"] as? Int)
    // Nothing is approved here yet, and content is fetched for approvals.
    #expect(read["wantedFiles"] as? Int == 0)
    #expect(read["files"] as? Int ?? 0 > 0)
    let again = try await site.json(.done, "import", "wsus", file)
    #expect(again["result"] as? String == "alreadyApplied")

    let history = try await site.json(.done, "import", "history")
    let imports = history["imports"] as? [[String: Any]] ?? []
    #expect(imports.map { $0["archive"] as? String } == [read["archive"] as? String])
    #expect(imports.first?["manifestSHA256"] as? String == sha256)
    #expect(try source.auditActions() == ["export wsus"])
    #expect(try site.auditActions() == ["import wsus"])
    let after = try #require(try site.audit().last?["after"] as? [String: String])
    #expect(after["sha256"] == sha256 && after["signers"] == "none")
    for (command, report) in [("export", plan), ("export", made), ("import", preview), ("import", read)] {
      try ExportCommandTests.expectDocumented(report, "\(command) wsus")
    }
    for arguments in [["export", "wsus", folder.path("b.cab")], ["import", "wsus", file]] {
      let table = try await (arguments[0] == "export" ? source : site).expect(.done, arguments).output
      #expect(table.contains("signature"), "\(table)")
    }
  }

  @Test("a receipt of a site that imported a package is still read, and an archive made for it goes in")
  func receipt() async throws {
    let (source, site) = (try await source(), try await ArchiveSite(folder.path("branch")))
    for (one, key) in [(source, "archives"), (site, "branch")] { try await one.expect(.done, "keys", "create", key) }
    try await site.trust(source, key: "archives")
    try await source.trust(site, key: "branch", for: "receipts")
    try await source.expect(.done, "export", "wsus", file)
    try await site.expect(.done, "import", "wsus", file)
    let receipt = folder.path("branch.receipt")
    try await site.expect(.done, "receipt", "create", receipt)
    let archive = folder.path("archive")
    try await source.expect(.incomplete, "export", "create", archive, "--since-receipt", receipt)
    let applied = try await site.json(.done, "import", "apply", archive)
    #expect(applied["newRevisions"] as? Int == 0)
  }

  @Test("refused: 12, with what and where; a replica: 1; a name without .cab: 2; a file that is there: 1")
  func refusals() async throws {
    let source = try await source()
    let replica = try await ArchiveSite(folder.path("replica"), "--mode", "replica")
    let site = try await ArchiveSite(folder.path("branch"))
    try await source.expect(.usage, "export", "wsus", folder.path("a.xml.gz"))
    try await source.expect(.usage, "export", "wsus", file, "--product", "no such thing")
    try await source.expect(.done, "export", "wsus", file)
    let there = try await source.expect(.failed, "export", "wsus", file)
    #expect(there.errors.contains("expected no file, found one"))
    let follower = try await replica.expect(.failed, "import", "wsus", file)
    #expect(follower.errors.contains("this server is a replica"))

    try await site.expect(.usage, "import", "wsus", file, "--sha256", "12")
    let other = try await site.expect(
      .refused, ["import", "wsus", file, "--sha256", String(repeating: "0", count: 64)])
    #expect(other.errors.contains("SHA-256: expected 0000"))
    let cut = try FileHandle(forUpdating: URL(fileURLWithPath: file))
    try cut.truncate(atOffset: try cut.seekToEnd() - 10)
    try cut.close()
    for option in [[], ["--dry-run"]] {
      let refused = try await site.expect(.refused, ["import", "wsus", file] + option)
      #expect(refused.errors.contains("package \(file) refused: Cabinet: header declares"), "\(refused.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: site.state + "/audit.log"))
    let waiting = try await site.json(.done, "import", "status")
    #expect((waiting["waiting"] as? [Any])?.isEmpty == true)
  }

  @Test("an export that is killed leaves nothing with the name of the package; repeated, it is whole")
  func killedExport() async throws {
    let (source, site) = (try await source(revisions: 3_000), try await ArchiveSite(folder.path("branch")))
    let run = try ProgramRun(["export", "wsus", file, "--state", source.state])
    let partial = file + ".partial"
    while run.isRunning, (try? FileManager.default.attributesOfItem(atPath: partial)[.size] as? Int) ?? 0 == 0 {
      try await Task.sleep(for: .milliseconds(1))
    }
    run.send(SIGKILL)
    #expect(await run.ended().signal == SIGKILL)
    #expect(!FileManager.default.fileExists(atPath: file))
    try await site.expect(.refused, "import", "wsus", partial)
    try await source.expect(.done, "export", "wsus", file)
    #expect(!FileManager.default.fileExists(atPath: partial))
    try await site.expect(.done, "import", "wsus", file)
    #expect(try FileManager.default.contentsOfDirectory(atPath: source.state + "/staging") == [])
  }

  @Test("an import that is killed while it stages shows nothing of it; repeated, it is complete")
  func killedImport() async throws {
    let (source, site) = (try await source(revisions: 3_000), try await ArchiveSite(folder.path("branch")))
    let made = try await source.json(.done, "export", "wsus", file)
    let catalog = try await Catalog.open(path: site.state + "/catalog.sqlite", clock: SystemClock.now)
    let run = try ProgramRun(["import", "wsus", file, "--state", site.state])
    while run.isRunning, try await catalog.stagedImports().allSatisfy({ $0.revisions == 0 }) {
      try await Task.sleep(for: .milliseconds(1))
    }
    run.send(SIGKILL)
    #expect(await run.ended().signal == SIGKILL)
    #expect(try await catalog.counts().revisions == 0)
    #expect(try await catalog.importRecords(limit: 1).isEmpty)
    #expect(!FileManager.default.fileExists(atPath: site.state + "/audit.log"))
    let again = try await site.json(.done, "import", "wsus", file)
    #expect(again["result"] as? String == "applied")
    let counts = try await catalog.counts()
    let revisions = counts.categories + counts.classifications + counts.detectoids + counts.revisions
    #expect(revisions == made["revisions"] as? Int)
    #expect(try await catalog.stagedImports().isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: site.state + "/staging") == [])
  }
}
