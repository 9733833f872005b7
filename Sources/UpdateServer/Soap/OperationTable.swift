import WireFormat

/// The operations of one service, chosen by the first element in Body (SSS-012).
struct OperationTable: Sendable {
  typealias Handler = @Sendable (IncomingRequest) async throws -> Answer

  private var handlers: [String: Handler] = [:]

  /// An operation whose answer is small: sent whole, with its length.
  ///
  /// - Parameter gate: counts the request while it is answered; nil for cheap ones.
  mutating func add<Op: WireFormat.Operation>(
    _ operation: Op.Type, gate: BusyGate? = nil,
    _ answer: @escaping @Sendable (Op.Request) async throws -> Op.Response
  ) {
    handlers[Op.operationName] = { request in
      let pass = gate?.enter()
      guard gate == nil || pass != nil else { throw Refusal.serverBusy }
      defer { withExtendedLifetime(pass) {} }
      let response = try await answer(request.decode(operation))
      return Answer(SOAPReply.encode(operation, response, version: request.version))
    }
  }

  /// An operation that costs much, and is answered for known callers only. Who is not admitted takes no place.
  ///
  /// - Parameters:
  ///   - admit: checks the cookie, before the request counts at `gate`.
  ///   - answer: runs while it counts.
  mutating func add<Op: WireFormat.Operation>(
    _ operation: Op.Type, gate: BusyGate, admit: @escaping @Sendable (Op.Request) async throws -> Caller,
    _ answer: @escaping @Sendable (Op.Request, Caller) async throws -> Op.Response
  ) {
    handlers[Op.operationName] = { request in
      let decoded = try request.decode(operation)
      let caller = try await admit(decoded)
      guard let pass = gate.enter() else { throw Refusal.serverBusy }
      defer { withExtendedLifetime(pass) {} }
      return Answer(SOAPReply.encode(operation, try await answer(decoded, caller), version: request.version))
    }
  }

  /// The same for an answer that may be large: encoded and sent piece by piece, when it has more than one. It counts
  /// until its last piece is sent.
  mutating func addStreamed<Op: StreamedOperation>(
    _ operation: Op.Type, gate: BusyGate, admit: @escaping @Sendable (Op.Request) async throws -> Caller,
    _ answer: @escaping @Sendable (Op.Request, Caller) async throws -> Op.Response
  ) {
    handlers[Op.operationName] = { request in
      let decoded = try request.decode(operation)
      let caller = try await admit(decoded)
      guard let pass = gate.enter() else { throw Refusal.serverBusy }
      return Answer(
        SOAPReply.chunks(operation, try await answer(decoded, caller), version: request.version), pass: pass)
    }
  }

  /// An operation that reads its message itself.
  mutating func add(_ operationName: String, _ handler: @escaping Handler) { handlers[operationName] = handler }

  /// Adds the operations of another protocol at the same path.
  mutating func add(_ other: OperationTable) { handlers.merge(other.handlers) { own, _ in own } }

  func has(_ operationName: String) -> Bool { handlers[operationName] != nil }

  /// - Throws: ``Refusal/unknownOperation(_:)`` and whatever the operation throws.
  func answer(_ request: IncomingRequest) async throws -> Answer {
    guard let handler = handlers[request.operationName] else {
      throw Refusal.unknownOperation(request.operationName)
    }
    return try await handler(request)
  }
}
