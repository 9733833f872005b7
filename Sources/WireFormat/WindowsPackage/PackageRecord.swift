public import UpdateModel

/// One record of `metadata.txt`: a revision and its metadata document.
///
/// `<UpdateID>,<revision as 8 hex digits>,<length as 8 hex digits>,<XML>` and CR LF. The length counts UTF-16 code
/// units. The document may hold line breaks, so a record ends where its length says. Records of a package stand in
/// dependency order, which is the work of whoever writes it: detectoids, classifications, products, then updates,
/// each behind all its bundled updates.
public struct PackageRecord: Hashable, Sendable {
  public let identity: UpdateIdentity
  /// UTF-8.
  public let document: [UInt8]

  public init(identity: UpdateIdentity, document: [UInt8]) {
    self.identity = identity
    self.document = document
  }

  static let lineEnd: [UInt8] = [0x0D, 0x0A]

  /// The bytes of the record.
  ///
  /// A document in UTF-16, or with a byte order mark, is written as plain UTF-8 (``MetadataText``).
  ///
  /// - Throws: ``WireError`` for a negative revision and for a document that is empty, longer than
  ///   ``MetadataText/byteLimit`` or not UTF-8.
  public func encoded() throws(WireError) -> [UInt8] {
    let place = WireLocation(operation: "metadata.txt", element: "\(identity)")
    guard identity.revisionNumber >= 0 else {
      throw .invalidValue(place, expected: "a revision number of 0 or more", found: "\(identity.revisionNumber)")
    }
    let text = try MetadataText.decode(document)
    guard !text.isEmpty else { throw .invalidValue(place, expected: "a metadata document", found: "no byte") }
    guard String(validating: text, as: UTF8.self) != nil else {
      throw .malformed(place, reason: "a document that is not UTF-8")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count + RecordPrefix.byteCount + Self.lineEnd.count)
    RecordPrefix(identity: identity, length: UTF16Length.of(text)).append(to: &bytes)
    bytes += text
    bytes += Self.lineEnd
    return bytes
  }
}

/// Counts the UTF-16 code units of UTF-8.
enum UTF16Length {
  static func of(_ text: [UInt8]) -> Int { text.reduce(0) { $0 + units($1) } }

  /// What the character that begins with `byte` takes; 0 for a byte inside a character.
  @inline(__always)
  static func units(_ byte: UInt8) -> Int { byte & 0xC0 == 0x80 ? 0 : byte >= 0xF0 ? 2 : 1 }
}
