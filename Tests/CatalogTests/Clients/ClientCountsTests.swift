import Catalog
import Testing
import UpdateModel

@Suite("Client counts")
struct ClientCountsTests {
  let folder = try! TemporaryFolder()

  @Test("computers are counted by silence, by what they never said, and by failures that are not declined")
  func counts() async throws {
    let fixture = try await ClientFixture(folder)
    let catalog = fixture.catalog
    #expect(try await catalog.clientCounts(silentSince: fixture.clock.now) == ClientCounts())
    let start = fixture.clock.now
    try await fixture.deploy(1...2)
    for number in 1...3 { try await fixture.come(number) }
    try await fixture.report([fixture.event(1, 153, misc: ClientFixture.lists(["U": [1, 2]]))])
    fixture.clock.advance(seconds: 1)
    try await fixture.report([fixture.event(2, 182, update: 2, result: -1)])
    try await fixture.report([fixture.event(3, 148, of: 2, result: -2)], of: 2)
    let counts = try await catalog.clientCounts(silentSince: start)
    #expect(counts.computers == 3)
    #expect(counts.silent == 0)
    #expect(counts.notReported == 2)
    #expect(counts.failing == 1)
    #expect(counts.failedDetections == 1)
    #expect(counts.events == 3)
    #expect(try await catalog.clientCounts(silentSince: fixture.clock.now.adding(seconds: 1)).silent == 3)
    try await catalog.decline(guid(2))
    #expect(try await catalog.clientCounts(silentSince: fixture.clock.now).failing == 0)
  }
}
