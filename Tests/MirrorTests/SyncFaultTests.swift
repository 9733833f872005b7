import Catalog
import Mirror
import Testing
import UpdateModel
import WireFormat

@Suite struct SyncFaultTests {
  static let operations = [
    "GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetConfigData", "GetRevisionIdList", "GetUpdateData",
    "GetUpdateDecryptionData", "GetDeployments",
  ]

  private func script() -> ScriptedSession {
    let script = ScriptedSession(mode: .replica)
    let all = ScriptedSession.identities(30)
    script.configuration.limits.updates = 10
    script.listings = [.updates: all]
    script.encrypted = Set(all.prefix(2))
    return script
  }

  @Test("SSS-043: InvalidCookie restarts at GetAuthConfig and the run completes", arguments: operations.dropFirst(3))
  func invalidCookie(operation: String) {
    let script = script()
    script.answer = { $0.operation == operation && $1 == 1 ? .fault(.coded(.invalidCookie)) : nil }
    #expect(script.run().isFinished)
    #expect(script.operations.filter { $0 == "GetAuthConfig" }.count == 2)
    #expect(script.staged[.updates]?.sorted() == ScriptedSession.identities(30))
  }

  @Test("SSS-044: InvalidAuthorizationCookie in GetCookie restarts at GetAuthConfig")
  func invalidAuthorizationCookie() {
    let script = script()
    script.answer = { $0.operation == "GetCookie" && $1 == 1 ? .fault(.coded(.invalidAuthorizationCookie)) : nil }
    #expect(script.run().isFinished)
    #expect(script.operations.prefix(4) == ["GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "GetAuthConfig"])
  }

  @Test("SSS-053: a USS that always answers InvalidCookie sees 4 authorizations, then the run fails")
  func boundedRestarts() {
    let script = script()
    script.answer = { call, _ in call.operation == "GetConfigData" ? .fault(.coded(.invalidCookie)) : nil }
    guard case .tooManyRestarts(limit: 3, _)? = script.run().error else { return #expect(Bool(false)) }
    #expect(script.operations.filter { $0 == "GetAuthConfig" }.count == 4)
  }

  @Test("SSS-045: ServerChanged clears all anchors and the run goes on", arguments: operations.dropFirst(3))
  func serverChanged(operation: String) {
    let script = ScriptedSession(
      mode: .replica,
      anchors: .init(
        configuration: ConfigAnchor("c"), categories: SyncAnchor("k"), updates: SyncAnchor("u"),
        deployments: DeploymentAnchor("d")))
    script.listings = [.updates: ScriptedSession.identities(3)]
    script.encrypted = Set(ScriptedSession.identities(1))
    script.answer = { $0.operation == operation && $1 == 1 ? .fault(.coded(.serverChanged)) : nil }
    #expect(script.run().isFinished)
    let index = script.calls.lastIndex { $0.operation == "GetConfigData" }
    guard let index else { return #expect(Bool(false)) }
    for call in script.calls[index...] {
      if case .getConfigData(_, let anchor) = call { #expect(anchor == nil) }
      if case .getRevisionIdList(_, let filter) = call { #expect(filter.anchor == nil) }
      if case .getDeployments(_, let anchor, _) = call { #expect(anchor == nil) }
    }
    #expect(script.operations.filter { $0 == "GetAuthConfig" }.count == 1)
  }

  @Test("SSS-053: a second ServerChanged in one run fails it")
  func serverChangedAgain() {
    let script = script()
    script.answer = { call, _ in call.operation == "GetRevisionIdList" ? .fault(.coded(.serverChanged)) : nil }
    guard case .serverChangedAgain? = script.run().error else { return #expect(Bool(false)) }
  }

  @Test(
    "SSS-046, SSS-047, SSS-051: these faults stop the run; no request follows",
    arguments: [
      FaultCode?.some(.incompatibleProtocolVersion), .some(.internalServerError), .some(.tooManyIds), .none,
    ], operations)
  func stops(code: FaultCode?, operation: String) {
    let script = script()
    script.answer = { call, _ in call.operation == operation ? .fault(.coded(code)) : nil }
    guard case .fault(operation, _, let fault)? = script.run().error else { return #expect(Bool(false)) }
    #expect(fault.code == code)
    // What flew beside the refused call had been sent before the fault came.
    let sent = script.operations.count { $0 == operation }
    #expect(sent == (operation == "GetUpdateData" ? script.sentAtFirstAnswer[operation] : 1))
    #expect(script.operations.last == operation)
    #expect(script.session.callsInFlight == 0)
  }

  @Test(
    "SSS-048, SSS-089: InvalidParameters outside a batch stops the run",
    arguments: operations.filter { !$0.hasPrefix("GetUpdate") })
  func invalidParameters(operation: String) {
    let script = script()
    script.answer = { call, _ in call.operation == operation ? .fault(.coded(.invalidParameters)) : nil }
    guard case .fault(operation, nil, _)? = script.run().error else { return #expect(Bool(false)) }
    #expect(script.operations.last == operation)
  }

  @Test("SSS-167: a USS that takes at most 10 although it advertised 100 gets halves until it takes them")
  func halving() {
    let script = ScriptedSession()
    script.listings = [.updates: ScriptedSession.identities(250)]
    script.answer = { call, _ in
      guard case .getUpdateData(_, let ids) = call, ids.count > 10 else { return nil }
      return .fault(.coded(.invalidParameters))
    }
    #expect(script.run().isFinished)
    #expect(script.staged[.updates]?.sorted() == ScriptedSession.identities(250))
  }

  @Test("SSS-048: InvalidParameters for a single identity stops the run")
  func halvingEnds() {
    let script = script()
    script.answer = { call, _ in call.operation == "GetUpdateData" ? .fault(.coded(.invalidParameters)) : nil }
    guard case .fault("GetUpdateData", _, _)? = script.run().error else { return #expect(Bool(false)) }
    #expect(script.published == [.configuration])
  }

  @Test("SSS-168: InternalServerError on a batch drops the journal and stops")
  func abandons() {
    let script = script()
    script.answer = { $0.operation == "GetUpdateData" && $1 == 2 ? .fault(.coded(.internalServerError)) : nil }
    #expect(script.run().error != nil)
    #expect(script.journals[.updates] == nil)
    #expect(script.published == [.configuration])
  }

  @Test("SSS-049: ServerBusy is retried after 1 to 5 minutes, at most 3 times", arguments: operations)
  func busy(operation: String) {
    let twice = script()
    twice.answer = { $0.operation == operation && $1 <= 2 ? .fault(.coded(.serverBusy)) : nil }
    #expect(twice.run().isFinished)
    #expect(twice.staged[.updates]?.sorted() == ScriptedSession.identities(30))

    let always = script()
    always.answer = { call, _ in call.operation == operation ? .fault(.coded(.serverBusy)) : nil }
    guard case .fault(operation, _, _)? = always.run().error else { return #expect(Bool(false)) }
    #expect(always.pauses.count == 3)
    #expect(always.pauses.allSatisfy { (60...300).contains($0) })
  }

  @Test("SSS-049: authorizing again between two busy answers does not begin the count anew")
  func busyWithShortCookies() {
    let script = script()
    script.cookieLife = 20
    script.answer = { call, _ in call.operation == "GetConfigData" ? .fault(.coded(.serverBusy)) : nil }
    guard case .fault("GetConfigData", _, _)? = script.run().error else { return #expect(Bool(false)) }
    #expect(script.pauses.count == 3)
    #expect(script.operations.filter { $0 == "GetAuthConfig" }.count == 4)
  }

  @Test("cancelling after a fault was met keeps what the fault decided")
  func cancelledWhileDraining() {
    let script = script()
    script.configuration.limits.updates = 5
    script.answer = { [unowned script] call, number in
      guard call.operation == "GetUpdateData" else { return nil }
      if number == 2 { script.session.receive(.cancel, now: script.now) }
      return number == 1 ? .fault(.coded(.internalServerError)) : nil
    }
    guard case .fault("GetUpdateData", _, _)? = script.run().error else { return #expect(Bool(false)) }
    #expect(script.journals[.updates] == nil)
  }

  @Test("SSS-390: a lost connection in any call stops the run with nothing in flight", arguments: operations)
  func connectionLoss(operation: String) {
    let script = script()
    script.answer = { call, _ in
      call.operation == operation ? .broke(.transport(operation: operation, reason: "reset")) : nil
    }
    guard case .transport(operation, _)? = script.run().error else { return #expect(Bool(false)) }
    #expect(script.session.callsInFlight == 0)
  }

  @Test("SSS-166: identities that an answer lacks are asked again")
  func partial() {
    let script = script()
    script.answer = { call, _ in
      guard case .getUpdateData(_, let ids) = call, ids.count > 1 else { return nil }
      let delivered = ids.enumerated().filter { $0.offset % 3 != 2 }.map(\.element)
      return .answer(.updateData(delivered: Set(delivered)))
    }
    #expect(script.run().isFinished)
    #expect(script.staged[.updates]?.sorted() == ScriptedSession.identities(30))
    #expect(script.unavailable.isEmpty)
  }

  @Test("SSS-169: an identity that never comes is asked alone once, then recorded as unavailable")
  func unavailable() {
    let script = script()
    let lost = ScriptedSession.identities(30)[13]
    script.answer = { call, _ in
      guard case .getUpdateData(_, let ids) = call else { return nil }
      return .answer(.updateData(delivered: Set(ids).subtracting([lost])))
    }
    #expect(script.run().isFinished)
    #expect(script.unavailable == [lost])
    let alone = script.calls.filter { if case .getUpdateData(_, [lost]) = $0 { true } else { false } }
    #expect(alone.count == 1)
    #expect(script.published.contains(.updates))
  }
}

@Suite struct CookieTests {
  @Test("SSS-099, SSS-101: short cookies are renewed in time and no identity is asked twice")
  func renewal() {
    let script = ScriptedSession()
    script.cookieLife = 20
    script.callDuration = 3
    script.configuration.limits.updates = 10
    script.listings = [.updates: ScriptedSession.identities(300)]
    #expect(script.run().isFinished)
    #expect(script.operations.filter { $0 == "GetAuthConfig" }.count > 3)
    #expect(script.cookiesSent.allSatisfy { $0.at < $0.cookie.expiration })
    #expect(script.batchSizes.reduce(0, +) == 300)
  }

  @Test(
    "SSS-100: a clock one hour off causes neither needless renewals nor expired cookies",
    arguments: [3_600.0, -3_600, 86_400])
  func clockOffset(offset: Double) {
    let script = ScriptedSession()
    script.serverOffset = offset
    script.cookieLife = 600
    script.callDuration = 1
    script.configuration.limits.updates = 10
    script.listings = [.updates: ScriptedSession.identities(300)]
    #expect(script.run().isFinished)
    #expect(script.operations.filter { $0 == "GetAuthConfig" }.count == 1)
    #expect(script.cookiesSent.allSatisfy { $0.at < $0.cookie.expiration })
  }

  @Test("a cookie that has expired on arrival ends the run instead of looping")
  func expired() {
    let script = ScriptedSession()
    script.cookieLife = -10
    guard case .cookieExpiredOnArrival? = script.run().error else { return #expect(Bool(false)) }
    #expect(script.operations.count == 3)
  }

  @Test("SSS-099: the margin is 5 minutes or a tenth of the life, whichever is less")
  func margin() {
    let start = Timestamp(year: 2026, month: 1, day: 1)
    var jar = CookieJar()
    let isLong = jar.receive(Cookie(expiration: start.adding(seconds: 14_400), encryptedData: []), now: start)
    #expect(isLong)
    #expect(jar.usable(at: start.adding(seconds: 14_099)) != nil)
    #expect(jar.usable(at: start.adding(seconds: 14_101)) == nil)
    let isShort = jar.receive(Cookie(expiration: start.adding(seconds: 10), encryptedData: []), now: start)
    #expect(isShort)
    #expect(jar.usable(at: start.adding(seconds: 8.9)) != nil)
    #expect(jar.usable(at: start.adding(seconds: 9)) == nil)
  }
}
