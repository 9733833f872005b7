import UpdateModel

/// The attributes of a start tag as values, by local name; one without a prefix wins.
struct MetadataAttributes {
  private let tag: XMLStartTag

  init(_ tag: XMLStartTag) { self.tag = tag }

  func text(_ name: StaticString) -> String? {
    var prefixed: String?
    for index in 0..<tag.attributeCount {
      guard let attribute = tag.attribute(index), attribute.isNamed(name) else { continue }
      if attribute.prefix == nil { return attribute.text }
      prefixed = prefixed ?? attribute.text
    }
    return prefixed
  }

  /// Calls `visit` with every attribute value.
  func forEachValue(_ visit: (String) -> Void) {
    for index in 0..<tag.attributeCount { if let attribute = tag.attribute(index) { visit(attribute.text) } }
  }

  func required(_ name: StaticString) throws(WireError) -> String {
    guard let text = text(name) else { throw .missingElement(WireLocation(), expected: "attribute \(name)") }
    return text
  }

  func boolean(_ name: StaticString) throws(WireError) -> Bool? {
    guard let text = text(name) else { return nil }
    switch text.lowercased() {
    case "true", "1": return true
    case "false", "0": return false
    default: throw invalid(name, "true or false", text)
    }
  }

  /// A number of bytes: 0 or more.
  func byteCount(_ name: StaticString) throws(WireError) -> Int64? {
    guard let text = text(name) else { return nil }
    guard let value = Int64(text), value >= 0 else { throw invalid(name, "0 to \(Int64.max)", text) }
    return value
  }

  func guid(_ name: StaticString) throws(WireError) -> GUID {
    let text = try required(name)
    guard let guid = GUID(text) else { throw invalid(name, "a GUID", text) }
    return guid
  }

  func identity() throws(WireError) -> UpdateIdentity {
    let text = try required("RevisionNumber")
    guard let number = Int32(text), number >= 0 else {
      throw invalid("RevisionNumber", "0 to \(Int32.max)", text)
    }
    return UpdateIdentity(updateID: try guid("UpdateID"), revisionNumber: number)
  }

  func invalid(_ name: StaticString, _ expected: String, _ found: String) -> WireError {
    .invalidValue(WireLocation(), expected: "attribute \(name) with \(expected)", found: WireError.excerpt(found))
  }
}
