import Transfer
import WireFormat

/// Posts one call to a service and reads its answer. Keeps no state.
struct ServiceCaller: Sendable {
  let http: HTTPClient
  /// Without a slash at the end.
  let server: String
  let limits: UpdateClientConfiguration.Limits

  /// - Parameter path: in place of the service's own, without a leading slash.
  func send<Op: WireOperation>(
    _ operation: Op.Type, _ request: Op.Request, path: String? = nil
  ) async throws -> Reply<Op.Response> {
    let response = try await post(
      Op.operationName, path ?? String(Op.service.path.dropFirst()), encoded(Op.self, request))
    let isError = response.status != 200
    let parser = ReplyParser(operation, version: .v11, limits: replyLimits)
    do {
      try await read(response, limit: isError ? limits.errorBody : limits.answer, into: parser)
      let reply = try parser.finish()
      if isError, case .response = reply { throw WireError.notSOAP(found: "an answer with an error status") }
      return reply
    } catch let error as TransferError {
      throw UpdateClientError.transport(operation: Op.operationName, reason: error.description)
    } catch {
      if isError { throw UpdateClientError.httpStatus(operation: Op.operationName, response.status) }
      throw UpdateClientError.malformedAnswer(operation: Op.operationName, reason: "\(error)")
    }
  }

  private var replyLimits: XMLLimits {
    XMLLimits(elements: 4_000_000, text: min(64 << 20, limits.answer), total: limits.answer)
  }

  private func encoded<Op: WireOperation>(_ operation: Op.Type, _ request: Op.Request) -> OutgoingRequest {
    SOAPRequest.encode(operation, request, version: .v11)
  }

  private func post(_ operation: String, _ path: String, _ message: OutgoingRequest) async throws -> HTTPResponse {
    var headers: HTTPHeaders = ["Content-Type": message.contentType, "Accept-Encoding": "xpress"]
    headers["SOAPAction"] = message.soapAction
    let request = HTTPRequest(
      method: "POST", url: "\(server)/\(path)", headers: headers, body: message.body,
      maximumBody: Int64(limits.answer))
    do { return try await http.execute(request) } catch {
      throw UpdateClientError.transport(operation: operation, reason: error.description)
    }
  }

  /// As it arrives, or whole when it comes in the coding `xpress`.
  private func read<Op: WireOperation>(
    _ response: HTTPResponse, limit: Int, into parser: ReplyParser<Op>
  ) async throws {
    if response.headers["Content-Encoding"]?.lowercased() == "xpress" {
      let coded = try await response.body.collect(limit: Int64(limit))
      return try parser.push(Xpress.decode(coded, limit: limit))
    }
    var received = 0
    for try await chunk in response.body {
      received += chunk.count
      guard received <= limit else { throw WireError.limitExceeded(WireLocation(), limit: .total, maximum: limit) }
      try parser.push(chunk)
    }
  }
}
