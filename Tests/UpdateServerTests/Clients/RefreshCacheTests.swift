import Catalog
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct RefreshCacheTests {
  @Test("WUSP-269: globalIDs must be there")
  func missing() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let fault = try await rig.fault(RefreshCache.self, .init(cookie: client.cookie, globalIDs: nil))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "globalIDs")
    }
  }

  @Test("WUSP-134 WUSP-270 WUSP-271 WUSP-272 WUSP-273: what is offered is answered, with the numbers of SyncUpdates")
  func offered() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      let scanned = try await client.scan().updates
      let identities = (1...6).map { UpdateIdentity(updateID: Fixtures.guid($0), revisionNumber: 1) }
      let asked = identities + [UpdateIdentity(updateID: Fixtures.guid(2), revisionNumber: 9)]
      let results = try await rig.call(RefreshCache.self, .init(cookie: client.cookie, globalIDs: asked)).results
      #expect(Set(results.map(\.globalID)) == Set(identities.prefix(4)))
      for result in results {
        let update = try #require(scanned.first { $0.updateID == result.globalID.updateID })
        #expect(update.id == result.revisionID)
        #expect(update.isLeaf == result.isLeaf)
        #expect(update.deployment == result.deployment)
      }
    }
  }

  @Test("no more than 20,000 identities are refreshed in one call")
  func tooMany() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let identities = [UpdateIdentity](
        repeating: UpdateIdentity(updateID: Fixtures.guid(2), revisionNumber: 1), count: 20_001)
      let fault = try await rig.fault(RefreshCache.self, .init(cookie: client.cookie, globalIDs: identities))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "globalIDs")
    }
  }
}
