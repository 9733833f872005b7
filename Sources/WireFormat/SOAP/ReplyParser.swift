/// What a server answered.
public enum Reply<Response: Sendable>: Sendable {
  case response(Response)
  case fault(SOAPFault)
}

extension Reply: Equatable where Response: Equatable {}

/// Reads the reply to one call as it arrives.
///
/// Records are decoded as they pass: memory stays near the size of the result (SSS-145).
/// Not thread-safe: one owner feeds it.
public final class ReplyParser<Op: Operation> {
  private let reader: EnvelopeReader<Op>
  private let parser: XMLPushParser

  /// - Parameter version: the configured version; a result in the other one is an error
  ///   (SSS-015), a fault is read in both.
  public init(_ operation: Op.Type = Op.self, version: SOAPVersion, limits: XMLLimits = .reply) {
    reader = EnvelopeReader(version: version)
    parser = XMLPushParser(limits: limits, handler: reader, longTextElement: Op.longTextElement)
  }

  /// Takes the next bytes of the body.
  public func push(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    do throws(WireError) { try parser.push(bytes) } catch { throw error.within(operation: Op.operationName) }
  }

  /// Takes the next bytes of the body.
  public func push(_ bytes: [UInt8]) throws(WireError) {
    do throws(WireError) { try parser.push(bytes) } catch { throw error.within(operation: Op.operationName) }
  }

  /// Ends the body. Call it once.
  public func finish() throws(WireError) -> Reply<Op.Response> {
    do throws(WireError) {
      try parser.finish()
      return try reader.finish()
    } catch { throw error.within(operation: Op.operationName) }
  }
}

/// Finds the response or the fault in an envelope.
final class EnvelopeReader<Op: Operation>: XMLHandler {
  private enum Place {
    case nothing, envelope, body, header
    case response, fault, afterwards
  }

  private let version: SOAPVersion
  private var envelopeVersion: SOAPVersion?
  private var place = Place.nothing
  /// Open elements inside the header, the response, the fault or what follows.
  private var inside = 0
  private let response = Op.responseReading.makeReader()
  private var hasResponse = false
  private var fault: XMLTreeBuilder?

  init(version: SOAPVersion) { self.version = version }

  func start(_ tag: XMLStartTag) throws(WireError) {
    switch place {
    case .nothing:
      envelopeVersion = SOAPVersion(namespace: tag.namespace)
      guard tag.isNamed("Envelope"), envelopeVersion != nil else {
        throw .notSOAP(found: "element \(WireError.excerpt(tag.name))")
      }
      place = .envelope
      response.enclose(in: tag)
    case .envelope:
      place = tag.isNamed("Body") ? .body : .header
      if place == .body { response.enclose(in: tag) }
      inside = 0
    case .body: try startBodyChild(tag)
    case .header, .afterwards: inside += 1
    case .response:
      inside += 1
      try response.start(tag)
    case .fault:
      inside += 1
      try fault?.start(tag)
    }
  }

  private func startBodyChild(_ tag: XMLStartTag) throws(WireError) {
    inside = 1
    if hasResponse || fault != nil {
      place = .afterwards
    } else if tag.isNamed("Fault"), SOAPVersion(namespace: tag.namespace) != nil {
      place = .fault
      fault = XMLTreeBuilder()
      try fault?.start(tag)
    } else {
      try checkResponse(tag)
      place = .response
      hasResponse = true
      try response.start(tag)
    }
  }

  private func checkResponse(_ tag: XMLStartTag) throws(WireError) {
    guard tag.isNamed(Op.responseName) else {
      throw .unexpectedElement(
        WireLocation(element: "Body"), expected: "\(Op.responseName)", found: WireError.excerpt(tag.name))
    }
    guard envelopeVersion == version else {
      throw .unexpectedElement(
        WireLocation(element: "Envelope"), expected: "SOAP \(version.rawValue)",
        found: "SOAP \(envelopeVersion?.rawValue ?? "of another version")")
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) {
    switch place {
    case .response: try response.text(bytes)
    case .fault: try fault?.text(bytes)
    case .nothing, .envelope, .body, .header, .afterwards: return
    }
  }

  func end() throws(WireError) {
    switch place {
    case .nothing: return
    case .envelope: place = .nothing
    case .body: place = .envelope
    case .header:
      if inside == 0 { place = .envelope } else { inside -= 1 }
      return
    case .response: try response.end()
    case .fault: try fault?.end()
    case .afterwards: break
    }
    guard place == .response || place == .fault || place == .afterwards else { return }
    inside -= 1
    if inside == 0 { place = .body }
  }

  func finish() throws(WireError) -> Reply<Op.Response> {
    if let root = fault?.root { return .fault(SOAPFault(element: root)) }
    guard hasResponse else {
      throw .missingElement(WireLocation(element: "Body"), expected: "\(Op.responseName)")
    }
    return .response(try response.finish())
  }
}
