import Catalog
import Sealing
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

/// What every operation with a cookie does before anything else.
@Suite struct CookieCheckTests {
  /// The fault of each operation for one cookie.
  private static func faults(_ rig: ServerRig, _ cookie: Cookie?) async throws -> [String: SOAPFault] {
    let identities = [UpdateIdentity(updateID: .zero, revisionNumber: 1)]
    let filter = RevisionFilter(anchor: nil, isConfiguration: true)
    return [
      "GetConfigData": try await rig.fault(GetConfigData.self, .init(cookie: cookie, anchor: nil)),
      "GetRevisionIdList": try await rig.fault(GetRevisionIdList.self, .init(cookie: cookie, filter: filter)),
      "GetUpdateData": try await rig.fault(GetUpdateData.self, .init(cookie: cookie, identities: identities)),
      "GetUpdateDecryptionData": try await rig.fault(
        GetUpdateDecryptionData.self, .init(cookie: cookie, identities: identities)),
      "GetDeployments": try await rig.fault(
        GetDeployments.self, .init(cookie: cookie, deploymentAnchor: nil, syncAnchor: SyncAnchor("x"))),
      "DownloadFiles": try await rig.fault(
        DownloadFiles.self, .init(cookie: cookie, digests: [Fixtures.digest(1)])),
    ]
  }

  @Test(
    "SSS-102, SSS-103, SSS-104, SSS-105, SSS-106, SSS-107: without a readable cookie every operation says InvalidCookie"
  )
  func invalidCookies() async throws {
    try await ServerRig.run { rig async throws in
      let good = try await rig.cookie()
      var flipped = good.encryptedData
      flipped[20] ^= 1
      let foreign = try SealingKeyRing.generate().seal([1, 2, 3], purpose: CookieMint.purpose)
      let sealedRubbish = try rig.keys.seal([1, 2, 3], purpose: CookieMint.purpose)
      let cookies: [Cookie?] = [
        nil, Cookie(expiration: .endOfTime, encryptedData: []), Cookie(expiration: .endOfTime, encryptedData: [1, 2]),
        Cookie(expiration: good.expiration, encryptedData: flipped),
        Cookie(expiration: good.expiration, encryptedData: foreign),
        Cookie(expiration: good.expiration, encryptedData: sealedRubbish),
      ]
      for cookie in cookies {
        for (operation, fault) in try await Self.faults(rig, cookie) {
          #expect(fault.code == .invalidCookie, "\(operation)")
        }
      }
    }
  }

  @Test("who has no good cookie takes no place from those who have one")
  func placesAreForKnownCallers() async throws {
    var limits = UpdateServerLimits()
    limits.expensiveRequests = 0
    try await ServerRig.run(limits: limits) { rig async throws in
      let forged = Cookie(expiration: .endOfTime, encryptedData: [1, 2])
      for (operation, fault) in try await Self.faults(rig, forged) {
        #expect(fault.code == .invalidCookie, "\(operation)")
      }
    }
  }

  @Test("SSS-109: an expired cookie is InvalidCookie, whatever expiry it shows")
  func expired() async throws {
    try await ServerRig.run { rig async throws in
      let good = try await rig.cookie()
      rig.clock.advance(seconds: 240 * 60)
      let disguised = Cookie(expiration: .endOfTime, encryptedData: good.encryptedData)
      for cookie in [good, disguised] {
        for (operation, fault) in try await Self.faults(rig, cookie) {
          #expect(fault.code == .invalidCookie, "\(operation)")
        }
      }
    }
  }

  @Test(
    "SSS-108: the version inside a cookie is checked",
    arguments: [
      ("abc", FaultCode.invalidParameters), ("1.2.3", .invalidParameters), ("2.0", .incompatibleProtocolVersion),
    ])
  func versions(_ version: String, _ code: FaultCode) async throws {
    try await ServerRig.run { rig async throws in
      let cookie = try await Self.crafted(rig, version: version)
      for (operation, fault) in try await Self.faults(rig, cookie) {
        #expect(fault.code == code, "\(operation)")
      }
    }
  }

  @Test("SSS-110: a cookie of another epoch or another server is ServerChanged")
  func otherOrigin() async throws {
    try await ServerRig.run { rig async throws in
      let old = try await rig.cookie()
      let foreign = try await Self.crafted(rig, serverID: GUID(high: 1, low: 1))
      try await rig.catalog.renewEpoch()
      for cookie in [old, foreign] {
        for (operation, fault) in try await Self.faults(rig, cookie) {
          #expect(fault.code == .serverChanged, "\(operation)")
        }
      }
    }
  }

  private static func crafted(
    _ rig: ServerRig, version: String = "1.20", serverID: GUID? = nil
  ) async throws -> Cookie {
    let identity = try await rig.catalog.identity()
    let contents = CookieContents(
      downstreamID: ServerRig.downstream, targetGroups: [], expiration: .endOfTime, protocolVersion: version,
      origin: CookieOrigin(serverID: serverID ?? identity.serverID, epoch: identity.epoch))
    let sealed = try rig.keys.seal(contents.bytes, purpose: CookieMint.purpose)
    return Cookie(expiration: .endOfTime, encryptedData: sealed)
  }
}
