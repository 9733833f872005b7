/// A request ready to be posted.
public struct OutgoingRequest: Hashable, Sendable {
  public let contentType: String
  /// The value of the SOAPAction header, with its quotation marks; nil in SOAP 1.2, where
  /// it is part of ``contentType``.
  public let soapAction: String?
  public let body: [UInt8]
}

/// Writes requests.
public enum SOAPRequest {
  /// Encodes a request without SOAP Header (SSS-010, SSS-013).
  public static func encode<Op: Operation>(
    _ operation: Op.Type, _ request: Op.Request, version: SOAPVersion
  ) -> OutgoingRequest {
    var writer = XMLWriter()
    Envelope.open(version, &writer, isReply: false)
    writer.start(Op.name)
    writer.attribute("xmlns", Op.namespace)
    Op.encode(request: request, to: &writer)
    writer.end()
    Envelope.close(&writer)
    let action = "\"\(Op.action)\""
    return switch version {
    case .v11: OutgoingRequest(contentType: version.contentType, soapAction: action, body: writer.bytes)
    case .v12:
      OutgoingRequest(
        contentType: "\(version.contentType); action=\(action)", soapAction: nil, body: writer.bytes)
    }
  }
}
