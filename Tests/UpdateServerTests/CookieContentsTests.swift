import Testing
import UpdateModel

@testable import UpdateServer

@Suite struct CookieContentsTests {
  static let origin = CookieOrigin(serverID: GUID(high: 1, low: 2), epoch: "a7x")
  static let now = Timestamp("2026-11-23T00:00:00Z")!
  static let downstream = GUID(high: 0x1234_5678_9ABC_DEF0, low: 0xFEDC_BA98_7654_3210)

  static func cookie(
    version: String = "1.20", expires: Double = 60, origin: CookieOrigin = origin
  ) -> CookieContents {
    CookieContents(
      downstreamID: downstream, targetGroups: [GUID(high: 3, low: 4), .zero], expiration: now.adding(seconds: expires),
      protocolVersion: version, origin: origin)
  }

  static let authorization = AuthorizationCookieContents(
    downstreamID: downstream, targetGroups: [GUID(high: 3, low: 4)], expiration: now.adding(seconds: 1), origin: origin)

  @Test("SSS-097: DSS, groups, expiry, version and USS come back out of a cookie")
  func cookieRoundTrip() {
    let cookie = Self.cookie()
    #expect(CookieContents(bytes: cookie.bytes) == cookie)
  }

  @Test("SSS-086: DSS, groups and expiry come back out of an authorization cookie")
  func authorizationRoundTrip() {
    #expect(AuthorizationCookieContents(bytes: Self.authorization.bytes) == Self.authorization)
  }

  @Test("a cookie cut at any length or with a byte too many does not read")
  func strictLength() {
    for bytes in [Self.cookie().bytes, Self.authorization.bytes] {
      for count in 0..<bytes.count {
        let cut = [UInt8](bytes.prefix(count))
        #expect(CookieContents(bytes: cut) == nil)
        #expect(AuthorizationCookieContents(bytes: cut) == nil)
      }
    }
    #expect(CookieContents(bytes: Self.cookie().bytes + [0]) == nil)
    #expect(AuthorizationCookieContents(bytes: Self.authorization.bytes + [0]) == nil)
  }

  @Test("a cookie with any byte changed reads as nothing or as other contents, and writes back the same bytes")
  func strictEncoding() {
    let bytes = Self.cookie().bytes
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x10
      guard let read = CookieContents(bytes: changed) else { continue }
      #expect(read != Self.cookie())
      #expect(read.bytes == changed)
    }
  }

  @Test("a cookie of another format version does not read")
  func otherFormat() {
    #expect(CookieContents(bytes: [0xC2] + Self.cookie().bytes.dropFirst()) == nil)
  }

  @Test("a good cookie names its caller")
  func goodCookie() throws {
    let caller = try Self.cookie().caller(at: Self.now, origin: Self.origin)
    #expect(caller == Caller(downstreamID: Self.downstream, protocolVersion: ProtocolVersion(major: 1, minor: 20)))
  }

  @Test(
    "SSS-108: the version inside a cookie is checked",
    arguments: [
      ("abc", Refusal.invalidParameters("protocolVersion")), ("1", .invalidParameters("protocolVersion")),
      ("1.2.3", .invalidParameters("protocolVersion")), ("", .invalidParameters("protocolVersion")),
      ("2.0", .incompatibleProtocolVersion),
    ])
  func versions(_ version: String, _ refusal: Refusal) {
    #expect(throws: refusal) { try Self.cookie(version: version).caller(at: Self.now, origin: Self.origin) }
  }

  @Test("SSS-109: an expired cookie is refused with InvalidCookie", arguments: [0.0, -1, -86_400])
  func expired(_ seconds: Double) {
    #expect(throws: Refusal.invalidCookie) {
      try Self.cookie(expires: seconds).caller(at: Self.now, origin: Self.origin)
    }
  }

  @Test("SSS-110: a cookie of another server or epoch is answered ServerChanged")
  func foreign() {
    for origin in [
      CookieOrigin(serverID: Self.origin.serverID, epoch: "b8"), CookieOrigin(serverID: .zero, epoch: "a7x"),
    ] {
      #expect(throws: Refusal.serverChanged) {
        try Self.cookie(origin: origin).caller(at: Self.now, origin: Self.origin)
      }
    }
  }

  @Test("SSS-060: unlisted minor versions of major 1 are accepted", arguments: ["1.0", "1.7", "1.21", "1.999"])
  func minors(_ version: String) throws {
    _ = try Self.cookie(version: version).caller(at: Self.now, origin: Self.origin)
  }
}

@Suite struct DownstreamAccountTests {
  static let guid = "266f6222-c89d-43f2-9f8a-69340271e677"

  @Test(
    "names and GUIDs that are accepted",
    arguments: [
      ("dss.example.com", guid), ("DSS-1", guid.uppercased()), ("a.b.", guid), ("127-0-0-1", guid),
      ("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"),
    ])
  func accepted(_ name: String, _ guid: String) throws {
    let account = try DownstreamAccount(accountName: name, accountGUID: guid, policy: .open)
    #expect(account.accountName == name)
    #expect(account.accountGUID == GUID(guid))
  }

  @Test(
    "SSS-081, SSS-082: a name that no host can have is refused with accountName",
    arguments: [
      nil, "", "a b", "x<y>", "a_b", "a..b", ".a", ".", "ü.example", "a/b", String(repeating: "a", count: 64),
      String(repeating: "a.", count: 130), "a\u{0}b",
    ])
  func badNames(_ name: String?) {
    #expect(throws: Refusal.invalidParameters("accountName")) {
      try DownstreamAccount(accountName: name, accountGUID: Self.guid, policy: .open)
    }
  }

  @Test(
    "SSS-083: a GUID that is missing, empty or malformed is refused with accountGuid",
    arguments: [
      nil, "", "abc", "{266f6222-c89d-43f2-9f8a-69340271e677}", "266f6222c89d43f29f8a69340271e677", guid + "0",
    ])
  func badGUIDs(_ guid: String?) {
    #expect(throws: Refusal.invalidParameters("accountGuid")) {
      try DownstreamAccount(accountName: "dss.example", accountGUID: guid, policy: .open)
    }
  }

  @Test("name and GUID in each other's place are put right when registration is open")
  func swapped() throws {
    let account = try DownstreamAccount(accountName: Self.guid, accountGUID: "dss.example", policy: .open)
    #expect(account.accountName == "dss.example")
    #expect(account.accountGUID == GUID(Self.guid))
  }
}

@Suite struct AnchorRulesTests {
  @Test("SSS-132: no anchor and an empty one are both good, and so is a well-formed one")
  func readable() throws {
    try AnchorRules.checkForm(nil, parameter: "filter")
    try AnchorRules.checkForm("", parameter: "filter")
    try AnchorRules.checkForm("5,2026-11-23 00:00:00.000,e1", parameter: "filter")
    try AnchorRules.checkForm("9438,2026-10-04 16:33:26.670", parameter: "filter")
  }

  @Test(
    "SSS-131: a malformed anchor is refused with InvalidParameters",
    arguments: ["x", "1,2", " ", "1", "-1,2026-11-23 00:00:00.000,e1"])
  func malformed(_ text: String) {
    #expect(throws: Refusal.invalidParameters("filter")) {
      try AnchorRules.checkForm(text, parameter: "filter")
    }
  }
}
