import UpdateModel

/// Reads typed children of an ``XMLElement``: by local name, in any order, `xsi:nil` = absent.
///
/// Errors carry the path of names below the message, so that the first name is the parameter.
struct ElementReader {
  let element: XMLElement

  init(_ element: XMLElement) { self.element = element }

  /// The child `name`, unless it is absent or nil.
  func child(_ name: String) -> ElementReader? {
    element.children.first { $0.name == name && !$0.isNil }.map(ElementReader.init)
  }

  /// Reads a mandatory child.
  func read<Value>(
    _ name: String, _ decode: (ElementReader) throws(WireError) -> Value
  ) throws(WireError) -> Value {
    guard let child = child(name) else { throw .missingElement(WireLocation(element: name), expected: name) }
    return try child.inside(name, decode)
  }

  /// Reads an optional child.
  func readIfPresent<Value>(
    _ name: String, _ decode: (ElementReader) throws(WireError) -> Value
  ) throws(WireError) -> Value? {
    guard let child = child(name) else { return nil }
    return try child.inside(name, decode)
  }

  /// Reads the items of the array `name`; an absent array is nil, nil items are skipped
  /// (SSS-026, SSS-027).
  func arrayIfPresent<Item>(
    _ name: String, of item: String, _ decode: (ElementReader) throws(WireError) -> Item
  ) throws(WireError) -> [Item]? {
    guard let array = child(name) else { return nil }
    return try array.inside(name) { array throws(WireError) in try array.items(item, decode) }
  }

  /// Reads the items of the array `name`; an absent array is empty.
  func array<Item>(
    _ name: String, of item: String, _ decode: (ElementReader) throws(WireError) -> Item
  ) throws(WireError) -> [Item] {
    try arrayIfPresent(name, of: item, decode) ?? []
  }

  /// Reads the children `name` of this element.
  func items<Item>(
    _ name: String, _ decode: (ElementReader) throws(WireError) -> Item
  ) throws(WireError) -> [Item] {
    var items: [Item] = []
    for child in element.children where child.name == name && !child.isNil {
      items.append(try ElementReader(child).inside(name, decode))
    }
    return items
  }

  private func inside<Value>(
    _ name: String, _ decode: (ElementReader) throws(WireError) -> Value
  ) throws(WireError) -> Value {
    do throws(WireError) { return try decode(self) } catch { throw error.below(name) }
  }
}

// MARK: - Values of this element

extension ElementReader {
  private func value<Value>(
    _ expected: String, _ parse: (UnsafeBufferPointer<UInt8>) -> Value?
  ) throws(WireError) -> Value {
    var text = element.text
    if let value = text.withUTF8(parse) { return value }
    throw .invalidValue(WireLocation(), expected: expected, found: "\"\(WireError.excerpt(element.text))\"")
  }

  func string() throws(WireError) -> String { element.text }
  func guid() throws(WireError) -> GUID { try value("a GUID", WireText.guid) }
  func int32() throws(WireError) -> Int32 { try value("a 32-bit integer", WireText.int32) }
  func bool() throws(WireError) -> Bool { try value("a boolean", WireText.bool) }
  func timestamp() throws(WireError) -> Timestamp { try value("a dateTime", WireText.timestamp) }
  func byte() throws(WireError) -> UInt8 {
    try value("0 to 255") { WireText.int32($0).flatMap { UInt8(exactly: $0) } }
  }

  /// Bytes in Base64. The text is not shown in errors: it may be a cookie or a key.
  func base64() throws(WireError) -> [UInt8] {
    if let bytes = Base64.decode(element.text.utf8) { return bytes }
    throw .invalidValue(WireLocation(), expected: "Base64", found: "\(element.text.utf8.count) other characters")
  }

  func digest() throws(WireError) -> FileDigest {
    let bytes = try base64()
    if let digest = FileDigest(bytes: bytes) { return digest }
    throw .invalidValue(WireLocation(), expected: "a digest of 20 bytes", found: "\(bytes.count) bytes")
  }

  func identity() throws(WireError) -> UpdateIdentity {
    UpdateIdentity(
      updateID: try read("UpdateID") { element throws(WireError) in try element.guid() },
      revisionNumber: try read("RevisionNumber") { element throws(WireError) in try element.int32() })
  }
}

// MARK: - Values of children

extension ElementReader {
  func string(_ name: String) throws(WireError) -> String? { child(name)?.element.text }
  func guid(_ name: String) throws(WireError) -> GUID {
    try read(name) { child throws(WireError) in try child.guid() }
  }
  func int32(_ name: String) throws(WireError) -> Int32 {
    try read(name) { child throws(WireError) in try child.int32() }
  }
  func int32IfPresent(_ name: String) throws(WireError) -> Int32? {
    try readIfPresent(name) { child throws(WireError) in try child.int32() }
  }
  func bool(_ name: String) throws(WireError) -> Bool {
    try read(name) { child throws(WireError) in try child.bool() }
  }
  func timestamp(_ name: String) throws(WireError) -> Timestamp {
    try read(name) { child throws(WireError) in try child.timestamp() }
  }
  func base64IfPresent(_ name: String) throws(WireError) -> [UInt8]? {
    try readIfPresent(name) { child throws(WireError) in try child.base64() }
  }

  /// The text of a child, nil when it is absent or empty.
  func nonEmpty(_ name: String) -> String? {
    child(name).flatMap { $0.element.text.isEmpty ? nil : $0.element.text }
  }
}
