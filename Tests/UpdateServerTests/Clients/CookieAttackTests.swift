import Catalog
import Offering
import Sealing
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

/// Cookies that are forged, foreign, expired or replayed, at every operation that wants one.
@Suite struct CookieAttackTests {
  /// An operation that takes a cookie.
  enum Call: CaseIterable, Sendable {
    case register, sync, printers, refresh, extended, extended2, locations, events, inventory, inventoryType

    func code(_ cookie: Cookie?, _ rig: ServerRig) async throws -> FaultCode? {
      switch self {
      case .register: try await rig.fault(RegisterComputer.self, .init(cookie: cookie, computerInfo: nil)).code
      case .sync: try await rig.fault(SyncUpdates.self, .init(cookie: cookie, parameters: nil)).code
      case .printers:
        try await rig.fault(
          SyncPrinterCatalog.self,
          .init(
            cookie: cookie, installedNonLeafUpdateIDs: [Int32](repeating: 1, count: 401), printerUpdateIDs: [])
        ).code
      case .refresh: try await rig.fault(RefreshCache.self, .init(cookie: cookie, globalIDs: nil)).code
      case .extended:
        try await rig.fault(
          GetExtendedUpdateInfo.self, .init(cookie: cookie, revisionIDs: nil, infoTypes: nil, locales: nil)
        ).code
      case .extended2:
        try await rig.fault(
          GetExtendedUpdateInfo2.self, .init(cookie: cookie, updateIDs: nil, infoTypes: nil, locales: nil)
        ).code
      case .locations: try await rig.fault(GetFileLocations.self, .init(cookie: cookie, fileDigests: nil)).code
      case .events:
        try await rig.fault(ReportEventBatch.self, .init(cookie: cookie, clientTime: nil, events: nil)).code
      case .inventory:
        try await rig.fault(ReportInventory.self, .init(cookie: cookie, clientTime: nil, inventory: nil)).code
      case .inventoryType:
        try await rig.fault(GetRequiredInventoryType.self, .init(cookie: cookie, rulesID: nil)).code
      }
    }
  }

  @Test(
    "WUSP-055 WUSP-056 WUSP-102 WUSP-123 WUSP-265 WUSP-274 WUSP-325: bad cookies are InvalidCookie before all else",
    arguments: Call.allCases)
  func bad(_ call: Call) async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let good = try #require(client.cookie)
      var flipped = good.encryptedData
      flipped[flipped.count / 2] ^= 4
      let foreignKeys = try ClientCookieMint(keys: .generate(), lifetime: .seconds(60))
      let contents = try ClientCookieMint(keys: rig.keys, lifetime: .seconds(60))
        .contents(of: good, origin: try await rig.origin())
      let bad: [Cookie?] = [
        nil, Cookie(expiration: good.expiration, encryptedData: flipped),
        Cookie(expiration: good.expiration, encryptedData: good.encryptedData + [0]),
        Cookie(expiration: good.expiration, encryptedData: [1]), try await rig.cookie(),
        Cookie(expiration: good.expiration, encryptedData: try await client.authorization().cookieData),
        try foreignKeys.cookie(contents),
      ]
      for cookie in bad { #expect(try await call.code(cookie, rig) == .invalidCookie) }
    }
  }

  @Test(
    "WUSP-058 WUSP-059: the sealed expiry counts, whatever stands beside it", arguments: Call.allCases)
  func expired(_ call: Call) async throws {
    try await ServerRig.run { rig async throws in
      let good = try #require(try await TestClient.known(to: rig).cookie)
      rig.clock.advance(seconds: 3_600)
      let later = Cookie(expiration: .endOfTime, encryptedData: good.encryptedData)
      #expect(try await call.code(later, rig) == .cookieExpired)
    }
  }

  @Test("WUSP-056 WUSP-057: a cookie of another epoch or server is ServerChanged", arguments: Call.allCases)
  func otherEpoch(_ call: Call) async throws {
    try await ServerRig.run { rig async throws in
      let good = try #require(try await TestClient.known(to: rig).cookie)
      let mint = ClientCookieMint(keys: rig.keys, lifetime: .seconds(60))
      let contents = try mint.contents(of: good, origin: try await rig.origin())
      let elsewhere = ClientCookieContents(
        clientID: contents.clientID, computer: contents.computer, expiration: contents.expiration,
        origin: CookieOrigin(serverID: .random(), epoch: contents.origin.epoch),
        protocolVersion: contents.protocolVersion, configurationChange: contents.configurationChange)
      #expect(try await call.code(mint.cookie(elsewhere), rig) == .serverChanged)
      try await rig.catalog.renewEpoch()
      #expect(try await call.code(good, rig) == .serverChanged)
    }
  }

  @Test("a cookie of a computer that was removed opens nothing, also when the computer is back")
  func removedComputer() async throws {
    try await ServerRig.run { rig async throws in
      var client = try await TestClient.known(to: rig)
      try await rig.catalog.removeComputer(ClientID(TestClient.id)!)
      #expect(try await Call.sync.code(client.cookie, rig) == .invalidCookie)
      let old = client.cookie
      try await client.handshake()
      #expect(try await Call.sync.code(old, rig) == .invalidCookie)
      #expect(try await Call.sync.code(client.cookie, rig) == .registrationRequired)
    }
  }

  @Test("an older cookie of the same hour is good: it only tells changes again")
  func replay() async throws {
    try await ServerRig.run { rig async throws in
      try await ClientCatalogue.publish(in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      let first = client.cookie
      let known = try await client.scan().updates
      client.cookie = first
      let answer = try await client.sync(
        installed: known.filter { !$0.isLeaf }.map(\.id), other: known.filter(\.isLeaf).map(\.id))
      #expect(answer.newUpdates.isEmpty)
      #expect(answer.changedUpdates.count == known.count)
    }
  }

  @Test("WUSP-398: cookies stay good when the keys were rotated")
  func rotation() throws {
    let keys = try SealingKeyRing.generate()
    let origin = CookieOrigin(serverID: Fixtures.guid(1), epoch: "epoch")
    let contents = ClientCookieContents(
      clientID: ClientID("a")!, computer: ComputerKey(7), expiration: .endOfTime, origin: origin,
      protocolVersion: ProtocolVersion(major: 2, minor: 90), configurationChange: .never)
    let cookie = try ClientCookieMint(keys: keys, lifetime: .seconds(60)).cookie(contents)
    let rotated = ClientCookieMint(keys: try keys.rotated(), lifetime: .seconds(60))
    #expect(try rotated.contents(of: cookie, origin: origin) == contents)
  }

  @Test("WUSP-115: the contents of cookies have one encoding; every other byte string is refused")
  func encoding() {
    let origin = CookieOrigin(serverID: Fixtures.guid(1), epoch: "epoch")
    var contents = ClientCookieContents(
      clientID: ClientID(TestClient.id)!, computer: ComputerKey(7), expiration: .endOfTime, origin: origin,
      protocolVersion: ProtocolVersion(major: 2, minor: 90), configurationChange: .never)
    #expect(ClientCookieContents(bytes: contents.bytes) == contents)
    contents.marks.drivers = .init(sequence: 77, time: .never, groupSet: .max)
    #expect(ClientCookieContents(bytes: contents.bytes) == contents)
    let authorization = ClientAuthorization(
      clientID: contents.clientID, computer: contents.computer, expiration: .never, origin: origin)
    #expect(ClientAuthorization(bytes: authorization.bytes) == authorization)
    for count in 0..<contents.bytes.count {
      #expect(ClientCookieContents(bytes: Array(contents.bytes.prefix(count))) == nil)
    }
    for count in 0..<authorization.bytes.count {
      #expect(ClientAuthorization(bytes: Array(authorization.bytes.prefix(count))) == nil)
    }
    #expect(ClientCookieContents(bytes: contents.bytes + [0]) == nil)
    #expect(ClientCookieContents(bytes: authorization.bytes) == nil)
    #expect(ClientAuthorization(bytes: contents.bytes) == nil)
  }
}

extension ServerRig {
  func origin() async throws -> CookieOrigin {
    let identity = try await catalog.identity()
    return CookieOrigin(serverID: identity.serverID, epoch: identity.epoch)
  }
}
