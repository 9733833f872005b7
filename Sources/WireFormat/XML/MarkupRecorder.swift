import CLibXML2

/// The namespaces that are bound at the current element.
struct NamespaceScope {
  struct Binding {
    /// Empty for the default namespace.
    let prefix: String
    let uri: String
  }

  private var bindings: [Binding] = []
  private var counts: [Int] = []

  mutating func enter(_ tag: XMLStartTag) {
    counts.append(tag.declarationCount)
    for index in 0..<tag.declarationCount { bindings.append(Self.binding(tag, index)) }
  }

  mutating func leave() {
    guard let count = counts.popLast() else { return }
    bindings.removeLast(count)
  }

  /// What holds around `tag`, which was just entered, without what it declares itself.
  func bindings(besides tag: XMLStartTag) -> [Binding] {
    let own = (0..<tag.declarationCount).map { Self.binding(tag, $0).prefix }
    var known = Set(own)
    return bindings.dropLast(tag.declarationCount).reversed().filter { known.insert($0.prefix).inserted }
  }

  private static func binding(_ tag: XMLStartTag, _ index: Int) -> Binding {
    let declaration = tag.declaration(index)
    return Binding(
      prefix: declaration?.prefix.map { String(cString: $0) } ?? "",
      uri: declaration?.uri.map { String(cString: $0) } ?? "")
  }
}

/// Writes markup again as it passes: same names, prefixes, attributes and text.
///
/// What the parser does not report is lost: comments, the kind of quotation marks, blanks
/// inside tags, how a character was escaped.
struct MarkupRecorder {
  private(set) var bytes: [UInt8] = []
  private var open: [String] = []
  private var isTagOpen = false

  /// - Parameter inherited: bindings from around the root; written where its names need them.
  mutating func start(_ tag: XMLStartTag, inherited: [NamespaceScope.Binding]) {
    closeTag()
    let name = tag.prefixPointer == nil ? tag.name : "\(tag.prefix):\(tag.name)"
    bytes.append(contentsOf: "<\(name)".utf8)
    for index in 0..<tag.declarationCount {
      guard let declaration = tag.declaration(index) else { continue }
      declare(
        prefix: declaration.prefix.map { String(cString: $0) } ?? "",
        uri: declaration.uri.map { String(cString: $0) } ?? "")
    }
    for binding in inherited where !Self.isEnvelope(binding.uri) { declare(prefix: binding.prefix, uri: binding.uri) }
    for index in 0..<tag.attributeCount { writeAttribute(tag, index) }
    open.append(name)
    isTagOpen = true
  }

  mutating func text(_ text: UnsafeBufferPointer<UInt8>) {
    closeTag()
    XMLEscaping.append(text, to: &bytes, inAttribute: false)
  }

  mutating func end() {
    guard let name = open.popLast() else { return }
    bytes.append(contentsOf: isTagOpen ? " />".utf8 : "</\(name)>".utf8)
    isTagOpen = false
  }

  private mutating func closeTag() {
    if isTagOpen { bytes.append(UInt8(ascii: ">")) }
    isTagOpen = false
  }

  private mutating func declare(prefix: String, uri: String) {
    bytes.append(contentsOf: prefix.isEmpty ? " xmlns=\"".utf8 : " xmlns:\(prefix)=\"".utf8)
    XMLEscaping.append(uri, to: &bytes, inAttribute: true)
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func writeAttribute(_ tag: XMLStartTag, _ index: Int) {
    guard let attribute = tag.attribute(index) else { return }
    let prefix = attribute.prefix.map { String(cString: $0) + ":" } ?? ""
    bytes.append(contentsOf: " \(prefix)\(String(cString: attribute.localName))=\"".utf8)
    XMLEscaping.append(attribute.value, to: &bytes, inAttribute: true)
    bytes.append(UInt8(ascii: "\""))
  }

  private static func isEnvelope(_ uri: String) -> Bool { SOAPVersion(namespace: uri) != nil }
}
