import Foundation
import TestSupport
import Testing

@testable import updatemirror

/// The program as an operator meets it: processes, files, exit statuses.
@Suite("End to end of the program", .serialized, .timeLimit(.minutes(10)))
struct EndToEndTests {
  private let folder: TemporaryDirectory
  private var first: String { folder.path + "/first" }
  private var second: String { folder.path + "/second" }

  init() throws { folder = try TemporaryDirectory() }

  @Test(
    "SSS-275: init, generate, serve, and the command sync starts a run: the second site ends complete, verified and with exit status 0"
  )
  func wholeStory() async throws {
    try await makeFirst()
    let (server, address) = try await serve(first)
    try await expect(.done, "init", "--state", second, "--upstream", address, "--mode", "replica")
    let preview = try await json(.done, "sync", "--dry-run", "--state", second)
    #expect(preview["newRevisions"] as? Int ?? 0 > 0)
    let before = try await json(.done, "status", "--state", second)
    #expect((before["catalogue"] as? [String: Any])?["updates"] as? Int == 0)

    let run = try await json(.done, "sync", "--state", second)
    #expect(run["complete"] as? Bool == true)
    #expect((run["content"] as? [String: Any])?["fetchedFiles"] as? Int ?? 0 > 0)
    let history = try await json(.done, "sync", "history", "--state", second)
    #expect((history["runs"] as? [Any])?.isEmpty == false)
    let again = try await json(.done, "sync", "--state", second)
    #expect(again["newRevisions"] as? Int == 0)

    let groups = try await json(.done, "groups", "list", "--state", second)
    let groupsOfFirst = try await json(.done, "groups", "list", "--state", first)
    #expect(groups as NSDictionary == groupsOfFirst as NSDictionary)
    try await expect(.done, "doctor", "--state", second)
    let verified = try await json(.done, "content", "verify", "--state", second)
    #expect(verified["files"] as? Int == (run["content"] as? [String: Any])?["fetchedFiles"] as? Int)
    server.send(SIGTERM)
    #expect(await server.ended().status == 0)
  }

  @Test("the fields of every JSON report are the documented ones")
  func fields() async throws {
    try await makeFirst()
    let (server, address) = try await serve(first)
    try await expect(
      .done, "init", "--state", second, "--upstream", address, "--mode", "replica", "--set", "schedule.at=02:30")
    let reports: [(String, [String])] = [
      ("sync --dry-run", ["sync", "--dry-run"]), ("sync", ["sync"]), ("sync status", ["sync", "status"]),
      ("sync history", ["sync", "history"]), ("status", ["status"]), ("doctor", ["doctor"]),
      ("updates list", ["updates", "list", "--limit", "200"]), ("groups list", ["groups", "list"]),
      ("content stats", ["content", "stats"]), ("content verify", ["content", "verify"]),
      ("content gc", ["content", "gc"]), ("config show", ["config", "show"]), ("config check", ["config", "check"]),
    ]
    var lines: [String] = []
    for (name, arguments) in reports {
      let report = try await json(.done, arguments + ["--state", second])
      lines += Self.fieldNames(report).map { "\(name): \($0)" }
    }
    let list = try await json(.done, "updates", "list", "--state", second, "--limit", "200")
    let updates = list["updates"] as? [[String: Any]] ?? []
    let withFiles = try #require(updates.first { $0["installApprovals"] as? Int ?? 0 > 0 }?["update"] as? String)
    let shown = try await json(.done, "updates", "show", withFiles, "--state", second)
    lines += Self.fieldNames(shown).map { "updates show: \($0)" }
    server.send(SIGTERM)
    _ = await server.ended()

    let manual = try PackageRoot.text("docs/manual.md")
    for line in lines {
      let field = String(line.split(separator: " ").last?.split(separator: ".").last ?? "").replacing("[]", with: "")
      #expect(manual.contains("`\(field)`"), "\(line) is not in docs/manual.md")
    }
    let file = "\(PackageRoot.path)/Tests/updatemirrorTests/Golden/json-fields.txt"
    let golden = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    // Fields without a value are left out, so a run may show fewer; it never shows others.
    #expect(Set(lines).subtracting(golden) == [])
    #expect(Set(golden).subtracting(lines).filter { !$0.hasPrefix("updates show") } == [])
  }

  @Test("one run at a time: 11; interrupted: 130; the next run continues and completes: 0")
  func lockAndInterrupt() async throws {
    try await makeFirst()
    let (server, address) = try await serve(first)
    try await expect(.done, "init", "--state", second, "--upstream", address, "--mode", "replica")
    let slow = try ProgramRun([
      "sync", "--state", second, "--set", "content.bandwidth-limit=200 KB", "--set", "content.min-free=0",
    ])
    #expect(try await slow.line(containing: "content") != nil)
    let locked = try await ProgramRun.toEnd("sync", "--state", second)
    #expect(locked.status == ProgramStatus.locked.rawValue)
    #expect(locked.errors.contains("held by another run"))
    #expect(locked.errors.contains("hint: "))
    slow.send(SIGINT)
    let interrupted = await slow.ended()
    #expect(interrupted.status == ProgramStatus.interrupted.rawValue, "\(interrupted.errors)")
    #expect(interrupted.errors.contains("the next run continues"))

    let resumed = try await json(.done, "sync", "--state", second)
    #expect(resumed["complete"] as? Bool == true)
    #expect(resumed["newRevisions"] as? Int == 0)
    let verified = try await json(.done, "content", "verify", "--state", second)
    #expect((verified["bad"] as? [Any])?.isEmpty == true)
    let staged = try FileManager.default.contentsOfDirectory(atPath: second + "/staging")
    #expect(staged.filter { $0.hasSuffix(".part") } == [])
    server.send(SIGTERM)
    _ = await server.ended()
  }

  @Test("a file that the upstream server lost: exit status 3, file and update are named; back again, it is fetched")
  func incomplete() async throws {
    try await makeFirst()
    let (server, address) = try await serve(first)
    try await expect(.done, "init", "--state", second, "--upstream", address, "--mode", "replica")
    try await expect(.done, "sync", "--metadata-only", "--state", second)
    let wanted = try await ProgramRun.toEnd("sync", "status", "--state", second, "--json")
    #expect(wanted.status == ProgramStatus.incomplete.rawValue)
    let missing = try #require(try Self.object(wanted.output)["missingFiles"] as? [[String: Any]])
    let digest = try #require(missing.first?["sha1"] as? String)
    let content = "\(first)/content/\(digest.suffix(2))"
    let names = try FileManager.default.contentsOfDirectory(atPath: content).filter { $0.hasPrefix(digest) }
    let name = try #require(names.first)
    try FileManager.default.moveItem(atPath: "\(content)/\(name)", toPath: "\(folder.path)/\(name)")
    let run = try await json(.incomplete, "sync", "--state", second)
    let report = try #require(run["content"] as? [String: Any])
    let named = try #require(report["missing"] as? [[String: Any]])
    #expect(named.map { $0["sha1"] as? String } == [digest])
    #expect((named.first?["updates"] as? [String])?.isEmpty == false)
    // It is there again: who starts a run by hand does not wait for the planned next try.
    try FileManager.default.moveItem(atPath: "\(folder.path)/\(name)", toPath: "\(content)/\(name)")
    let again = try await json(.done, "sync", "--state", second)
    #expect((again["content"] as? [String: Any])?["fetchedFiles"] as? Int == 1)
    server.send(SIGTERM)
    _ = await server.ended()
  }

  @Test("a lost catalogue is rebuilt by init and sync, without fetching content again")
  func lostCatalogue() async throws {
    try await makeFirst()
    let (server, address) = try await serve(first)
    try await expect(.done, "init", "--state", second, "--upstream", address, "--mode", "replica")
    try await expect(.done, "sync", "--state", second)
    for name in try FileManager.default.contentsOfDirectory(atPath: second) where name.hasPrefix("catalog.sqlite") {
      try FileManager.default.removeItem(atPath: "\(second)/\(name)")
    }
    try await expect(.noState, "sync", "--state", second)
    try await expect(.failed, "init", "--state", second, "--mode", "autonomous")
    try await expect(.done, "init", "--state", second)
    try await expect(.failed, "content", "gc", "--state", second, "--yes")
    let rebuilt = try await json(.done, "sync", "--state", second)
    #expect(rebuilt["newRevisions"] as? Int ?? 0 > 0)
    #expect((rebuilt["content"] as? [String: Any])?["receivedBytes"] as? Int == 0)
    server.send(SIGTERM)
    _ = await server.ended()
  }

  @Test("a site without an upstream server and with a lost catalogue keeps its content")
  func lostOfflineCatalogue() async throws {
    try await makeFirst()
    for name in try FileManager.default.contentsOfDirectory(atPath: first) where name.hasPrefix("catalog.sqlite") {
      try FileManager.default.removeItem(atPath: "\(first)/\(name)")
    }
    try await expect(.done, "init", "--state", first)
    try await expect(.failed, "content", "gc", "--state", first, "--yes")
    let stored = try await json(.done, "content", "stats", "--state", first)["stored"] as? [String: Any]
    #expect(stored?["files"] as? Int ?? 0 > 0)
  }

  @Test("a file that no update lists is collected, also after a repair has found it")
  func collection() async throws {
    try await makeFirst()
    let sha1 = "AAF4C61DDCC5E8A2DABEDE0F3B482CD9AEA9434D"  // of "hello"
    let content = "\(first)/content/4D"
    try FileManager.default.createDirectory(atPath: content, withIntermediateDirectories: true)
    try Data("hello".utf8).write(to: URL(fileURLWithPath: "\(content)/\(sha1).cab"))
    try await expect(.done, "content", "repair", "--state", first)
    #expect(try await json(.done, "content", "gc", "--state", first)["files"] as? Int == 1)
    #expect(try await json(.done, "content", "gc", "--yes", "--state", first)["files"] as? Int == 1)
    #expect(!FileManager.default.fileExists(atPath: "\(content)/\(sha1).cab"))
    #expect(try await json(.done, "content", "gc", "--state", first)["files"] as? Int == 0)
    let repaired = try await json(.done, "content", "repair", "--state", first)
    #expect(repaired["lost"] as? Int == 0)
  }

  @Test("SSS-269: the server listens on the port of its configuration file")
  func configuredPort() async throws {
    let (any, address) = try await serveEmpty(first, port: "0")
    any.send(SIGTERM)
    _ = await any.ended()
    let port = try #require(address.split(separator: ":").last.map(String.init))
    let (server, again) = try await serveEmpty(second, port: port)
    #expect(again == "http://127.0.0.1:\(port)")
    let other = folder.path + "/third"
    try await expect(.done, "init", "--state", other, "--upstream", again, "--set", "content.min-free=0")
    try await expect(.done, "sync", "--state", other)
    server.send(SIGTERM)
    _ = await server.ended()
  }

  /// A new server whose configuration file names the port.
  private func serveEmpty(_ state: String, port: String) async throws -> (ProgramRun, String) {
    try await expect(
      .done, "init", "--state", state, "--set", "serve.host=127.0.0.1", "--set", "serve.port=\(port)", "--set",
      "admin.port=0")
    let server = try ProgramRun(["serve", "--state", state])
    let line = try #require(try await server.line(containing: "serving"))
    return (server, String(line.split(separator: " ").last ?? ""))
  }

  @Test("the demonstration repairs damage, crosses an air gap, serves a range, and leaves the result")
  func demo() async throws {
    let ended = try await ProgramRun.toEnd(
      "demo", "--folder", folder.path + "/demo", "--revisions", "150", "--content-size", "4 MiB")
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(ended.output.contains("content verify            exit status 3"))
    #expect(ended.output.contains("1 file in quarantine, 1 file fetched again and verified"))
    #expect(ended.output.contains("status 206, 64 bytes, those of the file"))
    #expect(ended.output.contains("sync --dry-run"))
    for site in ["second", "third"] {
      try await expect(.done, "status", "--state", folder.path + "/demo/" + site)
    }
    try await expect(.done, "export", "verify", folder.path + "/demo/disk", "--state", folder.path + "/demo/third")
  }

  @Test("no state directory: 10; wrong usage: 2; nothing to reach: 1")
  func otherStatuses() async throws {
    let none = try await ProgramRun.toEnd("status", "--state", folder.path + "/none")
    #expect(none.status == ProgramStatus.noState.rawValue)
    #expect(none.errors.contains("hint: updatemirror init"))
    try await expect(.usage, "sync", "--no-such-option")
    try await expect(.usage, "content", "verify", "--subset", "2/1")
    try await expect(.done, "init", "--state", second, "--set", "content.min-free=0")
    try await expect(.failed, "init", "--state", second)
    try await expect(.usage, "sync", "--state", second)
    let unreached = try await ProgramRun.toEnd("sync", "--state", second, "--upstream", "http://127.0.0.1:1")
    #expect(unreached.status == ProgramStatus.failed.rawValue)
    #expect(unreached.errors.contains("hint: updatemirror doctor"))
    try await expect(.usage, "config", "check", "--state", second, "--set", "serve.prt=1")
    let unknown = try await ProgramRun.toEnd(
      "config", "check", "--state", second, environment: ["UPDATEMIRROR_SERVE_PROT": "1"])
    #expect(unknown.status == ProgramStatus.incomplete.rawValue)
    #expect(unknown.output.contains("UPDATEMIRROR_SERVE_PROT"))
    let occupied = folder.path
    try await expect(.failed, "init", "--state", occupied)
  }

  private func makeFirst() async throws {
    try await expect(.done, "init", "--state", first, "--set", "content.min-free=0", "--set", "serve.host=127.0.0.1")
    try await expect(
      .done, "generate", "--state", first, "--revisions", "150", "--content-size", "4 MiB", "--approvals", "60",
      "--quiet")
  }

  private func serve(_ state: String) async throws -> (ProgramRun, String) {
    let server = try ProgramRun(["serve", "--state", state, "--port", "0"])
    let line = try #require(try await server.line(containing: "serving"))
    return (server, String(line.split(separator: " ").last ?? ""))
  }

  private func expect(_ status: ProgramStatus, _ arguments: String...) async throws {
    let ended = await (try ProgramRun(arguments)).ended()
    #expect(ended.status == status.rawValue, "\(arguments): \(ended.errors)")
  }

  private func json(_ status: ProgramStatus, _ arguments: String...) async throws -> [String: Any] {
    try await json(status, arguments)
  }

  private func json(_ status: ProgramStatus, _ arguments: [String]) async throws -> [String: Any] {
    let ended = await (try ProgramRun(arguments + ["--json"])).ended()
    #expect(ended.status == status.rawValue, "\(arguments): \(ended.errors)")
    return try Self.object(ended.output)
  }

  private static func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// Key paths, as `catalogue.updates` and `runs[].began`, sorted.
  private static func fieldNames(_ value: Any, path: String = "") -> [String] {
    var names: Set<String> = []
    if let object = value as? [String: Any] {
      for (key, inner) in object {
        let name = path.isEmpty ? key : "\(path).\(key)"
        let below = fieldNames(inner, path: name)
        names.formUnion(below.isEmpty ? [name] : below)
      }
    } else if let items = value as? [Any] {
      for item in items { names.formUnion(fieldNames(item, path: path + "[]")) }
    }
    return names.sorted()
  }
}
