import UpdateModel

/// Writes canonical JSON (docs/archive-format.md section 2).
///
/// The caller gives the members of an object in the order of their names; the writer adds what stands between.
/// With a sink, bytes leave in pieces of about 64 KiB and nothing else is kept; without one they stay in ``bytes``.
struct CanonicalJSONWriter {
  /// Takes the next bytes of the document.
  typealias Sink = (_ bytes: [UInt8]) throws -> Void

  private static let pieceSize = 64 << 10

  /// What was written and not yet given to the sink.
  private(set) var bytes: [UInt8] = []
  private let sink: Sink?
  /// Whether the next value or member stands behind another one.
  private var needsComma = false

  init(sink: Sink? = nil) {
    self.sink = sink
  }

  mutating func beginObject() { open(UInt8(ascii: "{")) }
  mutating func endObject() { close(UInt8(ascii: "}")) }
  mutating func beginArray() { open(UInt8(ascii: "[")) }
  mutating func endArray() { close(UInt8(ascii: "]")) }

  /// The name of the next member. Names are plain ASCII.
  mutating func key(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  mutating func value(_ text: String) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 { escape(byte) }
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  /// A text of ASCII in which nothing needs an escape, as `append` adds it: names and digests, by the million.
  mutating func value(plain append: (_ bytes: inout [UInt8]) -> Void) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    append(&bytes)
    bytes.append(UInt8(ascii: "\""))
    needsComma = true
  }

  mutating func value(_ digest: InlineSHA256) { value(plain: digest.appendHex) }

  mutating func value(_ number: Int64) { literal(String(number)) }
  mutating func value(_ truth: Bool) { literal(truth ? "true" : "false") }
  mutating func null() { literal("null") }

  /// Ends the document or line.
  mutating func lineFeed() {
    bytes.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  /// Gives finished bytes to the sink when there are many. To be called now and then, for instance for each entry.
  mutating func flushIfLarge() throws {
    if bytes.count >= Self.pieceSize { try flush() }
  }

  /// Gives everything written so far to the sink.
  mutating func flush() throws {
    guard let sink, !bytes.isEmpty else { return }
    try sink(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }

  private mutating func literal(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func escape(_ byte: UInt8) {
    if let letter = JSONEscape.letter(for: byte) {
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(letter)
    } else if byte < 0x20 {
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(contentsOf: Hex.lower(CollectionOfOne(byte)).utf8)
    } else {
      bytes.append(byte)
    }
  }
}

extension CanonicalJSONWriter {
  /// One member after the other, in the order of the names.
  mutating func member(_ name: StaticString, _ text: String) {
    key(name)
    value(text)
  }

  /// As ``CanonicalJSONWriter/value(plain:)``.
  mutating func member(_ name: StaticString, plain append: (_ bytes: inout [UInt8]) -> Void) {
    key(name)
    value(plain: append)
  }

  mutating func member(_ name: StaticString, _ digest: InlineSHA256) {
    key(name)
    value(digest)
  }

  /// A text, or null.
  mutating func member(_ name: StaticString, _ text: String?) {
    key(name)
    if let text { value(text) } else { null() }
  }

  mutating func member(_ name: StaticString, _ number: Int64) {
    key(name)
    value(number)
  }

  mutating func member(_ name: StaticString, _ truth: Bool) {
    key(name)
    value(truth)
  }

  mutating func member(_ name: StaticString, _ texts: [String]) {
    key(name)
    beginArray()
    for text in texts { value(text) }
    endArray()
  }

  /// GUIDs in the order given.
  mutating func member(_ name: StaticString, _ guids: [GUID]) {
    member(name, guids.map(\.description))
  }
}

/// The escapes of canonical JSON that have a letter.
enum JSONEscape {
  static func letter(for byte: UInt8) -> UInt8? {
    switch byte {
    case 0x08: UInt8(ascii: "b")
    case 0x09: UInt8(ascii: "t")
    case 0x0A: UInt8(ascii: "n")
    case 0x0C: UInt8(ascii: "f")
    case 0x0D: UInt8(ascii: "r")
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
    default: nil
    }
  }

  static func byte(for letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): letter
    default: nil
    }
  }
}
