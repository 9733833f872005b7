/// One operation of a ``WebService``: its words, and both directions of both messages.
///
/// Reading is by local name, in any order; writing is in the strict form of the tables of
/// MS-WSUSSS 3.1.4 (AMB-06, SSS-011, SSS-028).
public protocol Operation: Sendable {
  associatedtype Request: Hashable, Sendable
  associatedtype Response: Hashable, Sendable

  /// The local name of the request element.
  static var name: StaticString { get }
  /// The local name of the response element.
  static var responseName: StaticString { get }
  static var service: WebService { get }
  /// The namespace of both messages.
  static var namespace: String { get }
  /// The SOAPAction without quotation marks (SSS-013).
  static var action: String { get }

  /// Writes the children of the request element.
  static func encode(request: Request, to writer: inout XMLWriter)
  /// Writes the children of the response element.
  static func encode(response: Response, to writer: inout XMLWriter)
  /// Reads a request element.
  ///
  /// Absent parameters become nil: which fault they deserve is the server's business. A value
  /// of the wrong type is an error whose ``WireError/parameter`` names it.
  static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request
  /// The element of the response whose text may be a whole document, if there is one.
  static var longTextElement: StaticString? { get }
  /// Makes what reads a response element.
  static var responseReading: ResponseReading<Response> { get }
}

/// For files that also see Foundation's `Operation`.
public typealias WireOperation = Operation

extension Operation {
  public static var namespace: String { service.namespace }
  public static var action: String { "\(namespace)/\(name)" }
  public static var longTextElement: StaticString? { nil }

  /// The name as a String.
  public static var operationName: String { "\(name)" }
}

/// How a response element is read; made by each ``Operation``.
public struct ResponseReading<Response: Sendable>: Sendable {
  let makeReader: @Sendable () -> any ResponseReader<Response>
}

/// Reads the inside of a response element as it passes.
protocol ResponseReader<Response>: XMLHandler {
  associatedtype Response
  /// Shows a tag around the response element, whose namespaces hold inside too.
  func enclose(in tag: XMLStartTag)
  func finish() throws(WireError) -> Response
}

extension ResponseReader {
  func enclose(in tag: XMLStartTag) {}
}

/// Reads a small response: a tree first, then the value.
final class TreeResponseReader<Response>: ResponseReader {
  private let builder = XMLTreeBuilder()
  private let decode: @Sendable (XMLElement) throws(WireError) -> Response

  init(decode: @escaping @Sendable (XMLElement) throws(WireError) -> Response) { self.decode = decode }

  func start(_ tag: XMLStartTag) throws(WireError) { try builder.start(tag) }
  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) { try builder.text(bytes) }
  func end() throws(WireError) { try builder.end() }

  func finish() throws(WireError) -> Response {
    guard let root = builder.root else {
      throw .missingElement(WireLocation(), expected: "a response element")
    }
    return try decode(root)
  }
}

extension ResponseReading {
  /// Reads a tree, then decodes it.
  static func tree(_ decode: @escaping @Sendable (XMLElement) throws(WireError) -> Response) -> Self {
    ResponseReading { TreeResponseReader(decode: decode) }
  }

  /// Reads the element `name` inside the response element.
  static func result(
    _ name: String, _ decode: @escaping @Sendable (ElementReader) throws(WireError) -> Response
  ) -> Self {
    tree { root throws(WireError) in try ElementReader(root).read(name, decode) }
  }
}
