import Catalog
import TestSupport
import Testing
import UpdateModel

@testable import updatemirror

@Suite("Group commands", .timeLimit(.minutes(5)))
struct GroupCommandTests {
  @Test("groups are made and deleted below each other; what has children, is builtin or is named twice is refused")
  func life() async throws {
    let site = try await AdministeredSite()
    let before = try await site.rows("groups", "groups", "list").count
    _ = try await site.json("groups", "create", "Ring")
    let groups = try await site.rows("groups", "groups", "create", "Lab", "--parent", "RING")
    #expect(groups.first { $0["name"] as? String == "Lab" }?["depth"] as? Int == 2)
    #expect(try await site.run("groups", "create", "ring").status == ProgramStatus.failed.rawValue)
    #expect(try await site.run("groups", "create", "a;b").status == ProgramStatus.usage.rawValue)
    #expect(try await site.run("groups", "delete", "Ring").status == ProgramStatus.failed.rawValue)
    #expect(try await site.run("groups", "delete", "All Computers", "--yes").status == ProgramStatus.failed.rawValue)
    let preview = try await site.json("groups", "delete", "Lab", "Ring")
    #expect(preview["preview"] as? Bool == true)
    #expect(try await site.rows("groups", "groups", "list").count == before + 2)
    _ = try await site.json("groups", "delete", "Lab", "Ring", "--yes")
    #expect(try await site.rows("groups", "groups", "list").count == before)
    #expect(
      try site.audit().map { $0["action"] as? String } == [
        "groups create", "groups create", "groups delete", "groups delete",
      ])
  }

  @Test("a replica refuses to make and to delete groups with the reason, also before its first run")
  func replica() async throws {
    let site = try await AdministeredSite()
    for command in [["create", "Ring"], ["delete", "Pilot"]] {
      let outcome = try await ProgramRun(
        ["groups"] + command + ["--state", site.state, "--set", "upstream.mode=replica"]
      ).ended()
      #expect(outcome.status == ProgramStatus.failed.rawValue, "\(command): \(outcome.words)")
      #expect(outcome.errors.contains("this server is a replica, its USS decides"), "\(command)")
      #expect(outcome.errors.contains("hint: "), "\(command)")
    }
    #expect(try site.audit().isEmpty)
  }
}
