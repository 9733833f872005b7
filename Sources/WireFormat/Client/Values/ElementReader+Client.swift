import UpdateModel

/// Reads what only MS-WUSP has: bounded lists and texts, and more kinds of numbers.
extension ElementReader {
  /// Reads the items of the array `name`; nil when it is absent.
  ///
  /// - Throws: ``WireError`` naming the array when it has more than `limit` entries.
  func arrayIfPresent<Item>(
    _ name: String, of item: String, limit: Int, _ decode: (ElementReader) throws(WireError) -> Item
  ) throws(WireError) -> [Item]? {
    if let count = child(name)?.element.children.count, count > limit {
      throw .invalidValue(WireLocation(element: name), expected: "at most \(limit) entries", found: "\(count)")
    }
    return try arrayIfPresent(name, of: item, decode)
  }

  /// Reads the items of the array `name`; an absent array is empty.
  func array<Item>(
    _ name: String, of item: String, limit: Int, _ decode: (ElementReader) throws(WireError) -> Item
  ) throws(WireError) -> [Item] {
    try arrayIfPresent(name, of: item, limit: limit, decode) ?? []
  }

  func revisionIDsIfPresent(_ name: String) throws(WireError) -> [Int32]? {
    try arrayIfPresent(name, of: "int", limit: ClientRequestLimits.revisionIDs) { item throws(WireError) in
      try item.int32()
    }
  }

  func identitiesIfPresent(_ name: String) throws(WireError) -> [UpdateIdentity]? {
    try arrayIfPresent(name, of: "UpdateIdentity", limit: ClientRequestLimits.identities) { item throws(WireError) in
      try item.identity()
    }
  }

  func guids(_ name: String, limit: Int) throws(WireError) -> [GUID] {
    try array(name, of: "guid", limit: limit) { item throws(WireError) in try item.guid() }
  }

  func texts(_ name: String, limit: Int, bytes: Int = ClientRequestLimits.text) throws(WireError) -> [String] {
    try array(name, of: "string", limit: limit) { item throws(WireError) in try item.text(limit: bytes) }
  }

  /// The text of this element.
  func text(limit: Int) throws(WireError) -> String {
    let count = element.text.utf8.count
    guard count <= limit else {
      throw .invalidValue(WireLocation(), expected: "at most \(limit) bytes", found: "\(count) bytes")
    }
    return element.text
  }

  /// The text of a child, nil when it is absent.
  func text(_ name: String, limit: Int = ClientRequestLimits.text) throws(WireError) -> String? {
    try readIfPresent(name) { child throws(WireError) in try child.text(limit: limit) }
  }

  func timestampIfPresent(_ name: String) throws(WireError) -> Timestamp? {
    try readIfPresent(name) { child throws(WireError) in try child.timestamp() }
  }

  func guidIfPresent(_ name: String) throws(WireError) -> GUID? {
    try readIfPresent(name) { child throws(WireError) in try child.guid() }
  }

  func boolIfPresent(_ name: String) throws(WireError) -> Bool? {
    try readIfPresent(name) { child throws(WireError) in try child.bool() }
  }

  /// An `int` that counts as 0 when it is absent, as for readers that fill in defaults.
  func int32OrZero(_ name: String) throws(WireError) -> Int32 { try int32IfPresent(name) ?? 0 }

  func byteIfPresent(_ name: String) throws(WireError) -> UInt8? {
    try readIfPresent(name) { child throws(WireError) in try child.byte() }
  }

  func int16(_ name: String) throws(WireError) -> Int16 {
    try read(name) { child throws(WireError) in try child.int16() }
  }

  /// A `short` whose writer meant 16 bits without a sign; 0 when it is absent (WUSP-127).
  func unsignedShortOrZero(_ name: String) throws(WireError) -> UInt16 {
    try readIfPresent(name) { child throws(WireError) in try child.unsignedShort() } ?? 0
  }

  func int64(_ name: String) throws(WireError) -> Int64 {
    try read(name) { child throws(WireError) in try child.int64() }
  }

  private func int16() throws(WireError) -> Int16 {
    let value = try int32()
    guard let short = Int16(exactly: value) else { throw number("a 16-bit integer") }
    return short
  }

  private func unsignedShort() throws(WireError) -> UInt16 {
    let value = try int32()
    guard (Int32(Int16.min)...Int32(UInt16.max)).contains(value) else { throw number("a 16-bit integer") }
    return UInt16(truncatingIfNeeded: value)
  }

  private func int64() throws(WireError) -> Int64 {
    let digits = String(decoding: ASCII.trimmed(element.text.utf8), as: UTF8.self)
    guard let value = Int64(digits) else { throw number("a 64-bit integer") }
    return value
  }

  private func number(_ expected: String) -> WireError {
    .invalidValue(WireLocation(), expected: expected, found: "\"\(WireError.excerpt(element.text))\"")
  }
}
