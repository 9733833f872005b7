import Testing
import UpdateModel

@testable import Catalog

struct EventTests {
  let folder = try! TemporaryFolder()

  private func fixture(_ updates: ClosedRange<Int> = 1...6) async throws -> ClientFixture {
    let fixture = try await ClientFixture(folder)
    try await fixture.deploy(updates)
    try await fixture.come(1)
    return fixture
  }

  @Test("WUSP-333: an event is stored once, however often it comes")
  func repetition() async throws {
    let fixture = try await fixture()
    let batch = [
      fixture.event(1, 162, update: 1, ago: 2), fixture.event(2, 183, update: 1),
      fixture.event(1, 162, update: 1, ago: 2),
    ]
    let first = try await fixture.report(batch)
    #expect(first.stored == 2 && first.repeated == 1 && first.refused.isEmpty)
    fixture.clock.advance(seconds: 100)
    let second = try await fixture.report(batch)
    #expect(second.stored == 0 && second.repeated == 3)
    #expect(try await fixture.catalog.events(EventQuery()).count == 2)
    #expect(try await fixture.catalog.clientActivity(limit: 10).map(\.successes) == [1])
    // The instance id of one computer does not stand in the way of another one's.
    try await fixture.come(2)
    #expect(try await fixture.report([fixture.event(1, 162, of: 2)], of: 2).stored == 1)
  }

  @Test(
    "WUSP-334, WUSP-329: events of another computer or namespace are refused with the reason, the others are stored")
  func refusal() async throws {
    let fixture = try await fixture()
    var foreign = fixture.event(1, 183, of: 2, update: 1)
    var namespace = fixture.event(2, 183, update: 1)
    namespace.namespaceID = 2
    var upper = fixture.event(3, 162, update: 2)
    upper.targetID = "CLIENT-1"
    let receipt = try await fixture.report([foreign, namespace, upper])
    #expect(
      receipt.refused == [
        RefusedEvent(index: 0, reason: .foreignTarget("client-2")), RefusedEvent(index: 1, reason: .namespace(2)),
      ])
    #expect(try await fixture.states() == [2: .downloaded])
    foreign.targetID = String(repeating: "x\n", count: 5_000_000)
    let second = try await fixture.report([foreign])
    #expect(second.refused.first.map { $0.description.utf8.count < 4_000 } == true)
  }

  @Test("WUSP-332: events that nobody knows are stored and change nothing")
  func unknownEvents() async throws {
    let fixture = try await fixture()
    #expect(
      try await fixture.report([fixture.event(1, 9_999, update: 1), fixture.event(2, -1, update: 1)]).stored == 2)
    #expect(try await fixture.states() == [:])
    #expect(try await fixture.catalog.events(EventQuery()).map(\.eventID) == [-1, 9_999])
  }

  @Test("WUSP-338: a status event states all updates of its computer")
  func status() async throws {
    let fixture = try await fixture()
    let lists = ClientFixture.lists(["U": [1, 2], "V": [3], "h": [4], "g": [5], "W": [6]])
    try await fixture.report([fixture.event(1, 156, misc: lists)])
    #expect(
      try await fixture.states() == [
        1: .needed, 2: .needed, 3: .installed, 4: .downloaded, 5: .failed, 6: .installedPendingReboot,
      ])
    fixture.clock.advance(seconds: 60)
    try await fixture.report([fixture.event(2, 153, misc: ClientFixture.lists(["V": [1, 3]]))])
    #expect(
      try await fixture.states() == [
        1: .installed, 2: .notApplicable, 3: .installed, 4: .notApplicable, 5: .notApplicable, 6: .notApplicable,
      ])
    #expect(try await fixture.row()?.states.installed == 2)
  }

  @Test("WUSP-338: ids that are not deployed or not known make no rows")
  func undeployed() async throws {
    let fixture = try await fixture(1...2)
    try await fixture.catalog.add(.updates, [revision(3)])
    let blocked = try await fixture.catalog.add(.updates, [revision(4)])
    #expect(blocked.revisions == 1)
    try await fixture.catalog.approve(
      ApprovalRequest(updateID: guid(4), targetGroupID: allComputers, action: .block))
    try await fixture.report([fixture.event(1, 156, misc: ClientFixture.lists(["U": [2, 3, 4, 999], "V": [1]]))])
    #expect(try await fixture.states() == [1: .installed, 2: .needed])
    // A row that is there is restated, deployed or not.
    fixture.clock.advance(seconds: 1)
    try await fixture.report([fixture.event(2, 162, update: 3)])
    fixture.clock.advance(seconds: 1)
    try await fixture.report([fixture.event(3, 156, misc: ClientFixture.lists(["V": [1, 3]]))])
    #expect(try await fixture.states() == [1: .installed, 2: .notApplicable, 3: .installed])
  }

  @Test("WUSP-339: the moment of the last change moves only when the state changes")
  func lastChange() async throws {
    let fixture = try await fixture()
    func changes() async throws -> [Timestamp] {
      try await fixture.catalog.updateStatus(of: client(1)).map(\.lastChange)
    }
    let start = fixture.clock.now
    try await fixture.report([fixture.event(1, 156, misc: ClientFixture.lists(["U": [1], "V": [2]]))])
    fixture.clock.advance(seconds: 60)
    try await fixture.report([fixture.event(2, 156, misc: ClientFixture.lists(["V": [1, 2]]))])
    #expect(try await changes() == [fixture.clock.now, start])
    let installed = fixture.clock.now
    fixture.clock.advance(seconds: 60)
    try await fixture.report([fixture.event(3, 183, update: 1)])
    #expect(try await changes() == [installed, start])
  }

  @Test("WUSP-340: what happened earlier does not overwrite what is newer, within a batch and between batches")
  func order() async throws {
    let fixture = try await fixture()
    try await fixture.report([
      fixture.event(1, 183, update: 1, ago: 10), fixture.event(2, 162, update: 1, ago: 30),
      fixture.event(3, 181, update: 1, ago: 20),
    ])
    #expect(try await fixture.states() == [1: .installed])
    try await fixture.report([fixture.event(4, 182, update: 1, ago: 11)])
    #expect(try await fixture.states() == [1: .installed])
    try await fixture.report([fixture.event(5, 156, ago: 5, misc: ClientFixture.lists(["U": [1]]))])
    // An older status is no statement any more, and without a row an older event counts for nothing.
    try await fixture.report([
      fixture.event(6, 156, ago: 6, misc: ClientFixture.lists(["V": [1, 2]])), fixture.event(7, 183, update: 3, ago: 7),
    ])
    #expect(try await fixture.states() == [1: .needed])
    #expect(try await fixture.catalog.events(EventQuery()).count == 7)
  }

  @Test("WUSP-340: a client's wrong clock is corrected, and one that runs ahead freezes nothing")
  func wrongClock() async throws {
    let fixture = try await fixture()
    var event = fixture.event(1, 182, update: 1)
    let clientTime = fixture.clock.now.adding(seconds: -3_600)
    event.timeAtTarget = clientTime.adding(seconds: -10)
    try await fixture.catalog.storeEvents([event], of: client(1), clientTime: clientTime)
    #expect(
      try await fixture.catalog.updateStatus(of: client(1)).map(\.lastChange) == [
        fixture.clock.now.adding(seconds: -10)
      ])
    event.instanceID = instance(2)
    event.timeAtTarget = .endOfTime
    try await fixture.catalog.storeEvents([event], of: client(1), clientTime: clientTime)
    fixture.clock.advance(seconds: 1)
    try await fixture.report([fixture.event(3, 183, update: 1)])
    #expect(try await fixture.states() == [1: .installed])
  }

  @Test(
    "WUSP-341: single events move their update",
    arguments: [
      (161, UpdateState.failed), (162, .downloaded), (164, .downloaded), (183, .installed),
      (184, .installedPendingReboot),
      (182, .failed), (222, .needed), (224, .installedPendingReboot), (221, .failed), (203, .failed), (525, .failed),
    ] as [(Int16, UpdateState)])
  func singleEvents(id: Int16, state: UpdateState) async throws {
    let fixture = try await fixture(1...1)
    try await fixture.report([fixture.event(1, id, update: 1, result: -2_145_124_329)])
    let rows = try await fixture.catalog.updateStatus(of: client(1))
    #expect(rows.map(\.state) == [state])
    #expect(rows.map(\.errorCode) == [state == .failed ? -2_145_124_329 : nil])
  }

  @Test("single events about nothing, about unknown updates and about categories move nothing")
  func aboutNothing() async throws {
    let fixture = try await fixture(1...1)
    try await fixture.catalog.add(.configuration, [revision(50, kind: .category(.product))])
    var zero = fixture.event(1, 183)
    zero.update = UpdateIdentity(updateID: .zero, revisionNumber: 0)
    let receipt = try await fixture.report([
      zero, fixture.event(2, 183), fixture.event(3, 183, update: 99), fixture.event(4, 183, update: 50),
    ])
    #expect(receipt.stored == 4)
    #expect(try await fixture.states() == [:])
    #expect(try await fixture.catalog.events(EventQuery()).map(\.update) == [identity(50), identity(99), nil, nil])
    #expect(try await fixture.catalog.clientActivity(limit: 10).isEmpty)
  }

  @Test("WUSP-342: 147 and 148 say when the last detection ended and how")
  func detections() async throws {
    let fixture = try await fixture()
    try await fixture.report([fixture.event(1, 147, ago: 10)])
    var row = try #require(try await fixture.row())
    #expect(row.lastSync == fixture.clock.now.adding(seconds: -10) && row.lastSyncResult == .succeeded)
    try await fixture.report([fixture.event(2, 148, result: -2_147_012_889, ago: 5), fixture.event(3, 147, ago: 20)])
    row = try #require(try await fixture.row())
    #expect(row.lastSyncResult == .failed && row.lastSyncError == -2_147_012_889)
    try await fixture.report([fixture.event(4, 147)])
    row = try #require(try await fixture.row())
    #expect(row.lastSyncResult == .succeeded && row.lastSyncError == nil && row.lastSync == fixture.clock.now)
  }

  @Test("WUSP-343, WUSP-345: 202 sets the last restart, a status event the last status and detection")
  func times() async throws {
    let fixture = try await fixture()
    try await fixture.report([
      fixture.event(1, 202, ago: 10), fixture.event(2, 202, ago: 20), fixture.event(3, 156, ago: 5),
    ])
    let row = try #require(try await fixture.row())
    #expect(row.lastReboot == fixture.clock.now.adding(seconds: -10))
    #expect(row.lastStatus == fixture.clock.now.adding(seconds: -5) && row.lastDetection == row.lastStatus)
    #expect(row.lastReport == fixture.clock.now && row.lastSync == nil)
  }

  @Test("WUSP-343: a restart leaves pending installations pending until the next status")
  func restart() async throws {
    let fixture = try await fixture(1...1)
    try await fixture.report([fixture.event(1, 184, update: 1, ago: 10), fixture.event(2, 202, ago: 5)])
    #expect(try await fixture.states() == [1: .installedPendingReboot])
  }

  @Test("WUSP-344: installations are counted by revision and operating system until they are rolled up")
  func activity() async throws {
    let fixture = try await fixture(1...2)
    for number in 2...4 { try await fixture.come(number) }
    for number in 1...2 { try await fixture.catalog.registerComputer(client(number), registration("pc\(number)")) }
    try await fixture.catalog.registerComputer(client(3), registration("pc3", build: 22_000))
    for number in 1...4 {
      try await fixture.report(
        [
          fixture.event(number * 10, 182, of: number, update: 1, ago: 9),
          fixture.event(number * 10 + 1, 183, of: number, update: 1, ago: 8),
          fixture.event(number * 10 + 2, 161, of: number, update: 2, ago: 7),
        ], of: number)
    }
    let counted = try await fixture.catalog.clientActivity(limit: 10)
    #expect(counted.map(\.identity) == [identity(1), identity(1), identity(1)])
    #expect(counted.map(\.operatingSystem?.build) == [nil, 26_100, 22_000])
    #expect(counted.map(\.successes) == [1, 2, 1] && counted.map(\.failures) == [1, 2, 1])
    #expect(try await fixture.catalog.clientActivity(after: counted[0], limit: 1) == [counted[1]])
    // What happens between sending and the answer is not lost.
    try await fixture.report([fixture.event(99, 183, of: 2, update: 1)], of: 2)
    try await fixture.catalog.consumeActivity(counted)
    #expect(try await fixture.catalog.clientActivity(limit: 10).map(\.successes) == [1])
    #expect(try await fixture.catalog.clientActivity(limit: 10).map(\.failures) == [0])
  }

  @Test("WUSP-344: revisions that nothing here has are not counted")
  func madeUpRevisions() async throws {
    let fixture = try await fixture(1...1)
    var event = fixture.event(1, 183)
    event.update = identity(1, 77)
    try await fixture.report([event])
    #expect(try await fixture.states() == [1: .installed])
    #expect(try await fixture.catalog.clientActivity(limit: 10).isEmpty)
  }

  @Test("WUSP-347: hostile text of events is stored visible, cut, and in bounded number")
  func hostileText() async throws {
    let fixture = try await fixture()
    var event = fixture.event(1, 182, update: 1)
    event.appName = "<b>\u{1B}]0;x\u{7}"
    event.deviceID = String(repeating: "d", count: 1_000_000)
    event.replacementStrings = (0..<1_000).map { "%\($0)\n" }
    event.miscData = (0..<1_000).map { "Z=\($0)" } + ["U=kept"]
    try await fixture.report([event])
    let stored = try #require(try await fixture.catalog.events(EventQuery()).first)
    #expect(stored.appName == "<b>\\u{1b}]0;x\\u{7}")
    #expect(stored.deviceID == String(repeating: "d", count: 256) + "…")
    #expect(stored.replacementStrings == (0..<16).map { "%\($0)\\u{a}" })
    #expect(stored.miscData == (0..<64).map { "Z=\($0)" })
  }

  @Test("of a status event the lists are not stored again; one with too many ids is refused, and states nothing")
  func statusBounds() async throws {
    let fixture = try await fixture(1...2)
    try await fixture.report([fixture.event(1, 156, misc: ["A=1"] + ClientFixture.lists(["U": [1], "V": [2]]))])
    #expect(try await fixture.catalog.events(EventQuery()).map(\.miscData) == [["A=1"]])
    fixture.clock.advance(seconds: 1)
    let many = fixture.event(2, 156, misc: ClientFixture.lists(["V": Array(1...ClientLimits.namedUpdates + 1)]))
    let receipt = try await fixture.report([many])
    #expect(receipt.refused.map(\.reason) == [.tooManyUpdates(limit: ClientLimits.namedUpdates)])
    #expect(try await fixture.states() == [1: .needed, 2: .installed])
  }

  @Test("a batch with too many events is refused whole; an empty one is received")
  func batchBounds() async throws {
    let fixture = try await fixture()
    let many = (1...ClientLimits.eventsPerBatch + 1).map { fixture.event($0, 167) }
    await #expect(throws: CatalogError.eventBatchTooLarge(count: 5_001, limit: 5_000)) {
      try await fixture.report(many)
    }
    #expect(try await fixture.report([]).stored == 0)
    #expect(try await fixture.report(Array(many.dropLast())).stored == 5_000)
    #expect(try await fixture.catalog.events(EventQuery()).count == 100)
  }

  @Test("events are read newest first, by computer, update and failure, page by page")
  func reading() async throws {
    let fixture = try await fixture()
    try await fixture.come(2)
    try await fixture.report((1...5).map { fixture.event($0, 167, update: $0) })
    try await fixture.report([fixture.event(6, 182, of: 2, update: 1), fixture.event(7, 148, of: 2)], of: 2)
    func found(_ change: (inout EventQuery) -> Void) async throws -> [Int] {
      var query = EventQuery()
      change(&query)
      return try await fixture.catalog.events(query).map { Int($0.instanceID.low) }
    }
    #expect(try await found { _ in } == [7, 6, 5, 4, 3, 2, 1])
    #expect(try await found { $0.computer = client(1) } == [5, 4, 3, 2, 1])
    #expect(try await found { $0.update = guid(1) } == [6, 1])
    #expect(try await found { $0.failuresOnly = true } == [7, 6])
    var query = EventQuery()
    query.limit = 3
    query.before = try await fixture.catalog.events(query).last?.number
    #expect(try await fixture.catalog.events(query).map(\.instanceID) == [instance(4), instance(3), instance(2)])
    await #expect(throws: CatalogError.unknownComputer("client-9")) { _ = try await found { $0.computer = client(9) } }
  }
}
