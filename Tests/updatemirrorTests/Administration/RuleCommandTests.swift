import Catalog
import Foundation
import TestSupport
import Testing
import UpdateModel

@testable import updatemirror

@Suite("Rule commands", .timeLimit(.minutes(5)))
struct RuleCommandTests {
  @Test("a rule is added, shown, previewed, run and removed; what it did is in the audit log, rule by rule")
  func lifeOfARule() async throws {
    let site = try await AdministeredSite()
    let added = try await site.rows(
      "rules", "rules", "add", "Everything", "--ring", "Pilot", "--ring", "Databases=7,5%", "--accept-eula",
      "--deadline-days", "3")
    #expect(added.map { $0["name"] as? String } == ["Everything"])
    let rings = try #require(added.first?["rings"] as? [[String: Any]])
    #expect(rings.map { $0["group"] as? String } == ["Pilot", "Databases"])
    #expect(rings[1]["delayDays"] as? Int == 7)
    #expect(rings[1]["failureLimit"] as? String == "5%")
    #expect(try await site.run("rules", "add", "everything", "--ring", "Pilot").status == 1)

    let preview = try await site.json("rules", "run")
    let planned = try #require(preview["actions"] as? [[String: Any]])
    #expect(!planned.isEmpty)
    #expect(planned.allSatisfy { $0["group"] as? String == "Pilot" })
    #expect(preview["preview"] as? Bool == true)
    #expect(try await site.rows("updates", "updates", "list", "--approval", "install").isEmpty)
    let later = try await site.json("rules", "run", "--at", "8d")
    #expect((later["actions"] as? [Any])?.count == 2 * planned.count)

    let done = try await site.json("rules", "run", "--yes")
    #expect((done["actions"] as? [Any])?.count == planned.count)
    #expect(
      try await site.rows("updates", "updates", "list", "--approval", "install", "--limit", "10000").count
        == planned.count)
    let again = try await site.json("rules", "run", "--yes")
    #expect((again["actions"] as? [Any])?.isEmpty == true)
    #expect((again["waiting"] as? [Any])?.isEmpty == false)

    let lines = try site.audit()
    #expect(lines.first?["action"] as? String == "rules add")
    let approvals = lines.filter { $0["action"] as? String == "rules run" && $0["subject"] as? String != nil }
      .filter { ($0["subject"] as? String)?.hasPrefix("update ") == true }
    #expect(approvals.count == planned.count)
    #expect((approvals.first?["after"] as? [String: String])?["administrator"] == "rule Everything")
    let table = try await site.run("rules", "run")
    #expect(table.output.contains("not before "), "\(table.words)")

    #expect(try await site.json("rules", "remove", "EVERYTHING")["preview"] as? Bool == true)
    _ = try await site.json("rules", "remove", "EVERYTHING", "--yes")
    #expect(try await site.rows("rules", "rules", "list").isEmpty)
    #expect(!(try await site.rows("updates", "updates", "list", "--approval", "install").isEmpty))
    #expect(try await site.run("rules", "remove", "Everything").status == ProgramStatus.usage.rawValue)
  }

  @Test("a rule for superseded updates declines them, and says so")
  func tidy() async throws {
    let site = try await AdministeredSite()
    _ = try await site.json("rules", "add", "Tidy", "--decline-superseded", "0")
    let done = try await site.json("rules", "run", "--yes")
    let actions = try #require(done["actions"] as? [[String: Any]])
    #expect(!actions.isEmpty)
    #expect(actions.allSatisfy { $0["does"] as? String == "decline" })
    let declined = try await site.rows(
      "updates", "updates", "list", "--approval", "declined", "--limit", "10000", "--all")
    #expect(declined.count >= actions.count)
    #expect(try site.audit().last?["action"] as? String == "rules run")
  }

  @Test("a synchronization runs the rules between metadata and content: one run fetches what they approve")
  func duringSync() async throws {
    let folder = try TemporaryDirectory()
    let upstream = folder.path("upstream")
    let made = try await ProgramRun.toEnd(
      "init", "--state", upstream, "--set", "content.min-free=0", "--set", "serve.host=127.0.0.1")
    #expect(made.status == 0, "\(made.words)")
    let generated = try await ProgramRun.toEnd(
      "generate", "--state", upstream, "--revisions", "150", "--content-size", "2 MiB", "--quiet")
    #expect(generated.status == 0, "\(generated.words)")
    let server = try ProgramRun(["serve", "--state", upstream, "--port", "0"])
    let line = try #require(try await server.line(containing: "serving"))
    let address = String(line.split(separator: " ").last ?? "")

    let branch = AdministeredSite(folder: try TemporaryDirectory())
    #expect(try await branch.run("init", "--upstream", address, "--set", "content.min-free=0").status == 0)
    _ = try await branch.json("rules", "add", "All", "--ring", "All Computers", "--accept-eula")
    let run = try await branch.json("sync")
    #expect((run["content"] as? [String: Any])?["fetchedFiles"] as? Int ?? 0 > 0)
    #expect(try branch.audit().contains { $0["action"] as? String == "rules run" })
    #expect(try await branch.rows("runs", "sync", "history").count == 1)
    server.send(SIGTERM)
    #expect(await server.ended().status == 0)
  }

  @Test("a replica refuses rules with the reason")
  func replica() async throws {
    let site = try await AdministeredSite()
    for command in [["add", "A", "--ring", "Pilot"], ["remove", "A"], ["run"], ["run", "--yes"]] {
      let outcome = try await ProgramRun(
        ["rules"] + command + ["--state", site.state, "--set", "upstream.mode=replica"]
      ).ended()
      #expect(outcome.status == ProgramStatus.failed.rawValue, "\(command): \(outcome.words)")
      #expect(outcome.errors.contains("this server is a replica, its USS decides"), "\(command)")
    }
  }

  @Test(
    "rings as they are typed",
    arguments: [
      ("Pilot", "Pilot", 0, nil), ("Production=7", "Production", 7, nil),
      ("Production=7,5%", "Production", 7, ApprovalRule.FailureLimit.percent(5)),
      ("a=b=2,3", "a=b", 2, ApprovalRule.FailureLimit.computers(3)),
    ] as [(String, String, Int, ApprovalRule.FailureLimit?)])
  func rings(_ text: String, _ group: String, _ days: Int, _ limit: ApprovalRule.FailureLimit?) throws {
    let ring = try #require(RingArgument(argument: text))
    #expect(ring.group == group && ring.delayDays == days && ring.failureLimit == limit)
  }

  @Test("rings that are none", arguments: ["", "=7", "A=", "A=x", "A=-1", "A=1,", "A=1,x", "A=1,2,3", "A=1,-2%"])
  func noRings(_ text: String) { #expect(RingArgument(argument: text) == nil) }
}
