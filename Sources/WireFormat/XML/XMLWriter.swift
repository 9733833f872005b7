/// Writes XML into bytes: escaped, well-formed, without declaration.
///
/// Characters that XML 1.0 cannot carry become U+FFFD. A carriage return is written as a
/// reference, so that readers do not turn it into a line feed (SSS-171).
public struct XMLWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var open: [StaticString] = []
  private var isTagOpen = false

  public init(reservingCapacity capacity: Int = 1_024) { bytes.reserveCapacity(capacity) }

  /// Opens an element; attributes may follow.
  public mutating func start(_ name: StaticString) {
    closeTag()
    bytes.append(UInt8(ascii: "<"))
    append(name)
    open.append(name)
    isTagOpen = true
  }

  /// Adds an attribute to the element that was just opened; later calls are ignored.
  public mutating func attribute(_ name: StaticString, _ value: String) {
    guard isTagOpen else { return }
    bytes.append(UInt8(ascii: " "))
    append(name)
    bytes.append(UInt8(ascii: "="))
    bytes.append(UInt8(ascii: "\""))
    XMLEscaping.append(value, to: &bytes, inAttribute: true)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Closes the innermost open element; an empty one becomes `<name />`.
  public mutating func end() {
    guard let name = open.popLast() else { return }
    if isTagOpen {
      isTagOpen = false
      append(" />")
    } else {
      append("</")
      append(name)
      bytes.append(UInt8(ascii: ">"))
    }
  }

  /// Closes the innermost open element with an end tag even if it is empty.
  public mutating func endPaired() {
    closeTag()
    end()
  }

  public mutating func text(_ value: String) {
    closeTag()
    XMLEscaping.append(value, to: &bytes, inAttribute: false)
  }

  /// Text in UTF-8.
  public mutating func text(utf8 value: [UInt8]) {
    closeTag()
    XMLEscaping.append(value, to: &bytes, inAttribute: false)
  }

  /// Bytes as Base64.
  public mutating func base64(_ value: [UInt8]) {
    closeTag()
    Base64.append(value, to: &bytes)
  }

  /// Markup that is already XML.
  public mutating func raw(_ markup: [UInt8]) {
    closeTag()
    bytes.append(contentsOf: markup)
  }

  /// Markup that is already XML.
  public mutating func raw(_ markup: StaticString) {
    closeTag()
    append(markup)
  }

  /// An element with text only.
  public mutating func element(_ name: StaticString, _ value: String) {
    start(name)
    text(value)
    end()
  }

  /// Lets `write` append characters that need no escaping.
  mutating func plain(_ write: (inout [UInt8]) -> Void) {
    closeTag()
    write(&bytes)
  }

  /// Hands over what was written so far and goes on with an empty buffer.
  public mutating func take() -> [UInt8] {
    closeTag()
    var taken: [UInt8] = []
    swap(&taken, &bytes)
    return taken
  }

  private mutating func closeTag() {
    guard isTagOpen else { return }
    isTagOpen = false
    bytes.append(UInt8(ascii: ">"))
  }

  private mutating func append(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
