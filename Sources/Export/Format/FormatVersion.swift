/// Tells a document of another version from a faulty one.
enum FormatVersion {
  /// - Returns: the refusal that names the version when the document, read without regard to its members, says another
  ///   one than `expected`; nil when it says none or this one.
  static func refusal(_ bytes: [UInt8], document: String, expected: Int64) -> FormatError? {
    var scan = MemberScan(bytes)
    guard let found = scan.integer(ofMember: "version"), found != expected else { return nil }
    return FormatError(place: "\(document), version", expected: "version \(expected)", found: "version \(found)")
  }
}

/// Looks for one member of the outermost object, whatever the others are. Decides nothing but the words of an error.
private struct MemberScan {
  private let bytes: [UInt8]
  private var offset = 0
  private var depth = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func integer(ofMember name: String) -> Int64? {
    let wanted = Array("\"\(name)\":".utf8)
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        if depth == 1, bytes[offset...].starts(with: wanted) { return digits(from: offset + wanted.count) }
        skipText()
      default: break
      }
      offset += 1
    }
    return nil
  }

  private func digits(from start: Int) -> Int64? {
    let digits = bytes[start...].prefix(19).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return Int64(String(decoding: digits, as: UTF8.self))
  }

  /// From the opening to the closing quotation mark.
  private mutating func skipText() {
    offset += 1
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
      offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
    }
  }
}
