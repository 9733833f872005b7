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

  /// An operation whose answer may be large: encoded and sent piece by piece, when it has more than one.
  mutating func addStreamed<Op: StreamedOperation>(
    _ operation: Op.Type, gate: BusyGate, _ answer: @escaping @Sendable (Op.Request) async throws -> Op.Response
  ) {
    handlers[Op.operationName] = { request in
      guard let pass = gate.enter() else { throw Refusal.serverBusy }
      let response = try await answer(request.decode(operation))
      return Answer(SOAPReply.chunks(operation, response, version: request.version), pass: pass)
    }
  }

  func has(_ operationName: String) -> Bool { handlers[operationName] != nil }

  /// - Throws: ``Refusal/unknownOperation(_:)`` and whatever the operation throws.
  func answer(_ request: IncomingRequest) async throws -> Answer {
    guard let handler = handlers[request.operationName] else {
      throw Refusal.unknownOperation(request.operationName)
    }
    return try await handler(request)
  }
}
