import CLibXML2

/// Builds an ``XMLElement`` from the parser's callbacks.
///
/// The callbacks come one after the other, and some thousand times for one request: what they change is not watched
/// for overlapping access.
final class XMLTreeBuilder: XMLHandler {
  private struct KnownName {
    var pointer: UnsafePointer<xmlChar>?
    var text = ""
  }

  private struct OpenElement {
    var element: XMLElement
    /// Start of this element's own text in `texts`.
    var textStart: Int
  }

  @exclusivity(unchecked) private(set) var root: XMLElement?
  @exclusivity(unchecked) private var open: [OpenElement] = []
  /// Text of the open elements; the innermost is last.
  @exclusivity(unchecked) private var texts: [UInt8] = []
  private var names: [UnsafePointer<xmlChar>: String] = [:]
  /// What was asked for last: lists repeat their item.
  @exclusivity(unchecked) private var lastName = KnownName()
  @exclusivity(unchecked) private var lastNamespace = KnownName()

  /// Nothing is open and a root was read.
  var isComplete: Bool { root != nil && open.isEmpty }

  /// Forgets everything, to build the next record.
  func reset() {
    root = nil
    open.removeAll(keepingCapacity: true)
    texts.removeAll(keepingCapacity: true)
  }

  func start(_ tag: XMLStartTag) throws(WireError) {
    flushText()
    var element = XMLElement(
      namespace: name(tag.namespacePointer, after: &lastNamespace), name: name(tag.localName, after: &lastName))
    if tag.attributeCount > 0 { element.attributes = attributes(of: tag) }
    open.append(OpenElement(element: element, textStart: 0))
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) {
    texts.append(contentsOf: bytes)
  }

  func end() throws(WireError) {
    flushText()
    guard var closed = open.popLast()?.element else { return }
    if !closed.children.isEmpty, closed.text.utf8.allSatisfy(ASCII.isSpace) { closed.text = "" }
    if open.isEmpty { root = closed } else { open[open.count - 1].element.children.append(closed) }
  }

  private func flushText() {
    guard !texts.isEmpty else { return }
    if !open.isEmpty {
      let piece = String(decoding: texts, as: UTF8.self)
      if open[open.count - 1].element.text.isEmpty {
        open[open.count - 1].element.text = piece
      } else {
        open[open.count - 1].element.text += piece
      }
    }
    texts.removeAll(keepingCapacity: true)
  }

  private func name(_ pointer: UnsafePointer<xmlChar>?, after last: inout KnownName) -> String {
    if pointer != last.pointer { last = KnownName(pointer: pointer, text: name(pointer)) }
    return last.text
  }

  /// libxml2 keeps one copy of each name for the life of the parser, so its address is a key.
  private func name(_ pointer: UnsafePointer<xmlChar>?) -> String {
    guard let pointer else { return "" }
    if let known = names[pointer] { return known }
    let made = String(cString: pointer)
    names[pointer] = made
    return made
  }

  private func attributes(of tag: XMLStartTag) -> [XMLAttribute] {
    (0..<tag.attributeCount).compactMap { index in
      tag.attribute(index).map {
        XMLAttribute(namespace: name($0.namespace), name: name($0.localName), value: $0.text)
      }
    }
  }
}
