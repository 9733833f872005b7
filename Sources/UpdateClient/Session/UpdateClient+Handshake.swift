import Sealing
import UpdateModel
import WireFormat

/// Configuration, cookies, registration, and what to do about faults (MS-WUSP 3.2, guide 4 and 13).
extension UpdateClient {
  /// Sends a call with the cookie, and again after the remedy for its fault: each remedy once.
  func call<Op: WireOperation>(
    _ operation: Op.Type, _ request: (ClientState) throws -> Op.Request
  ) async throws -> Op.Response {
    var tried: Set<ClientRecovery> = []
    while true {
      switch try await caller.send(operation, try request(state)) {
      case .response(let response): return response
      case .fault(let fault):
        let recovery = ClientRecovery(fault.code)
        guard tried.insert(recovery).inserted, try await isRemedied(recovery) else {
          throw UpdateClientError.fault(operation: Op.operationName, fault)
        }
      }
    }
  }

  /// The middle column of the table of faults.
  private func isRemedied(_ recovery: ClientRecovery) async throws -> Bool {
    switch recovery {
    case .handshakeAndRefreshCache:
      state.cookie = nil
      state.mustRefresh = true
      try await handshake(renewsConfiguration: true)
    case .handshake: try await handshake(renewsConfiguration: true)
    case .newCookie: try await handshake(renewsConfiguration: false)
    case .register: try await accepted(RegisterComputer.self, registration())
    case .locateFiles: try await locateAgain()
    case .stopRegistering, .tryLater, .giveUp: return false
    }
    return true
  }

  /// Whatever is missing before the first call with a cookie.
  func prepare() async throws {
    if state.configuration == nil || state.cookie.map({ $0.expiration <= clock() }) ?? true || state.mustRefresh {
      try await handshake(renewsConfiguration: state.configuration == nil)
    }
    try await registerIfNeeded()
  }

  /// GetConfig if asked for, GetAuthorizationCookie, GetCookie; RefreshCache if the server is another one.
  func handshake(renewsConfiguration: Bool) async throws {
    if renewsConfiguration { try await fetchConfiguration() }
    if let fault = try await fetchCookie() {
      try await prepareAgain(after: fault)
      if let fault = try await fetchCookie() {
        throw UpdateClientError.fault(operation: GetClientCookie.operationName, fault)
      }
    }
    if state.mustRefresh { try await refreshCache() }
  }

  /// GetCookie has faults of its own: of the old cookie, of the configuration, of the authorization.
  private func prepareAgain(after fault: SOAPFault) async throws {
    switch ClientRecovery(fault.code) {
    case .handshakeAndRefreshCache:
      state.cookie = nil
      state.mustRefresh = true
    case .handshake: break
    default: throw UpdateClientError.fault(operation: GetClientCookie.operationName, fault)
    }
    try await fetchConfiguration()
  }

  private func fetchConfiguration() async throws {
    let request = GetClientConfig.Request(protocolVersion: configuration.protocolVersion.description)
    state.configuration = try CachedConfiguration(try await accepted(GetClientConfig.self, request))
  }

  private func fetchCookie() async throws -> SOAPFault? {
    guard let known = state.configuration else { return nil }
    let groups = configuration.targetGroups.joined(separator: ";")
    let authorization = try await accepted(
      GetClientAuthorizationCookie.self,
      .init(
        clientID: configuration.clientID, targetGroupName: groups.isEmpty ? nil : groups,
        dnsName: configuration.dnsName), path: known.authorizationPath)
    let request = GetClientCookie.Request(
      authorizationCookies: [authorization], oldCookie: state.cookie?.cookie, lastChange: known.lastChange,
      currentTime: clock().wholeSeconds, protocolVersion: configuration.protocolVersion.description)
    switch try await caller.send(GetClientCookie.self, request) {
    case .fault(let fault): return fault
    case .response(let cookie):
      state.cookie = CachedCookie(cookie)
      return nil
    }
  }

  /// A call for whose faults there is no remedy.
  @discardableResult
  func accepted<Op: WireOperation>(
    _ operation: Op.Type, _ request: Op.Request, path: String? = nil
  ) async throws -> Op.Response {
    switch try await caller.send(operation, request, path: path) {
    case .response(let response): return response
    case .fault(let fault): throw UpdateClientError.fault(operation: Op.operationName, fault)
    }
  }

  // MARK: - Registration

  /// When the server wants it, and when something about the computer changed.
  private func registerIfNeeded() async throws {
    let digest = try FileDigester.digests(
      of: SOAPRequest.encode(RegisterComputer.self, registration(cookie: nil), version: .v11).body
    ).sha1.hex
    let isWanted = state.configuration?.isRegistrationRequired ?? false
    guard state.registered.map({ $0 != digest }) ?? isWanted else { return }
    do {
      _ = try await call(RegisterComputer.self) { [configuration] state in
        Self.registration(configuration, cookie: state.cookie?.cookie)
      }
    } catch UpdateClientError.fault(_, let fault) where ClientRecovery(fault.code) == .stopRegistering {
      // The server does not want to know (WUSP-129).
    }
    state.registered = digest
  }

  private func registration() -> RegisterComputer.Request { registration(cookie: state.cookie?.cookie) }

  private func registration(cookie: Cookie?) -> RegisterComputer.Request {
    Self.registration(configuration, cookie: cookie)
  }

  private static func registration(
    _ configuration: UpdateClientConfiguration, cookie: Cookie?
  ) -> RegisterComputer.Request {
    var computer = configuration.computer
    computer.dnsName = configuration.dnsName
    return RegisterComputer.Request(cookie: cookie, computerInfo: computer)
  }
}
