import UpdateModel
import WireFormat

/// Strings, and the values that are written as strings.
extension CanonicalJSONReader {
  /// A string of at most `limit` bytes of UTF-8.
  mutating func text(limit: Int = Self.maximumText) throws(FormatError) -> String {
    let start = offset
    let content = try textBytes(limit: limit)
    guard let text = String(validating: content, as: UTF8.self) else {
      throw refusal(at: start, "text in UTF-8", ForeignText.quoted(content))
    }
    return text
  }

  /// A string, or nil for `null`.
  mutating func optionalText(limit: Int = Self.maximumText) throws(FormatError) -> String? {
    if null() { return nil }
    return try text(limit: limit)
  }

  /// A string that is one of these words.
  mutating func word(_ words: [String]) throws(FormatError) -> String {
    let start = offset
    let expected = words.map { "\"\($0)\"" }.joined(separator: " or ")
    guard peek == UInt8(ascii: "\"") else { throw error(at: start, expected) }
    let found = try text(limit: 256)
    guard words.contains(found) else { throw refusal(at: start, expected, ForeignText.quoted(found)) }
    return found
  }

  /// A GUID in its only spelling.
  mutating func guid() throws(FormatError) -> GUID {
    let start = offset
    let text = try textBytes(limit: 64, "a GUID in lower case")
    guard let guid = GUID(String(decoding: text, as: UTF8.self)), guid.description.utf8.elementsEqual(text) else {
      throw refusal(at: start, "a GUID in lower case", ForeignText.quoted(text))
    }
    return guid
  }

  mutating func optionalGUID() throws(FormatError) -> GUID? {
    if null() { return nil }
    return try guid()
  }

  /// A list of GUIDs, each greater than the one before.
  mutating func sortedGUIDs() throws(FormatError) -> [GUID] {
    var guids: [GUID] = []
    try beginArray()
    while try nextElement() {
      let start = offset
      let next = try guid()
      if let last = guids.last, last >= next {
        throw refusal(at: start, "a GUID greater than \(last)", "\(next)")
      }
      guids.append(next)
    }
    return guids
  }

  /// A time of whole seconds, not before 1970: `yyyy-MM-ddTHH:mm:ssZ`.
  mutating func moment() throws(FormatError) -> Timestamp {
    let start = offset
    let expected = "a time as yyyy-MM-ddTHH:mm:ssZ, 1970 or later"
    let found = try textBytes(limit: 64, expected)
    let text = String(decoding: found, as: UTF8.self)
    guard let time = Timestamp(text), time.description == text, found.count == 20,
      time.ticks >= Timestamp.unixEpochTicks
    else { throw refusal(at: start, expected, ForeignText.quoted(found)) }
    return time
  }

  mutating func optionalMoment() throws(FormatError) -> Timestamp? {
    if null() { return nil }
    return try moment()
  }

  /// A SHA-256 as 64 lower-case digits.
  mutating func sha256() throws(FormatError) -> InlineSHA256 {
    let start = offset
    let expected = "64 lower-case hexadecimal digits"
    let range = try plainText(expected)
    guard let digest = bytes.withUnsafeBytes({ InlineSHA256(lowerHex: .init(rebasing: $0[range])) }) else {
      throw refusal(at: start, expected, ForeignText.quoted(bytes[range]))
    }
    return digest
  }

  /// A SHA-1 as 40 upper-case digits.
  mutating func fileDigest() throws(FormatError) -> FileDigest {
    let start = offset
    let expected = "40 upper-case hexadecimal digits"
    let found = try textBytes(limit: 64, expected)
    let text = String(decoding: found, as: UTF8.self)
    guard let digest = FileDigest(hex: text), digest.hex == text else {
      throw refusal(at: start, expected, ForeignText.quoted(found))
    }
    return digest
  }

  /// The name of an entry or object; it never has an escape.
  mutating func entryName() throws(FormatError) -> EntryName {
    let start = offset
    let expected = "the name of an object"
    let range = try plainText(expected)
    guard let name = bytes.withUnsafeBytes({ EntryName(utf8: .init(rebasing: $0[range])) }) else {
      throw refusal(at: start, expected, ForeignText.quoted(bytes[range]))
    }
    return name
  }

  mutating func objectName() throws(FormatError) -> ObjectName {
    let start = offset
    let name = try entryName()
    guard name.part == 0 else { throw refusal(at: start, "the name of an object", ForeignText.quoted(name.text)) }
    return name.object
  }

  /// Base64 in its only spelling, of at most `limit` bytes.
  mutating func base64(limit: Int) throws(FormatError) -> [UInt8] {
    let start = offset
    let range = try plainText("Base64")
    guard range.count <= (limit + 2) / 3 * 4 else {
      throw refusal(at: start, "Base64 of at most \(limit) bytes", "\(range.count) letters")
    }
    let hasBlank = bytes[range].contains(UInt8(ascii: " "))
    guard !hasBlank, let content = Base64.decode(bytes[range]), content.count <= limit
    else { throw refusal(at: start, "Base64 in its only spelling", ForeignText.quoted(bytes[range])) }
    return content
  }

  // MARK: Pieces

  /// The place of a string without escapes, between its quotation marks.
  mutating func plainText(_ expected: String) throws(FormatError) -> Range<Int> {
    let start = offset
    try byte(UInt8(ascii: "\""), expected, from: start)
    let first = offset
    offset = bytes.withUnsafeBytes { Self.endOfPlainText($0, from: first) }
    let end = offset
    try byte(UInt8(ascii: "\""), expected, from: start)
    valueIsRead()
    return first..<end
  }

  /// The decoded bytes of a string; not yet known to be UTF-8.
  private mutating func textBytes(limit: Int, _ expected: String = "a string") throws(FormatError) -> [UInt8] {
    let start = offset
    try byte(UInt8(ascii: "\""), expected, from: start)
    var content: [UInt8] = []
    while true {
      let first = offset
      let end = bytes.withUnsafeBytes { Self.endOfPlainText($0, from: first) }
      guard content.count + end - first <= limit else {
        throw refusal(at: start, "at most \(limit) bytes of text", "more")
      }
      content.append(contentsOf: bytes[first..<end])
      offset = end
      guard peek == UInt8(ascii: "\\") else { break }
      content.append(try escapedByte())
    }
    try byte(UInt8(ascii: "\""), "the end of the string or a character that needs no escape", from: offset)
    valueIsRead()
    return content
  }

  /// The next quotation mark, backslash or control character, or the end.
  private static func endOfPlainText(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var end = start
    while end < bytes.count, bytes[end] >= 0x20, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\\") {
      end += 1
    }
    return end
  }

  /// `\n` and its like, or `\u00xx` for a control character that has no letter.
  private mutating func escapedByte() throws(FormatError) -> UInt8 {
    let start = offset
    let expected = "an escape that canonical JSON has"
    offset += 1
    guard let letter = peek else { throw error(at: start, expected) }
    offset += 1
    if let byte = JSONEscape.byte(for: letter) { return byte }
    let digits = bytes[offset...].prefix(4)
    guard letter == UInt8(ascii: "u"), digits.count == 4, digits.starts(with: "00".utf8),
      let code = Hex.bytes(String(decoding: digits.suffix(2), as: UTF8.self))?.first, code < 0x20,
      JSONEscape.letter(for: code) == nil, Hex.lower(CollectionOfOne(code)).utf8.elementsEqual(digits.suffix(2))
    else { throw error(at: start, expected) }
    offset += 4
    return code
  }
}
