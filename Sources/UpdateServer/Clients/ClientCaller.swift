import Catalog
import UpdateModel
import WireFormat

/// A client whose cookie passed the checks that its call demands.
struct ClientCaller: Sendable {
  /// What a call demands of its client.
  enum Demand: Hashable, Sendable {
    /// A good cookie of a computer that is known (wusp.md 7).
    case knownClient
    /// That also knows the present configuration, and is registered where that is required (wusp.md 9.1).
    case currentClient
  }

  let cookie: ClientCookieContents
  let record: ClientRecord
}

extension ClientService {
  /// Where the cookies of this server come from. Read each time: an administrator may start a new epoch while the
  /// server runs.
  func origin() async throws -> CookieOrigin {
    let identity = try await catalog.identity()
    return CookieOrigin(serverID: identity.serverID, epoch: identity.epoch)
  }

  /// The checks of a cookie in the order of wusp.md 4, before anything else of the call is read.
  ///
  /// - Throws: ``Refusal`` invalidCookie, serverChanged, cookieExpired, configChanged, registrationRequired.
  func caller(_ cookie: Cookie?, _ demand: ClientCaller.Demand) async throws -> ClientCaller {
    let now = clock()
    let contents = try mint.current(cookie, at: now, origin: try await origin())
    if demand == .currentClient, try await contents.configurationChange != served.lastChange() {
      throw Refusal.configChanged
    }
    // Removed by an administrator, and perhaps here again under another key: only a new handshake helps.
    guard let record = try await catalog.clientRecord(contents.clientID), record.computer == contents.computer else {
      throw Refusal.invalidCookie
    }
    if demand == .currentClient, configuration.registration == .required, !record.isRegistered {
      throw Refusal.registrationRequired
    }
    contacts.note(record.computer, at: now)
    return ClientCaller(cookie: contents, record: record)
  }

  /// For large requests: whether the cookie in front is worth reading the rest.
  @Sendable func admit(_ cookie: Cookie?) async throws {
    _ = try mint.current(cookie, at: clock(), origin: try await origin())
  }
}

extension OperationTable {
  /// An operation for clients that show a cookie: it is checked before the parameters.
  mutating func add<Op: WireOperation>(
    _ operation: Op.Type, of service: ClientService, demanding demand: ClientCaller.Demand = .knownClient,
    _ answer: @escaping @Sendable (Op.Request, ClientCaller) async throws -> Op.Response
  ) {
    add(Op.operationName) { request in
      let (decoded, caller, pass) = try await service.admit(request, to: operation, demand)
      defer { withExtendedLifetime(pass) {} }
      return Answer(SOAPReply.encode(operation, try await answer(decoded, caller), version: request.version))
    }
  }

  /// The same for an answer that may be large.
  mutating func addStreamed<Op: StreamedOperation>(
    _ operation: Op.Type, of service: ClientService, demanding demand: ClientCaller.Demand = .knownClient,
    _ answer: @escaping @Sendable (Op.Request, ClientCaller) async throws -> Op.Response
  ) {
    add(Op.operationName) { request in
      let (decoded, caller, pass) = try await service.admit(request, to: operation, demand)
      return Answer(
        SOAPReply.chunks(operation, try await answer(decoded, caller), version: request.version), pass: pass)
    }
  }
}

extension ClientService {
  fileprivate func admit<Op: WireOperation>(
    _ request: IncomingRequest, to operation: Op.Type, _ demand: ClientCaller.Demand
  ) async throws -> (Op.Request, ClientCaller, BusyGate.Pass) {
    let caller = try await caller(request.cookie, demand)
    let decoded = try request.decode(operation)
    guard let pass = gate.enter() else { throw Refusal.serverBusy }
    return (decoded, caller, pass)
  }
}
