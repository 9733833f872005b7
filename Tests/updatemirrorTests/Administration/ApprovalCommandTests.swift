import ArgumentParser
import Catalog
import Foundation
import TestSupport
import Testing
import UpdateModel

@testable import updatemirror

@Suite("Approval commands", .timeLimit(.minutes(5)))
struct ApprovalCommandTests {
  @Test("updates are approved for groups, changed, and unapproved; each change is in the audit log with both sides")
  func lifeOfAnApproval() async throws {
    let site = try await AdministeredSite()
    _ = try await site.json("groups", "create", "Ring 1", "Ring 2")
    let update = try #require(try await site.plainUpdates().first)
    let id = update.identity.updateID.description
    let approved = try await site.json(
      "updates", "approve", id, "--group", "ring 1", "--group", "Ring 2", "--deadline", "2027-03-08", "--priority",
      "2", "--yes")
    let rows = try #require(approved["approvals"] as? [[String: Any]])
    #expect(rows.map { $0["groupName"] as? String } == ["Ring 1", "Ring 2"])
    #expect(rows.allSatisfy { $0["before"] == nil })
    let after = try #require(rows.first?["after"] as? [String: Any])
    #expect(after["action"] as? String == "install")
    #expect(after["deadline"] as? String == "2027-03-08T00:00:00Z")
    #expect(after["priority"] as? Int == 2)
    let listed = try await site.rows("updates", "updates", "list", "--approval", "install")
    #expect(listed.map { $0["update"] as? String } == [id])

    // Another action is shown first.
    let preview = try await site.json("updates", "approve", id, "--group", "Ring 1", "--action", "block")
    #expect(preview["preview"] as? Bool == true)
    #expect((preview["cautions"] as? [String])?.isEmpty == false)
    let shown = try await site.json("updates", "show", id)
    #expect((shown["approvals"] as? [[String: Any]])?.map { $0["action"] as? String } == ["install", "install"])

    let doomed = try await site.json("updates", "unapprove", id, "--group", "Ring 1")
    #expect(doomed["preview"] as? Bool == true)
    #expect((doomed["approvals"] as? [Any])?.count == 1)
    _ = try await site.json("updates", "unapprove", id, "--yes")
    #expect(try await site.rows("updates", "updates", "list", "--approval", "install").isEmpty)

    let lines = try site.audit()
    #expect(
      lines.map { $0["action"] as? String } == [
        "groups create", "groups create", "updates approve", "updates approve", "updates unapprove",
        "updates unapprove",
      ])
    #expect((lines[2]["after"] as? [String: String])?["deadline"] == "2027-03-08T00:00:00Z")
    #expect(lines[2]["before"] == nil)
    #expect((lines[4]["before"] as? [String: String])?["action"] == "install")
    #expect(lines[4]["after"] == nil)
  }

  @Test("an approval that changes nothing has no line in the audit log")
  func unchanged() async throws {
    let site = try await AdministeredSite()
    let id = try #require(try await site.plainUpdates().first).identity.updateID.description
    for _ in 1...2 { _ = try await site.json("updates", "approve", id, "--group", "All Computers", "--yes") }
    #expect(try site.audit().count == 1)
  }

  @Test("licence terms: refused without acceptance, previewed with it, accepted with --yes")
  func licenceTerms() async throws {
    let site = try await AdministeredSite()
    let needy = try await site.updateWithEULA()
    let (id, eula) = (needy.update.description, needy.eula.description)
    let refused = try await site.run("updates", "approve", id, "--group", "All Computers")
    #expect(refused.status == ProgramStatus.failed.rawValue)
    #expect(refused.errors.contains("hint: "))
    #expect(refused.errors.contains("--accept-eula"))
    let preview = try await site.json("updates", "approve", id, "--group", "All Computers", "--accept-eula")
    #expect(preview["preview"] as? Bool == true)
    #expect((preview["acceptedEULAs"] as? [String])?.contains(eula) == true)
    #expect(try await site.rows("eulas", "updates", "eulas", "--open").contains { $0["eula"] as? String == eula })
    _ = try await site.json("updates", "approve", id, "--group", "All Computers", "--accept-eula", "--yes")
    #expect(!(try await site.rows("eulas", "updates", "eulas", "--open").contains { $0["eula"] as? String == eula }))
    #expect(try site.audit().contains { $0["subject"] as? String == "licence terms \(eula)" })
  }

  @Test("a declined update cannot be approved; declining an approved one is shown first")
  func declined() async throws {
    let site = try await AdministeredSite()
    let id = try #require(try await site.plainUpdates().first).identity.updateID.description
    _ = try await site.json("updates", "approve", id, "--group", "All Computers", "--yes")
    let preview = try await site.json("updates", "decline", id)
    #expect(preview["preview"] as? Bool == true)
    #expect(try await site.rows("updates", "updates", "list", "--approval", "declined").isEmpty)
    _ = try await site.json("updates", "decline", id, "--yes")
    let refused = try await site.run("updates", "approve", id, "--group", "All Computers")
    #expect(refused.status == ProgramStatus.failed.rawValue)
    #expect(refused.errors.contains("updates undecline \(id)"))
    _ = try await site.json("updates", "undecline", id)
    #expect(try await site.rows("updates", "updates", "list", "--approval", "declined").isEmpty)
    #expect(try site.audit().suffix(2).map { $0["action"] as? String } == ["updates decline", "updates undecline"])
  }

  @Test("an update has three names; a name of none or of several is a mistake that tells the choice")
  func names() async throws {
    let site = try await AdministeredSite()
    let rows = try await site.updates()
    let titles = Dictionary(grouping: rows, by: { $0.title.lowercased() })
    let unique = try #require(rows.first { titles[$0.title.lowercased()]?.count == 1 && !$0.title.isEmpty })
    let shown = try await site.json(
      "updates", "approve", unique.title, "--group", "All Computers", "--action", "scan", "--yes")
    #expect(
      (shown["approvals"] as? [[String: Any]])?.map { $0["update"] as? String }
        == [unique.identity.updateID.description])
    let none = try await site.run("updates", "decline", "no such title")
    #expect(none.status == ProgramStatus.usage.rawValue)
    #expect(none.errors.contains("hint: "))
    let group = try await site.run("updates", "approve", unique.title, "--group", "All Computer")
    #expect(group.status == ProgramStatus.usage.rawValue)
    #expect(group.errors.contains("nearest: \"All Computers\""))
    let unknown = "5f7c1d3e-0b6a-4a52-9d0a-5d1f6f0c7a11"
    for command in [["decline"], ["unapprove"], ["approve", "--group", "All Computers"]] {
      let outcome = try await ProgramRun(["updates"] + command + [unknown, "--state", site.state]).ended()
      #expect(outcome.status == ProgramStatus.failed.rawValue, "\(command) \(outcome.words)")
    }
  }

  @Test("options that contradict each other are mistakes")
  func contradictions() throws {
    let mistakes = [
      ["--optional", "--action", "block"], ["--deadline", "2027-03-01", "--action", "scan"], ["--priority", "4"],
      ["--from", "12"], ["--deadline", "soon"],
    ]
    for mistake in mistakes {
      #expect(throws: (any Error).self) {
        try UpdatesApprove.parse(["x", "--group", "g"] + mistake)
      }
    }
    #expect(throws: (any Error).self) { try UpdatesApprove.parse(["x"]) }
  }

  @Test("a replica refuses every decision with the reason, also before its first run")
  func replica() async throws {
    let site = try await AdministeredSite()
    let id = try #require(try await site.plainUpdates().first).identity.updateID.description
    let commands = [
      ["updates", "approve", id, "--group", "All Computers"], ["updates", "unapprove", id], ["updates", "decline", id],
      ["updates", "undecline", id], ["updates", "eulas", "--accept", id],
    ]
    for command in commands {
      let outcome = try await ProgramRun(
        command + ["--state", site.state, "--set", "upstream.mode=replica"]
      ).ended()
      #expect(outcome.status == ProgramStatus.failed.rawValue, "\(command): \(outcome.words)")
      #expect(outcome.errors.contains("this server is a replica, its USS decides"), "\(command)")
      #expect(outcome.errors.contains("hint: "), "\(command)")
    }
    #expect(try site.audit().isEmpty)
  }
}

extension AdministeredSite {
  /// Updates that can be approved at once: current, without licence terms.
  func plainUpdates() async throws -> [UpdateRow] {
    try await withCatalog { catalog in
      var query = UpdateQuery()
      query.isSuperseded = false
      query.limit = 1_000
      var plain: [UpdateRow] = []
      for row in try await catalog.updates(query) {
        let order = ApprovalOrder(
          updateIDs: [row.identity.updateID], targetGroupIDs: [TargetGroup.allComputers.targetGroupID])
        if try await catalog.previewApproval(order).eulas.isEmpty { plain.append(row) }
        if plain.count == 20 { break }
      }
      return plain
    }
  }

  /// An update whose licence terms nobody accepted.
  func updateWithEULA() async throws -> (update: GUID, eula: GUID) {
    let all = TargetGroup.allComputers.targetGroupID
    return try await withCatalog { catalog in
      var query = UpdateQuery()
      query.limit = 1_000
      for row in try await catalog.updates(query) {
        let order = ApprovalOrder(updateIDs: [row.identity.updateID], targetGroupIDs: [all])
        if let eula = try await catalog.previewApproval(order).eulas.first { return (row.identity.updateID, eula) }
      }
      throw CatalogError.unknownUpdate(.zero)
    }
  }
}
