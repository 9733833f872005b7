import HummingbirdCore
import NIOCore
import WireFormat

/// The operations of one service, chosen by the first element in Body (SSS-012).
struct OperationTable: Sendable {
  typealias Handler = @Sendable (IncomingRequest) async throws -> ResponseBody

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
      return ResponseBody(
        byteBuffer: ByteBuffer(bytes: SOAPReply.encode(operation, response, version: request.version)))
    }
  }

  /// An operation whose answer may be large: encoded and sent piece by piece, when it has more than one.
  mutating func addStreamed<Op: StreamedOperation>(
    _ operation: Op.Type, gate: BusyGate, _ answer: @escaping @Sendable (Op.Request) async throws -> Op.Response
  ) {
    handlers[Op.operationName] = { request in
      guard let pass = gate.enter() else { throw Refusal.serverBusy }
      let response = try await answer(request.decode(operation))
      var pieces = SOAPReply.chunks(operation, response, version: request.version)
      let first = ByteBuffer(bytes: pieces.next() ?? [])
      guard let second = pieces.next() else { return ResponseBody(byteBuffer: first) }
      let rest = pieces
      return ResponseBody { writer in
        try await writer.write(first)
        try await writer.write(ByteBuffer(bytes: second))
        for piece in rest { try await writer.write(ByteBuffer(bytes: piece)) }
        try await writer.finish(nil)
        withExtendedLifetime(pass) {}
      }
    }
  }

  /// - Throws: ``Refusal/unknownOperation(_:)`` and whatever the operation throws.
  func answer(_ request: IncomingRequest) async throws -> ResponseBody {
    guard let handler = handlers[request.operationName] else {
      throw Refusal.unknownOperation(request.operationName)
    }
    return try await handler(request)
  }
}
