import Catalog
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import UpdateModel
import WireFormat

/// One service at its path: POST in, an answer or a fault out, in the version of the request (SSS-014).
struct SOAPEndpoint: Sendable {
  let service: WebService
  let operations: OperationTable
  let maximumBody: Int
  let logger: Logger

  func respond(to request: Request) async throws -> Response {
    guard request.method == .post else { return .notAllowed(allow: "POST") }
    let coding = request.headers[.contentEncoding]?.lowercased() ?? "identity"
    guard coding == "identity" else { return .closing(.unsupportedMediaType) }
    guard let body = try await RequestBytes.collect(request, maximum: maximumBody) else {
      return .closing(.contentTooLarge)
    }
    let contentType = request.headers[.contentType]
    var version = SOAPVersion.stated(in: contentType)
    do {
      let call = try IncomingRequest.parse(body, contentType: contentType, soapAction: request.soapAction)
      version = call.version
      let (coding, answer) = try await answer(call).body(acceptEncoding: request.headers[values: .acceptEncoding])
      return .soap(.ok, version, answer, coding)
    } catch let error where !(error is CancellationError) {
      return fault(error, version)
    }
  }

  private func answer(_ call: IncomingRequest) async throws -> Answer {
    let answer = try await operations.answer(call)
    logger.debug("answered", metadata: ["operation": "\(call.operationName)"])
    return answer
  }

  /// Every fault has HTTP status 500 (SSS-020).
  private func fault(_ error: any Error, _ version: SOAPVersion) -> Response {
    let fault = SOAPFault(answering: error)
    let metadata: Logger.Metadata = ["service": "\(service.rawValue)", "fault": "\(fault)"]
    if fault.code == .internalServerError {
      logger.error("request failed: \(error)", metadata: metadata)
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
    default: self.init(code: .internalServerError, id: id)
    }
  }

  init(_ refusal: Refusal, id: GUID) {
    switch refusal {
    case .invalidParameters(let name): self.init(code: .invalidParameters, message: name, id: id)
    case .invalidCookie: self.init(code: .invalidCookie, id: id)
    case .invalidAuthorizationCookie: self.init(code: .invalidAuthorizationCookie, id: id)
    case .serverChanged: self.init(code: .serverChanged, id: id)
    case .fileDigestsMissing(let digests): self.init(missing: digests, id: id)
    case .serverBusy: self.init(code: .serverBusy, id: id)
    case .incompatibleProtocolVersion: self.init(code: .incompatibleProtocolVersion, id: id)
    case .internalServerError: self.init(code: .internalServerError, id: id)
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
