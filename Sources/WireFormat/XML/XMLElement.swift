/// An attribute of an ``XMLElement``.
public struct XMLAttribute: Hashable, Sendable {
  public let namespace: String
  public let name: String
  public let value: String

  public init(namespace: String = "", name: String, value: String) {
    self.namespace = namespace
    self.name = name
    self.value = value
  }
}

/// An element with all it contains: for records and documents, not for endless answers.
///
/// Elements are found by local name: peers use any prefix, and some spell namespaces wrong
/// (SSS-033, AMB-05).
public struct XMLElement: Hashable, Sendable {
  public let namespace: String
  public let name: String
  public var attributes: [XMLAttribute]
  public var children: [XMLElement]
  /// Its own text without that of its children; empty when there are children and the text
  /// between them is only white space.
  public var text: String

  public init(
    namespace: String = "", name: String, attributes: [XMLAttribute] = [], children: [XMLElement] = [],
    text: String = ""
  ) {
    self.namespace = namespace
    self.name = name
    self.attributes = attributes
    self.children = children
    self.text = text
  }

  /// The first child with this local name.
  public func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  /// All children with this local name.
  public func children(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The text of the first child with this local name.
  public func text(of name: String) -> String? { child(name)?.text }

  /// The value of the attribute with this local name.
  public func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }

  /// `xsi:nil` is true.
  public var isNil: Bool {
    guard let value = attributes.first(where: { $0.name == "nil" })?.value else { return false }
    return value == "true" || value == "1"
  }

  /// Calls `visit` for this element and everything below it, in document order.
  public func forEach(_ visit: (XMLElement) -> Void) {
    visit(self)
    for child in children { child.forEach(visit) }
  }

  /// Parses a whole document.
  ///
  /// - Parameter allowsInstructions: metadata documents may carry processing instructions,
  ///   which are skipped; messages may not (SSS-022).
  public static func parse(
    _ document: [UInt8], limits: XMLLimits = .metadata, allowsInstructions: Bool = false
  ) throws(WireError) -> XMLElement {
    let builder = XMLTreeBuilder()
    let parser = XMLPushParser(limits: limits, handler: builder, refusesInstructions: !allowsInstructions)
    try parser.push(document)
    try parser.finish()
    guard let root = builder.root else {
      throw .malformed(WireLocation(offset: document.count), reason: "the document has no element")
    }
    return root
  }
}

extension XMLPushParser {
  /// Takes the next piece of the document.
  func push(_ bytes: [UInt8]) throws(WireError) {
    let failed = bytes.withUnsafeBytes { buffer -> WireError? in
      do throws(WireError) {
        try push(buffer)
        return nil
      } catch { return error }
    }
    if let failed { throw failed }
  }
}
