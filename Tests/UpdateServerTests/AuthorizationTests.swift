import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct AuthorizationTests {
  @Test("SSS-067, SSS-068, SSS-069: GetAuthConfig names the one plug-in and its service")
  func authConfig() async throws {
    try await ServerRig.run { rig async throws in
      let response = try await rig.call(GetAuthConfig.self, .init())
      #expect(response.plugIns.map(\.plugInID) == ["DssTargeting"])
      #expect(response.plugIns.map(\.serviceURL) == ["DssAuthWebService/DssAuthWebService.asmx"])
    }
  }

  @Test("SSS-070, SSS-071, SSS-072: Parameter and AllowedEventIds are not sent, LastChange is and comes first")
  func authConfigForm() async throws {
    try await ServerRig.run { rig async throws in
      let text = try await rig.raw(GetAuthConfig.self, .init()).text
      #expect(!text.contains("Parameter"))
      #expect(!text.contains("AllowedEventIds"))
      #expect(text.contains("<GetAuthConfigResult><LastChange>"))
    }
  }

  @Test(
    "SSS-081, SSS-082: a missing, empty or impossible accountName is InvalidParameters",
    arguments: [
      nil, "", "a b", "x<y>",
    ])
  func badName(_ name: String?) async throws {
    try await ServerRig.run { rig async throws in
      let fault = try await rig.fault(
        GetAuthorizationCookie.self, .init(accountName: name, accountGUID: ServerRig.downstream.description))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "accountName")
      #expect(try await rig.catalog.downstreamServers().isEmpty)
    }
  }

  @Test(
    "SSS-083: a missing, empty or malformed accountGuid is InvalidParameters",
    arguments: [
      nil, "", "abc", "{266f6222-c89d-43f2-9f8a-69340271e677}",
    ])
  func badGUID(_ guid: String?) async throws {
    try await ServerRig.run { rig async throws in
      let fault = try await rig.fault(GetAuthorizationCookie.self, .init(accountName: "dss", accountGUID: guid))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "accountGuid")
    }
  }

  @Test("SSS-084, SSS-024: one GUID in any letter case makes one row with name and GUID")
  func oneRow() async throws {
    try await ServerRig.run { rig async throws in
      let guid = ServerRig.downstream.description
      for text in [guid.uppercased(), guid.uppercased(), guid] {
        _ = try await rig.call(GetAuthorizationCookie.self, .init(accountName: "dss.example", accountGUID: text))
      }
      let servers = try await rig.catalog.downstreamServers()
      #expect(servers.map(\.serverID) == [ServerRig.downstream])
      #expect(servers.map(\.name) == ["dss.example"])
    }
  }

  @Test("SSS-085: the plug-in of an authorization cookie is DssTargeting")
  func plugIn() async throws {
    try await ServerRig.run { rig async throws in
      #expect(try await rig.authorization().plugInID == "DssTargeting")
    }
  }

  @Test("name and GUID in each other's place, also all zeros, are answered when registration is open")
  func swapped() async throws {
    try await ServerRig.run { rig async throws in
      let zeros = GUID.zero.description
      _ = try await rig.call(GetAuthorizationCookie.self, .init(accountName: zeros, accountGUID: zeros))
      _ = try await rig.call(
        GetAuthorizationCookie.self, .init(accountName: ServerRig.downstream.description, accountGUID: "dss.example"))
      let servers = try await rig.catalog.downstreamServers()
      #expect(Set(servers.map(\.serverID)) == [.zero, ServerRig.downstream])
    }
  }

  @Test("SSS-087, SSS-091: an authorization cookie with any byte changed, cut or made up is refused")
  func forged() async throws {
    try await ServerRig.run { rig async throws in
      let good = try await rig.authorization().cookieData
      var forgeries: [[UInt8]] = [[], [1, 2, 3], [UInt8](repeating: 7, count: good.count), good + [0]]
      forgeries += good.indices.map { index in
        var changed = good
        changed[index] ^= 1
        return changed
      }
      for forgery in forgeries {
        let fault = try await rig.fault(GetCookie.self, Self.request(AuthorizationCookie(cookieData: forgery)))
        #expect(fault.code == .invalidAuthorizationCookie)
      }
    }
  }

  @Test("a session cookie does not pass for an authorization cookie, nor the other way round")
  func purposes() async throws {
    try await ServerRig.run { rig async throws in
      let cookie = try await rig.cookie()
      let swapped = AuthorizationCookie(cookieData: cookie.encryptedData)
      #expect(try await rig.fault(GetCookie.self, Self.request(swapped)).code == .invalidAuthorizationCookie)
      let other = Cookie(expiration: .endOfTime, encryptedData: try await rig.authorization().cookieData)
      let fault = try await rig.fault(GetConfigData.self, .init(cookie: other, anchor: nil))
      #expect(fault.code == .invalidCookie)
    }
  }

  @Test("SSS-090: none or two authorization cookies are InvalidParameters", arguments: [0, 2])
  func cookieCount(_ count: Int) async throws {
    try await ServerRig.run { rig async throws in
      let authorization = try await rig.authorization()
      let fault = try await rig.fault(
        GetCookie.self,
        .init(
          authorizationCookies: Array(repeating: authorization, count: count), oldCookie: nil, protocolVersion: "1.20"))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "authCookies")
    }
  }

  @Test(
    "SSS-058: a version that is not x.y is InvalidParameters", arguments: [nil, "abc", "1", "1.2.3", "", "1.", "-1.2"])
  func malformedVersion(_ version: String?) async throws {
    try await ServerRig.run { rig async throws in
      let fault = try await rig.fault(
        GetCookie.self,
        .init(authorizationCookies: [try await rig.authorization()], oldCookie: nil, protocolVersion: version))
      #expect(fault.code == .invalidParameters)
      #expect(fault.message == "protocolVersion")
    }
  }

  @Test("SSS-059: another major version than 1 is IncompatibleProtocolVersion", arguments: ["2.0", "0.9", "20.1"])
  func foreignMajor(_ version: String) async throws {
    try await ServerRig.run { rig async throws in
      let fault = try await rig.fault(
        GetCookie.self,
        .init(authorizationCookies: [try await rig.authorization()], oldCookie: nil, protocolVersion: version))
      #expect(fault.code == .incompatibleProtocolVersion)
    }
  }

  @Test("SSS-060: any minor version of major 1 gets a cookie", arguments: ["1.1", "1.7", "1.8", "1.20", "1.21"])
  func minors(_ version: String) async throws {
    try await ServerRig.run { rig async throws in
      _ = try await rig.cookie(version: version)
      let servers = try await rig.catalog.downstreamServers()
      #expect(servers.map(\.protocolVersion) == [ProtocolVersion(version)])
    }
  }

  @Test("SSS-030, SSS-095, SSS-096: a cookie lives 240 minutes, but not longer than its authorization")
  func lifetime() async throws {
    try await ServerRig.run { rig async throws in
      let authorization = try await rig.authorization()
      let first = try await rig.call(GetCookie.self, Self.request(authorization))
      #expect(first.expiration == rig.clock.now.adding(seconds: 240 * 60))
      #expect(first.expiration > rig.clock.now)
      rig.clock.advance(seconds: 23 * 3_600)
      let second = try await rig.call(GetCookie.self, Self.request(authorization))
      #expect(second.expiration == rig.clock.now.adding(seconds: 3_600))
      rig.clock.advance(seconds: 3_600)
      #expect(try await rig.fault(GetCookie.self, Self.request(authorization)).code == .invalidAuthorizationCookie)
    }
  }

  @Test("SSS-030: the expiry is written in UTC")
  func expiryText() async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.raw(GetCookie.self, Self.request(try await rig.authorization()))
      #expect(answer.text.contains("<Expiration>2026-03-10T04:00:00Z</Expiration>"))
    }
  }

  @Test("an old cookie of any kind changes nothing")
  func oldCookie() async throws {
    try await ServerRig.run { rig async throws in
      let authorization = try await rig.authorization()
      for old in [try await rig.cookie(), Cookie(expiration: .never, encryptedData: [1, 2, 3])] {
        _ = try await rig.call(
          GetCookie.self, .init(authorizationCookies: [authorization], oldCookie: old, protocolVersion: "1.20"))
      }
    }
  }

  @Test("SSS-098: cookies of both kinds survive a restart of the server")
  func restart() async throws {
    try await ServerRig.run { rig async throws in
      let authorization = try await rig.authorization()
      let cookie = try await rig.cookie()
      try await ServerRig.run(after: rig) { restarted in
        _ = try await restarted.call(GetCookie.self, Self.request(authorization))
        _ = try await restarted.call(GetConfigData.self, .init(cookie: cookie, anchor: nil))
      }
    }
  }

  @Test("an authorization cookie of another epoch leads to a new authorization")
  func otherEpoch() async throws {
    try await ServerRig.run { rig async throws in
      let authorization = try await rig.authorization()
      try await rig.catalog.renewEpoch()
      #expect(try await rig.fault(GetCookie.self, Self.request(authorization)).code == .invalidAuthorizationCookie)
    }
  }

  static func request(_ cookie: AuthorizationCookie) -> GetCookie.Request {
    GetCookie.Request(authorizationCookies: [cookie], oldCookie: nil, protocolVersion: "1.20")
  }
}
