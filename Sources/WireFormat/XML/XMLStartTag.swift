import CLibXML2

/// A start tag as libxml2 shows it; valid only during the callback.
///
/// Names are compared in place, so that tags that nobody reads make no strings.
struct XMLStartTag {
  let localName: UnsafePointer<xmlChar>
  let prefixPointer: UnsafePointer<xmlChar>?
  let namespacePointer: UnsafePointer<xmlChar>?
  let declarationCount: Int
  let declarations: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
  let attributeCount: Int
  let attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?

  /// One attribute; the value is not terminated by zero.
  struct Attribute {
    let localName: UnsafePointer<xmlChar>
    let prefix: UnsafePointer<xmlChar>?
    let namespace: UnsafePointer<xmlChar>?
    let value: UnsafeBufferPointer<UInt8>

    var text: String { String(decoding: value, as: UTF8.self) }
    func isNamed(_ name: StaticString) -> Bool { XMLStartTag.equal(localName, name) }
  }

  func isNamed(_ name: StaticString) -> Bool { Self.equal(localName, name) }

  func isNamespace(_ namespace: StaticString) -> Bool {
    namespacePointer.map { Self.equal($0, namespace) } ?? false
  }

  var name: String { String(cString: localName) }
  var namespace: String { namespacePointer.map { String(cString: $0) } ?? "" }
  var prefix: String { prefixPointer.map { String(cString: $0) } ?? "" }

  func attribute(_ index: Int) -> Attribute? {
    guard let attributes, index < attributeCount else { return nil }
    let field = attributes + index * 5
    guard let name = field[0], let start = field[3], let end = field[4] else { return nil }
    return Attribute(
      localName: name, prefix: field[1], namespace: field[2],
      value: UnsafeBufferPointer(start: start, count: max(0, end - start)))
  }

  /// A namespace declared on this tag: prefix (nil: default) and URI.
  func declaration(_ index: Int) -> (prefix: UnsafePointer<xmlChar>?, uri: UnsafePointer<xmlChar>?)? {
    guard let declarations, index < declarationCount else { return nil }
    return (declarations[index * 2], declarations[index * 2 + 1])
  }

  /// `xsi:nil` is true.
  var isNil: Bool {
    for index in 0..<attributeCount {
      guard let attribute = attribute(index), attribute.isNamed("nil"), let namespace = attribute.namespace,
        Self.equal(namespace, "http://www.w3.org/2001/XMLSchema-instance")
      else { continue }
      return attribute.value.elementsEqual("true".utf8) || attribute.value.elementsEqual("1".utf8)
    }
    return false
  }

  /// Bytes of attribute values and namespace declarations.
  var attributeBytes: Int {
    var sum = 0
    for index in 0..<attributeCount { sum += attribute(index)?.value.count ?? 0 }
    for index in 0..<declarationCount {
      if let uri = declaration(index)?.uri { sum += Int(xmlStrlen(uri)) }
    }
    return sum
  }

  /// True when the text of zero-terminated `bytes` is `name`.
  static func equal(_ bytes: UnsafePointer<xmlChar>, _ name: StaticString) -> Bool {
    let expected = name.utf8Start
    for index in 0..<name.utf8CodeUnitCount where bytes[index] != expected[index] { return false }
    return bytes[name.utf8CodeUnitCount] == 0
  }
}
