import Catalog
import GRDB
import Testing
import UpdateModel

struct ClientRetentionTests {
  let folder = try! TemporaryFolder()

  private func instances(_ fixture: ClientFixture) async throws -> [Int] {
    try await fixture.catalog.events(EventQuery()).map { Int($0.instanceID.low) }
  }

  @Test("events go by age and by number, the oldest first; their states stay")
  func events() async throws {
    let fixture = try await ClientFixture(folder)
    try await fixture.deploy(1...1)
    try await fixture.come(1)
    let start = fixture.clock.now
    for number in 1...6 {
      try await fixture.report([fixture.event(number, 183, update: 1)])
      fixture.clock.advance(seconds: 100)
    }
    #expect(try await fixture.catalog.purgeClientRecords(ClientRetention()) == ClientPurge())
    let byAge = ClientRetention(eventsBefore: start.adding(seconds: 150))
    #expect(try await fixture.catalog.purgeClientRecords(byAge).events == 2)
    #expect(try await fixture.catalog.purgeClientRecords(byAge).events == 0)
    #expect(try await instances(fixture) == [6, 5, 4, 3])
    #expect(try await fixture.catalog.purgeClientRecords(ClientRetention(maximumEvents: 3)).events == 1)
    #expect(try await instances(fixture) == [6, 5, 4])
    #expect(try await fixture.catalog.purgeClientRecords(ClientRetention(maximumEvents: 0)).events == 3)
    #expect(try await fixture.states() == [1: .installed])
    // What was purged and comes again is stored again, and moves nothing.
    fixture.clock.advance(seconds: 100)
    #expect(try await fixture.report([fixture.event(1, 182, update: 1, ago: 700)]).stored == 1)
    #expect(try await fixture.states() == [1: .installed])
  }

  @Test("a purge of many events takes many small transactions and takes them all")
  func manyEvents() async throws {
    let fixture = try await ClientFixture(folder)
    try await fixture.come(1)
    for batch in 0..<3 {
      try await fixture.report((1...4_000).map { fixture.event(batch * 10_000 + $0, 167) })
    }
    #expect(try await fixture.catalog.purgeClientRecords(ClientRetention(maximumEvents: 100)).events == 11_900)
    #expect(try await instances(fixture).count == 100)
  }

  @Test("states that have long been not applicable go, the others stay")
  func states() async throws {
    let fixture = try await ClientFixture(folder)
    try await fixture.deploy(1...3)
    try await fixture.come(1)
    try await fixture.report([fixture.event(1, 156, misc: ClientFixture.lists(["U": [1, 2], "V": [3]]))])
    fixture.clock.advance(seconds: 100)
    try await fixture.report([fixture.event(2, 156, misc: ClientFixture.lists(["U": [2], "V": [3]]))])
    let now = fixture.clock.now
    #expect(try await fixture.catalog.purgeClientRecords(ClientRetention(statesBefore: now)).states == 0)
    let later = ClientRetention(statesBefore: now.adding(seconds: 1))
    #expect(try await fixture.catalog.purgeClientRecords(later).states == 1)
    #expect(try await fixture.states() == [2: .needed, 3: .installed])
  }

  @Test("installations that nobody rolled up go, and operating systems that nothing names")
  func activity() async throws {
    let fixture = try await ClientFixture(folder)
    try await fixture.deploy(1...1)
    for number in 1...2 {
      try await fixture.come(number)
      try await fixture.catalog.registerComputer(client(number), registration("pc\(number)", build: Int32(number)))
      try await fixture.report([fixture.event(number, 183, of: number, update: 1)], of: number)
    }
    try await fixture.catalog.registerComputer(client(1), registration("pc1", build: 3))
    let later = ClientRetention(activityBefore: fixture.clock.now.adding(seconds: 1))
    #expect(try await fixture.catalog.purgeClientRecords(later).activity == 2)
    #expect(try await fixture.catalog.clientActivity(limit: 10).isEmpty)
    let queue = try DatabaseQueue(path: fixture.catalog.path)
    let builds = try await queue.read { db in
      try Int.fetchAll(db, sql: "SELECT build FROM operatingSystem ORDER BY build")
    }
    #expect(builds == [2, 3])
    #expect(try await fixture.row(1)?.operatingSystem?.build == 3)
  }
}
