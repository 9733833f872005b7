import CLibXML2

/// Writes markup again as it passes, in the form of fragments.
///
/// Prefixes and their declarations go, elements are renamed by their namespaces, and attributes lose their prefixes
/// . An element without prefix in a foreign namespace declares it as its default, as it did. White space goes
/// where only elements stand around it. An element without content is written `<name />`.
struct FragmentRecorder {
  private struct OpenElement {
    /// Where its name stands in `bytes`.
    let name: Range<Int>
    /// What an element inside without prefix would belong to.
    let defaultNamespace: UnsafePointer<xmlChar>?
    var hasChildren = false
    var hasText = false
  }

  private(set) var bytes: [UInt8] = []
  private let renames: Bool
  private var namespaces = FragmentNamespaces()
  private var open: [OpenElement] = []
  private var isTagOpen = false
  /// White space of which nobody knows yet whether it is text.
  private var blanks: [UInt8] = []

  /// - Parameter renames: `b.`, `m.` and `d.` are for Core only.
  init(renames: Bool) { self.renames = renames }

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  /// Opens an element with all its attributes.
  mutating func start(_ tag: XMLStartTag) {
    open(tag, named: nil)
    for index in 0..<tag.attributeCount {
      if let attribute = tag.attribute(index), isKept(attribute, at: index, of: tag) { write(attribute) }
    }
  }

  /// Opens an element under another name and without attributes; ``write(_:)`` adds them.
  mutating func open(_ tag: XMLStartTag, named name: StaticString?) {
    beginChild()
    bytes.append(UInt8(ascii: "<"))
    let start = bytes.count
    let kind = namespaces.kind(of: tag.namespacePointer)
    if let name {
      append(name)
    } else {
      if renames { append(kind.prefix) }
      append(tag.localName)
    }
    let name = start..<bytes.count
    open.append(OpenElement(name: name, defaultNamespace: declareDefault(of: tag, kind)))
    isTagOpen = true
  }

  /// Adds an attribute to the element that was just opened.
  mutating func write(_ attribute: XMLStartTag.Attribute) {
    bytes.append(UInt8(ascii: " "))
    append(attribute.localName)
    bytes.append(UInt8(ascii: "="))
    bytes.append(UInt8(ascii: "\""))
    XMLEscaping.append(attribute.value, to: &bytes, inAttribute: true)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func text(_ text: UnsafeBufferPointer<UInt8>) {
    guard let last = open.indices.last else { return }
    if !open[last].hasText {
      guard !text.allSatisfy(ASCII.isSpace) else {
        blanks.append(contentsOf: text)
        return
      }
      open[last].hasText = true
    }
    writeBlanks()
    closeTag()
    XMLEscaping.append(text, to: &bytes, inAttribute: false)
  }

  mutating func end() {
    guard let element = open.popLast() else { return }
    // White space alone is the text of an element without children.
    if !element.hasChildren { writeBlanks() }
    blanks.removeAll(keepingCapacity: true)
    if isTagOpen {
      bytes.append(contentsOf: " />".utf8)
    } else {
      bytes.append(contentsOf: "</".utf8)
      bytes.append(contentsOf: bytes[element.name])
      bytes.append(UInt8(ascii: ">"))
    }
    isTagOpen = false
  }

  private mutating func beginChild() {
    closeTag()
    blanks.removeAll(keepingCapacity: true)
    if let last = open.indices.last { open[last].hasChildren = true }
  }

  private mutating func closeTag() {
    if isTagOpen { bytes.append(UInt8(ascii: ">")) }
    isTagOpen = false
  }

  private mutating func writeBlanks() {
    guard !blanks.isEmpty else { return }
    closeTag()
    blanks.withUnsafeBufferPointer { XMLEscaping.append($0, to: &bytes, inAttribute: false) }
    blanks.removeAll(keepingCapacity: true)
  }

  /// Declares the default namespace of an element without prefix where it is foreign, or ends to be.
  ///
  /// - Returns: what holds inside.
  private mutating func declareDefault(
    of tag: XMLStartTag, _ kind: FragmentNamespaces.Kind
  ) -> UnsafePointer<xmlChar>? {
    let outer = open.last?.defaultNamespace
    guard tag.prefixPointer == nil else { return outer }
    let inner = kind == .foreign ? tag.namespacePointer : nil
    guard inner != outer || (inner != nil && tag.declaresDefault) else { return inner }
    append(" xmlns=\"")
    if let inner {
      let uri = UnsafeBufferPointer(start: inner, count: Int(xmlStrlen(inner)))
      XMLEscaping.append(uri, to: &bytes, inAttribute: true)
    }
    bytes.append(UInt8(ascii: "\""))
    return inner
  }

  /// Whether an attribute can lose its prefix: it must neither have the name of another then, which stays, nor
  /// declare a namespace.
  private func isKept(_ attribute: XMLStartTag.Attribute, at index: Int, of tag: XMLStartTag) -> Bool {
    guard attribute.prefix != nil else { return true }
    let hasTwin = (0..<tag.attributeCount).contains { other in
      guard other != index, let second = tag.attribute(other) else { return false }
      return (second.prefix == nil || other < index) && xmlStrEqual(second.localName, attribute.localName) == 1
    }
    return !hasTwin && !attribute.isNamed("xmlns")
  }

  private mutating func append(_ name: UnsafePointer<xmlChar>) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: name, count: Int(xmlStrlen(name))))
  }

  private mutating func append(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

extension XMLStartTag {
  /// The tag itself says what elements without prefix belong to.
  fileprivate var declaresDefault: Bool {
    (0..<declarationCount).contains { declaration($0).map { $0.prefix == nil } ?? false }
  }
}
