import Catalog
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Platform
import UpdateModel
import WireFormat

/// One service at its path: POST in, an answer or a fault out, in the version of the request (SSS-014).
struct SOAPEndpoint: Sendable {
  let service: WebService
  let operations: OperationTable
  let maximumBody: Int
  let limits: RequestLimits
  /// Checks the cookie with which a large request begins; nil where requests show none, and are small.
  let admit: (@Sendable (Cookie?) async throws -> Void)?
  /// Reads large requests, one at a time: they take neither the threads of the others nor more than one core.
  let largeRequests: BlockingPool
  /// Counts the bytes of large requests, from their beginning to their answer.
  let largeBytes: BusyGate
  /// Until a body that is no message is answered.
  let refusalPause: Duration
  let logger: Logger
  let metrics: ServerMetrics?

  func respond(to request: Request) async throws -> Response {
    guard request.method == .post else { return .notAllowed(allow: "POST") }
    let coding = request.headers[.contentEncoding]?.lowercased() ?? "identity"
    guard coding == "identity" else { return .closing(.unsupportedMediaType) }
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximumBody {
      return .closing(.contentTooLarge)
    }
    return try await Peer.$current.withValue(peer(request)) { try await answer(request) }
  }

  private func answer(_ request: Request) async throws -> Response {
    var version = SOAPVersion.stated(in: request.headers[.contentType])
    var body = RequestBytes(request)
    do {
      guard let (call, pass) = try await receive(&body, request) else { return .closing(.contentTooLarge) }
      defer { withExtendedLifetime(pass) {} }
      version = call.version
      let found = try await answer(call)
      let (coded, bytes) = try found.body(acceptEncoding: request.headers[values: .acceptEncoding])
      return .soap(.ok, version, bytes, coded)
    } catch let error where !(error is CancellationError) {
      if isNoMessage(error) { try await Task.sleep(for: refusalPause) }
      var response = challenge(error) ?? fault(error, version)
      if !body.isComplete { response.headers[.connection] = "close" }
      return response
    }
  }

  /// Whether the body was no message of a service, not just one with a wrong parameter.
  private func isNoMessage(_ error: any Error) -> Bool {
    switch error as? WireError {
    case .malformed, .forbidden, .limitExceeded, .wrongEncoding, .notSOAP: true
    default: false
    }
  }

  /// Reads a message. Of a large one the beginning must show a good cookie before the rest is taken, and there must be
  /// room for it.
  ///
  /// - Returns: nil when it is too long.
  private func receive(
    _ body: inout RequestBytes, _ request: Request
  ) async throws -> (IncomingRequest, BusyGate.Pass?)? {
    let (contentType, action) = (request.headers[.contentType], request.soapAction)
    try await body.read(beyond: min(limits.small.total, maximumBody))
    if body.isComplete {
      let call = try IncomingRequest.parse(
        body.bytes, contentType: contentType, soapAction: action, limits: limits.small)
      return (call, nil)
    }
    guard let admit else { return nil }
    try await admit(IncomingRequest.leadingCookie(of: body.bytes))
    let length = request.headers[.contentLength].flatMap { Int($0) } ?? maximumBody
    guard let pass = largeBytes.enter(weight: length) else { throw Refusal.serverBusy }
    try await body.read(beyond: maximumBody)
    guard body.isComplete else { return nil }
    let bytes = body.bytes
    let call = try await largeRequests.run { [limits] in
      try IncomingRequest.parse(bytes, contentType: contentType, soapAction: action, limits: limits.large)
    }
    return (call, pass)
  }

  /// Answers of HTTP itself: who is not known is told so before SOAP begins (SSS-382).
  private func challenge(_ error: any Error) -> Response? {
    switch error as? Refusal {
    case .unauthenticated:
      logger.notice("request refused: expected the credentials of a known account, found others or none")
      return Response(
        status: .unauthorized, headers: [.wwwAuthenticate: "Basic realm=\"updatemirror\", charset=\"UTF-8\""])
    case .needsEncryption:
      logger.notice("request refused: expected credentials over TLS, found a connection without")
      return Response(status: .forbidden)
    case .needsCertificate:
      logger.notice("request refused: expected a client certificate, found none")
      return Response(status: .forbidden)
    case .unusableHost:
      logger.info("request refused: expected the name of a host in Host, found none")
      return Response(status: .badRequest)
    default: return nil
    }
  }

  /// What the connection said, and the head of this request.
  private func peer(_ request: Request) -> Peer {
    var peer = Peer.current
    if let certificate = PeerCertificate.current {
      peer.isEncrypted = true
      peer.certificate = certificate.bytes
    }
    peer.credentials = BasicCredentials(header: request.headers[.authorization])
    peer.host = request.head.authority
    return peer
  }

  private func answer(_ call: IncomingRequest) async throws -> Answer {
    let began = ContinuousClock.now
    do {
      let answer = try await operations.answer(call)
      count(call, "ok", since: began)
      logger.debug("answered", metadata: ["operation": "\(call.operationName)"])
      return answer
    } catch {
      count(call, SOAPFault(answering: error).code?.rawValue ?? "refused", since: began)
      throw error
    }
  }

  /// Counts under names that exist: a caller cannot make new ones.
  private func count(_ call: IncomingRequest, _ outcome: String, since began: ContinuousClock.Instant) {
    let operation = operations.has(call.operationName) ? call.operationName : "unknown"
    metrics?.recordCall(service, operation, outcome: outcome, duration: began.duration(to: .now))
  }

  /// Every fault has HTTP status 500 (SSS-020).
  private func fault(_ error: any Error, _ version: SOAPVersion) -> Response {
    let fault = SOAPFault(answering: error)
    let metadata: Logger.Metadata = ["service": "\(service.rawValue)", "fault": "\(fault)"]
    if fault.code == .internalServerError {
      logger.error("request failed: \(error)", metadata: metadata)
    } else if case .notAdmitted(let server) = error as? Refusal {
      logger.notice("\(server.words)", metadata: metadata)
    } else {
      logger.info("request refused", metadata: metadata)
    }
    let bytes = fault.encode(version: version)
    return .soap(.internalServerError, version, ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

extension SOAPFault {
  /// What the caller is told of an error, under a fresh ID (SSS-039).
  init(answering error: any Error) {
    let id = GUID.random()
    switch error {
    case let error as WireError: self.init(answering: error, id: id)
    case let refusal as Refusal: self.init(refusal, id: id)
    case CatalogError.foreignAnchor, CatalogError.expiredAnchor: self.init(code: .serverChanged, id: id)
    case CatalogError.busy: self.init(code: .serverBusy, id: id)
    // Removed by an administrator after its cookie was checked.
    case CatalogError.unknownComputer: self.init(code: .invalidCookie, id: id)
    default: self.init(code: .internalServerError, id: id)
    }
  }

  init(_ refusal: Refusal, id: GUID) {
    switch refusal {
    case .invalidParameters(let name): self.init(code: .invalidParameters, message: name, id: id)
    case .invalidCookie: self.init(code: .invalidCookie, id: id)
    case .invalidAuthorizationCookie: self.init(code: .invalidAuthorizationCookie, id: id)
    case .serverChanged: self.init(code: .serverChanged, id: id)
    case .cookieExpired: self.init(code: .cookieExpired, id: id)
    case .configChanged: self.init(code: .configChanged, id: id)
    case .registrationRequired: self.init(code: .registrationRequired, id: id)
    case .registrationNotRequired: self.init(code: .registrationNotRequired, id: id)
    case .fileDigestsMissing(let digests): self.init(missing: digests, id: id)
    case .serverBusy: self.init(code: .serverBusy, id: id)
    case .incompatibleProtocolVersion: self.init(code: .incompatibleProtocolVersion, id: id)
    case .internalServerError: self.init(code: .internalServerError, id: id)
    // The code that GetAuthorizationCookie may give, and that ends the run of a DSS (SSS-089).
    case .notAdmitted, .unauthenticated, .needsEncryption, .needsCertificate:
      self.init(code: .invalidParameters, message: "accountGuid", id: id)
    case .unusableHost: self.init(reason: "Unusable Host", isClientFault: true)
    case .unknownOperation(let name):
      self.init(reason: "Unknown operation: \(name.prefix(100))", isClientFault: true)
    }
  }
}

extension SOAPVersion {
  /// The version to answer in when the message itself cannot be read.
  static func stated(in contentType: String?) -> SOAPVersion {
    (contentType?.lowercased().hasPrefix("application/soap+xml") ?? false) ? .v12 : .v11
  }
}

extension Response {
  static func soap(
    _ status: HTTPResponse.Status, _ version: SOAPVersion, _ body: ResponseBody, _ coding: ContentCoding = .identity
  ) -> Response {
    var headers: HTTPFields = [.contentType: version.contentType, .cacheControl: "private, max-age=0"]
    if coding != .identity {
      headers[.contentEncoding] = coding.rawValue
      headers[.vary] = "Accept-Encoding"
    }
    return Response(status: status, headers: headers, body: body)
  }
}

extension Request {
  fileprivate var soapAction: String? { headers.first { $0.name.canonicalName == "soapaction" }?.value }
}
