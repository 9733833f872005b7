import Catalog
import Foundation
import Platform
import TestSupport
import Testing
import UpdateModel

@testable import updatemirror

/// Computers of an administered site: what the services would store of them.
struct SiteComputers {
  let catalog: Catalog

  static func client(_ number: Int) -> ClientID { ClientID("client-\(number)")! }

  func come(_ number: Int, name: String? = nil) async throws {
    let name = HostName(name ?? "pc\(number).example")!
    _ = try await catalog.recordClient(Self.client(number), dnsName: name, requestedGroups: nil, address: "10.0.0.1")
    _ = try await catalog.registerComputer(
      Self.client(number),
      ComputerRegistration(
        dnsName: name,
        operatingSystem: OperatingSystem(major: 10, minor: 0, build: 26_100, oldProductType: 1, architecture: "AMD64"),
        manufacturer: "QEMU", biosReleaseDate: Timestamp(year: 2014, month: 4, day: 1),
        clientVersion: ClientVersion(wireMajor: 10, minor: 0, build: 26_100, qfe: 1)))
  }

  /// All states at once: `U` needs, `I` has installed.
  func status(_ number: Int, needs: [GUID]) async throws {
    try await report(number, 153, misc: ["U=" + needs.map { $0.description.uppercased() }.joined(separator: ";")])
  }

  func failure(_ number: Int, of update: UpdateIdentity, _ code: Int32) async throws {
    try await report(number, 182, update: update, result: code)
  }

  private func report(
    _ number: Int, _ eventID: Int16, update: UpdateIdentity? = nil, result: Int32 = 0, misc: [String] = []
  ) async throws {
    let event = ClientEvent(
      targetID: Self.client(number).text, instanceID: .random(), eventID: eventID, sourceID: 101,
      timeAtTarget: SystemClock.now(), update: update, result: result, miscData: misc)
    let receipt = try await catalog.storeEvents(
      [event], of: Self.client(number), clientTime: SystemClock.now())
    #expect(receipt.stored == 1)
  }
}

@Suite("Computer commands", .timeLimit(.minutes(5)))
struct ComputerCommandTests {
  /// Two computers: the first needs one update and fails at another, the second never sent a status.
  private func site() async throws -> (site: AdministeredSite, needed: UpdateRow, failed: UpdateRow) {
    let site = try await AdministeredSite()
    let updates = try await site.plainUpdates()
    let (needed, failed) = (updates[0], updates[1])
    try await site.withCatalog { catalog in
      // A status tells of deployed updates only.
      _ = try await catalog.approve(
        ApprovalOrder(
          updateIDs: [needed.identity.updateID], targetGroupIDs: [TargetGroup.allComputers.targetGroupID]))
      let computers = SiteComputers(catalog: catalog)
      try await computers.come(1)
      try await computers.come(2, name: "pc2.example")
      try await computers.status(1, needs: [needed.identity.updateID, failed.identity.updateID])
      try await computers.failure(1, of: failed.identity, Int32(bitPattern: 0x8024_0022))
    }
    return (site, needed, failed)
  }

  @Test("computers are listed by group, state, text and silence, and shown with what they need and reported")
  func listed() async throws {
    let (site, needed, failed) = try await site()
    let all = try await site.rows("computers", "computers", "list")
    #expect(all.map { $0["name"] as? String } == ["pc1.example", "pc2.example"])
    #expect(all.first?["failed"] as? Int == 1)
    #expect(all.first?["needed"] as? Int == 1)
    #expect(all.first?["groups"] as? [String] == ["Unassigned Computers"])
    #expect(try await site.rows("computers", "computers", "list", "--status", "failed").count == 1)
    #expect(try await site.rows("computers", "computers", "list", "--status", "unknown").count == 1)
    #expect(try await site.rows("computers", "computers", "list", "--text", "PC2").count == 1)
    #expect(try await site.rows("computers", "computers", "list", "--group", "Pilot").isEmpty)
    #expect(try await site.rows("computers", "computers", "list", "--silent").isEmpty)
    #expect(
      try await site.rows("computers", "computers", "list", "--silent", "--set", "clients.silent-after=0s").count == 2)

    let shown = try await site.json("computers", "show", "PC1.example")
    let updates = try #require(shown["updates"] as? [[String: Any]])
    #expect(
      Set(updates.compactMap { $0["update"] as? String })
        == [needed.identity.updateID.description, failed.identity.updateID.description])
    #expect(updates.contains { $0["errorCode"] as? String == "0x80240022" })
    #expect((shown["events"] as? [Any])?.count == 2)
    #expect((shown["registration"] as? [String: Any])?["manufacturer"] as? String == "QEMU")
    let table = try await site.run("computers", "show", "client-1")
    #expect(table.output.contains("1 failed, 1 needed"), "\(table.words)")
    #expect(try await site.run("computers", "show", "nobody").status == ProgramStatus.usage.rawValue)
  }

  @Test("a computer is moved into several groups and out of all; under client-side targeting that is refused")
  func moved() async throws {
    let (site, _, _) = try await site()
    let moved = try await site.rows(
      "computers", "computers", "move", "pc1.example", "--group", "Pilot", "--group", "Databases")
    #expect(Set(moved.first?["after"] as? [String] ?? []) == ["Pilot", "Databases"])
    // Groups above count, too.
    #expect(try await site.rows("computers", "computers", "list", "--group", "Servers").count == 1)
    let same = try await site.rows(
      "computers", "computers", "move", "client-1", "--group", "Databases", "--group", "Pilot")
    #expect(same.first?["before"] as? [String] == same.first?["after"] as? [String])
    _ = try await site.json("computers", "move", "client-1", "--unassigned")
    #expect(try await site.rows("computers", "computers", "list", "--group", "Servers").isEmpty)
    #expect(try await site.run("computers", "move", "client-1", "--group", "All Computers").status == 2)
    let lines = try site.audit()
    #expect(lines.map { $0["action"] as? String } == ["computers move", "computers move"])
    #expect((lines.first?["before"] as? [String: String])?["groups"] == "Unassigned Computers")
    // A replica moves its own computers.
    let replica = try await site.run(
      "computers", "move", "client-1", "--group", "Pilot", "--set", "upstream.mode=replica")
    #expect(replica.status == 0, "\(replica.words)")
  }

  @Test("removed computers are shown first, forgotten with --yes, and recorded")
  func removed() async throws {
    let (site, _, _) = try await site()
    let preview = try await site.json("computers", "remove", "pc1.example")
    #expect(preview["preview"] as? Bool == true)
    #expect(try await site.rows("computers", "computers", "list").count == 2)
    _ = try await site.json("computers", "remove", "pc1.example", "--yes")
    #expect(try await site.rows("computers", "computers", "remove", "--silent-since", "1d").isEmpty)
    #expect(try await site.rows("computers", "computers", "remove", "--silent-since", "0s").count == 1)
    #expect(try await site.rows("computers", "computers", "remove", "--silent-since", "0s", "--yes").count == 1)
    #expect(try await site.rows("computers", "computers", "list").isEmpty)
    #expect(
      try site.audit().map { $0["subject"] as? String } == ["computer client-1", "computer client-2"])
    #expect(try await site.run("computers", "remove").status == ProgramStatus.usage.rawValue)
  }

  @Test("reports count by group and by update, list failures with their codes, and print CSV")
  func reports() async throws {
    let (site, needed, failed) = try await site()
    let groups = try await site.rows("groups", "report", "summary")
    #expect(groups.first?["name"] as? String == "All Computers")
    #expect(groups.first?["computers"] as? Int == 2)
    #expect(groups.first?["notReported"] as? Int == 1)
    #expect(groups.first?["failing"] as? Int == 1)
    let updates = try await site.rows("updates", "report", "updates", "--status", "needed")
    #expect(updates.map { $0["update"] as? String } == [needed.identity.updateID.description])
    #expect(updates.first?["needed"] as? Int == 1)
    #expect(updates.first?["unknown"] as? Int == 1)
    let ofComputer = try await site.rows("updates", "report", "updates", "--computer", "client-1", "--status", "failed")
    #expect(ofComputer.map { $0["update"] as? String } == [failed.identity.updateID.description])
    let failures = try await site.rows("failures", "report", "failures")
    #expect(failures.map { $0["errorCode"] as? String } == ["0x80240022"])
    #expect(failures.first?["computers"] as? Int == 1)
    let computers = try await site.rows(
      "computers", "report", "computers", "--update", failed.identity.updateID.description)
    #expect(computers.map { $0["state"] as? String } == ["failed"])
    let csv = try await site.run("report", "computers", "--output", "csv")
    let lines = csv.output.components(separatedBy: "\r\n")
    #expect(lines.count == 4 && lines[3].isEmpty)
    #expect(lines[0] == ComputerListReport.columns.joined(separator: ","))
    #expect(lines[1].hasPrefix("client-1,pc1.example,"))
    for report in ["summary", "updates", "failures", "downstream"] {
      let outcome = try await site.run("report", report, "--output", "csv")
      #expect(outcome.status == 0, "\(outcome.words)")
      #expect(outcome.output.hasSuffix("\r\n"))
      let widths = outcome.output.split(separator: "\r\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).count
      }
      #expect(widths.first.map { $0 > 4 } == true)
    }
  }
}

@Suite("CSV")
struct CSVTableTests {
  @Test(
    "no cell begins a formula, holds a control character or breaks its row",
    arguments: [
      ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
      ("=HYPERLINK(1)", "'=HYPERLINK(1)"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"),
      ("＝1", "'＝1"), (" =1", "' =1"), ("\t=1", "' =1"), ("\r\n=1", "'  =1"), ("a\nb", "a b"), ("a\u{0}b", "a b"),
      ("=1,2", "\"'=1,2\""), (" x", "\" x\""), ("a\u{85}b", "a b"),
    ])
  func cells(_ text: String, _ cell: String) { #expect(CSVTable.cell(text) == cell) }

  @Test("every row has as many cells as there are columns")
  func widths() {
    let summary = SummaryReport([])
    #expect(summary.csv == SummaryReport.columns.joined(separator: ",") + "\r\n")
  }

  @Test("error codes are written as Windows shows them")
  func errorCodes() {
    #expect(ErrorCode.text(Int32(bitPattern: 0x8024_0022)) == "0x80240022")
    #expect(ErrorCode.text(5) == "0x00000005")
  }
}
