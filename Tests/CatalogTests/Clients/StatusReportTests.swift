import Catalog
import Testing
import UpdateModel

struct StatusReportTests {
  let folder = try! TemporaryFolder()

  /// Groups "above" with "below", and computers 1 above, 2 below, 3 to 5 unassigned; 5 never sends a status.
  private func fixture() async throws -> (fixture: ClientFixture, above: GUID, below: GUID) {
    let fixture = try await ClientFixture(folder)
    try await fixture.catalog.add(
      .configuration,
      [
        revision(101, kind: .category(.product), title: "Server"),
        revision(102, kind: .category(.updateClassification), title: "Security Updates"),
      ])
    try await fixture.deploy(1...3, categories: [101])
    try await fixture.deploy(4...6, categories: [102])
    let above = try await fixture.catalog.createGroup(name: "above").targetGroupID
    let below = try await fixture.catalog.createGroup(name: "below", parent: above).targetGroupID
    for number in 1...5 { try await fixture.come(number) }
    try await fixture.catalog.assign(client(1), to: [above])
    try await fixture.catalog.assign(client(2), to: [below])
    let lists: [KeyValuePairs<String, [Int]>] = [
      ["U": [1, 2], "V": [3]], ["V": [1, 2, 3], "g": [4]], ["V": [1], "W": [2]], ["V": [1, 2]],
    ]
    for (index, list) in lists.enumerated() {
      let number = index + 1
      try await fixture.report(
        [fixture.event(number, 156, of: number, misc: ClientFixture.lists(list))], of: number)
    }
    return (fixture, above, below)
  }

  @Test("the summary counts computers by what they need, in their groups and in those above")
  func summary() async throws {
    let (fixture, _, _) = try await fixture()
    try await fixture.report([fixture.event(90, 148, of: 5, result: -1)], of: 5)
    let summary = try await fixture.catalog.clientSummary()
    #expect(summary.all.computers == 5 && summary.all.notReported == 1 && summary.all.upToDate == 1)
    #expect(summary.all.needing == 1 && summary.all.failing == 1 && summary.all.waitingForReboot == 1)
    #expect(summary.all.failedDetections == 1)
    #expect(summary.all.states.needed == 2 && summary.all.states.installed == 7 && summary.all.states.failed == 1)
    #expect(summary.groups.map(\.group.name) == ["Unassigned Computers", "above", "below"])
    #expect(summary.groups.map(\.computers) == [3, 2, 1])
    #expect(summary.groups.map(\.needing) == [0, 1, 0] && summary.groups.map(\.failing) == [0, 1, 1])
    #expect(summary.groups.map(\.states.installed) == [3, 4, 3])
  }

  @Test("declined updates leave the summary; a computer in two groups counts once above them")
  func summaryOfDeclined() async throws {
    let (fixture, above, below) = try await fixture()
    try await fixture.catalog.decline(guid(4))
    try await fixture.catalog.assign(client(1), to: [above, below])
    let summary = try await fixture.catalog.clientSummary()
    #expect(summary.all.failing == 0 && summary.all.upToDate == 2)
    #expect(summary.groups.map(\.computers) == [3, 2, 2])
  }

  @Test("under client-side targeting the summary follows the names that computers ask for")
  func summaryOfRequestedGroups() async throws {
    let (fixture, _, _) = try await fixture()
    try await fixture.come(4, groups: "BELOW")
    try await fixture.catalog.save(Targeting.clientSide)
    let summary = try await fixture.catalog.clientSummary()
    #expect(summary.groups.map(\.computers) == [4, 1, 1])
    var query = ComputerQuery()
    query.groups = [TargetGroup.unassignedComputers.targetGroupID]
    #expect(try await fixture.catalog.computers(query).map(\.clientID) == [1, 2, 3, 5].map(client))
  }

  @Test("an empty catalogue has a summary")
  func emptySummary() async throws {
    let summary = try await ClientFixture(folder).catalog.clientSummary()
    #expect(summary.all.computers == 0 && summary.groups.map(\.computers) == [0])
  }

  @Test("each update tells how many computers are in each state; together they are all computers")
  func updates() async throws {
    let (fixture, above, _) = try await fixture()
    let rows = try await fixture.catalog.updateStatus(UpdateStatusQuery())
    #expect(rows.map(\.update.identity) == (1...6).map { identity($0) })
    let first = rows[0].computers
    #expect(first.needed == 1 && first.installed == 3 && first.notApplicable == 0 && first.unknown == 1)
    let second = rows[1].computers
    #expect(second.needed == 1 && second.installed == 2 && second.installedPendingReboot == 1 && second.unknown == 1)
    #expect(rows[3].computers.failed == 1 && rows[3].computers.notApplicable == 3)
    for row in rows { #expect(UpdateState.allCases.reduce(0) { $0 + row.computers[$1] } == 5) }
    var query = UpdateStatusQuery()
    query.groups = [above]
    let inGroup = try await fixture.catalog.updateStatus(query)
    #expect(
      inGroup[0].computers.needed == 1 && inGroup[0].computers.installed == 1 && inGroup[0].computers.unknown == 0)
    #expect(inGroup[4].computers.notApplicable == 2)
  }

  @Test("updates are reported by product, classification, title, approval and state, page by page")
  func updateFilters() async throws {
    let (fixture, _, _) = try await fixture()
    try await fixture.catalog.add(.updates, [revision(7)])
    func found(_ change: (inout UpdateStatusQuery) -> Void) async throws -> [Int] {
      var query = UpdateStatusQuery()
      change(&query)
      return try await fixture.catalog.updateStatus(query).map { Int($0.update.identity.updateID.low & 0xFFFF) }
    }
    #expect(try await found { $0.updates.categories = [guid(101)] } == [1, 2, 3])
    #expect(try await found { $0.updates.classifications = [guid(102)] } == [4, 5, 6])
    #expect(try await found { $0.updates.text = "update 5" } == [5])
    #expect(try await found { $0.updates.approval = .install } == [1, 2, 3, 4, 5, 6])
    #expect(try await found { $0.updates.approval = .notApproved } == [7])
    #expect(try await found { $0.states = [.needed] } == [1, 2])
    #expect(try await found { $0.states = [.failed, .installedPendingReboot] } == [2, 4])
    var query = UpdateStatusQuery()
    query.updates.limit = 4
    query.updates.after = try await fixture.catalog.updateStatus(query).last?.update.revisionID
    #expect(try await fixture.catalog.updateStatus(query).count == 3)
    await #expect(throws: CatalogError.unknownGroup(guid(9))) { _ = try await found { $0.groups = [guid(9)] } }
  }

  @Test("the computers of an update and the updates of a computer are listed by state, page by page")
  func lists() async throws {
    let (fixture, above, _) = try await fixture()
    let all = try await fixture.catalog.computerStatus(of: guid(1))
    #expect(all.map(\.clientID) == (1...4).map(client))
    #expect(all.map(\.state) == [.needed, .installed, .installed, .installed])
    #expect(
      try await fixture.catalog.computerStatus(of: guid(1), states: [.installed], groups: [above]).map(\.dnsName) == [
        "pc2.example"
      ])
    #expect(try await fixture.catalog.computerStatus(of: guid(1), after: all[1].computer, limit: 1) == [all[2]])
    await #expect(throws: CatalogError.unknownUpdate(guid(99))) {
      try await fixture.catalog.computerStatus(of: guid(99))
    }
    let updates = try await fixture.catalog.updateStatus(of: client(2))
    #expect(updates.map(\.title) == ["Update 1", "Update 2", "Update 3", "Update 4"])
    #expect(updates.map(\.state) == [.installed, .installed, .installed, .failed])
    #expect(try await fixture.catalog.updateStatus(of: client(2), states: [.failed]).map(\.updateID) == [guid(4)])
    #expect(try await fixture.catalog.updateStatus(of: client(2), after: updates[1].position, limit: 1) == [updates[2]])
  }

  @Test("failures are counted by error code and update, failed detections without one")
  func failures() async throws {
    let (fixture, above, _) = try await fixture()
    fixture.clock.advance(seconds: 60)
    for number in 1...3 {
      try await fixture.report([fixture.event(number * 100, 182, of: number, update: 5, result: -5)], of: number)
    }
    try await fixture.report([fixture.event(400, 182, of: 4, update: 5, result: -6)], of: 4)
    try await fixture.report([fixture.event(401, 148, of: 4, result: -7)], of: 4)
    let rows = try await fixture.catalog.failures(FailureQuery())
    #expect(rows.map(\.computers) == [3, 1, 1, 1])
    #expect(rows.map(\.errorCode) == [-5, nil, -7, -6])
    #expect(rows.map(\.updateID) == [guid(5), guid(4), nil, guid(5)])
    #expect(rows.map(\.title) == ["Update 5", "Update 4", nil, "Update 5"])
    var query = FailureQuery()
    query.limit = 2
    query.offset = 1
    #expect(try await fixture.catalog.failures(query) == Array(rows[1...2]))
    query = FailureQuery()
    query.groups = [above]
    #expect(try await fixture.catalog.failures(query).map(\.computers) == [2, 1])
    query = FailureQuery()
    query.updateID = guid(5)
    #expect(try await fixture.catalog.failures(query).map(\.errorCode) == [-5, -6])
    // A success ends the failure.
    fixture.clock.advance(seconds: 1)
    try await fixture.report([fixture.event(500, 183, of: 4, update: 5)], of: 4)
    #expect(try await fixture.catalog.failures(FailureQuery()).map(\.errorCode) == [-5, nil, -7])
    try await fixture.catalog.decline(guid(5))
    #expect(try await fixture.catalog.failures(FailureQuery()).map(\.errorCode) == [nil, -7])
  }
}
