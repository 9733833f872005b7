/// A request as a server received it: which operation, in which version, with what.
public struct IncomingRequest: Hashable, Sendable {
  /// The version to answer in (SSS-014).
  public let version: SOAPVersion
  /// The local name of the first element in the body: it selects the operation (SSS-012).
  public let operationName: String
  /// Its namespace.
  public let namespace: String
  /// The SOAPAction without quotation marks, if one came; it selects nothing.
  public let action: String?
  /// The request element.
  public let element: XMLElement

  /// Reads a whole request.
  ///
  /// - Parameters:
  ///   - contentType: a charset other than UTF-8 is refused.
  ///   - soapAction: the header, quoted or not; in SOAP 1.2 it is part of `contentType`.
  public static func parse(
    _ bytes: [UInt8], contentType: String? = nil, soapAction: String? = nil, limits: XMLLimits = .request
  ) throws(WireError) -> IncomingRequest {
    try checkCharset(contentType)
    let root = try XMLElement.parse(bytes, limits: limits)
    guard root.name == "Envelope", let version = SOAPVersion(namespace: root.namespace) else {
      throw .notSOAP(found: "element \(WireError.excerpt(root.name))")
    }
    guard let body = root.child("Body") else {
      throw .missingElement(WireLocation(element: "Envelope"), expected: "Body")
    }
    guard let element = body.children.first else {
      throw .missingElement(WireLocation(element: "Body"), expected: "a request element")
    }
    let action = soapAction ?? parameter("action", of: contentType)
    return IncomingRequest(
      version: version, operationName: element.name, namespace: element.namespace,
      action: action.map(unquoted), element: element)
  }

  /// True when this is a call of `operation`.
  public func isCall<Op: Operation>(of operation: Op.Type) -> Bool { operationName == Op.operationName }

  /// Decodes the parameters of `operation`.
  public func decode<Op: Operation>(_ operation: Op.Type) throws(WireError) -> Op.Request {
    do throws(WireError) { return try Op.decodeRequest(element) } catch {
      throw error.within(operation: Op.operationName)
    }
  }

  private static func checkCharset(_ contentType: String?) throws(WireError) {
    guard let charset = parameter("charset", of: contentType) else { return }
    let name = unquoted(charset).lowercased()
    guard name == "utf-8" || name == "utf8" || name == "us-ascii" else {
      throw .wrongEncoding(found: "charset \(WireError.excerpt(name))")
    }
  }

  /// A parameter of a header value such as `text/xml; charset=utf-8`.
  private static func parameter(_ name: String, of header: String?) -> String? {
    for part in (header ?? "").split(separator: ";").dropFirst() {
      let sides = part.split(separator: "=", maxSplits: 1).map { String($0) }
      guard sides.count == 2, unquoted(sides[0]).lowercased() == name else { continue }
      return sides[1]
    }
    return nil
  }

  private static func unquoted(_ text: String) -> String {
    var inner = ASCII.trimmed(text.utf8)
    if inner.count >= 2, inner.first == UInt8(ascii: "\""), inner.last == UInt8(ascii: "\"") {
      inner = inner.dropFirst().dropLast()
    }
    return String(decoding: inner, as: UTF8.self)
  }
}
