/// What a header that differs from the expected one seems to be. For messages; nothing is decided by it.
extension UstarHeader {
  /// `a symbolic link "x" to "/etc/passwd"`, `the end of the archive`, ...
  static func describe(_ block: [UInt8]) -> String {
    guard block.count == blockSize else { return "only \(block.count) bytes of a header" }
    if block.allSatisfy({ $0 == 0 }) { return "the end of the archive" }
    guard hasChecksum(block) else { return "bytes that are no tar header" }
    let prefix = text(.prefix, block)
    let name = ForeignText.quoted(prefix.isEmpty ? text(.name, block) : prefix + "/".utf8 + text(.name, block))
    let kind = kind(block[Field.type.start])
    let isLink = block[Field.type.start] == UInt8(ascii: "1") || block[Field.type.start] == UInt8(ascii: "2")
    return isLink ? "\(kind) \(name) to \(ForeignText.quoted(text(.linkName, block)))" : "\(kind) \(name)"
  }

  /// What `found` is and how it differs: the fields, when both are files of one name.
  static func difference(expected: [UInt8], found: [UInt8]) -> String {
    let description = describe(found)
    guard found.count == blockSize, hasChecksum(found), expected.count == blockSize else { return description }
    let isSameFile = [Field.name, .type, .prefix].allSatisfy { expected[$0.range] == found[$0.range] }
    guard isSameFile else { return description }
    let fields = Field.allCases.filter { $0 != .checksum && expected[$0.range] != found[$0.range] }
    let words = fields.map { "\($0) \(ForeignText.quoted(text($0, found)))" }
    return words.isEmpty
      ? "\(description) with a checksum in another spelling" : "\(description) with \(words.joined(separator: ", "))"
  }

  private static func kind(_ type: UInt8) -> String {
    switch type {
    case UInt8(ascii: "0"), 0: "a file"
    case UInt8(ascii: "1"): "a hard link"
    case UInt8(ascii: "2"): "a symbolic link"
    case UInt8(ascii: "3"): "a character device"
    case UInt8(ascii: "4"): "a block device"
    case UInt8(ascii: "5"): "a directory"
    case UInt8(ascii: "6"): "a FIFO"
    case UInt8(ascii: "7"): "a contiguous file"
    case UInt8(ascii: "x"): "a pax header"
    case UInt8(ascii: "g"): "a global pax header"
    case UInt8(ascii: "L"): "a GNU long name"
    case UInt8(ascii: "K"): "a GNU long link"
    case UInt8(ascii: "S"): "a sparse file"
    default: "an entry of the unknown type \(ForeignText.quoted(CollectionOfOne(type)))"
    }
  }

  private static func hasChecksum(_ block: [UInt8]) -> Bool {
    let digits = block[Field.checksum.range].filter { $0 != 0 && $0 != UInt8(ascii: " ") }
    return Int64(String(decoding: digits, as: UTF8.self), radix: 8) == checksum(block)
  }

  /// A field up to its first zero.
  private static func text(_ field: Field, _ block: [UInt8]) -> [UInt8] {
    Array(block[field.range].prefix { $0 != 0 })
  }
}
