import UpdateModel

/// A name in a volume: an object, or one part of it.
struct EntryName: Hashable, Sendable {
  let object: ObjectName
  /// 1 to 9999; 0 for an object in one piece.
  let part: Int

  /// As it stands in the tar header and the manifest.
  var text: String { part == 0 ? object.text : "\(object.text).part-\(DecimalText.padded(part, 4))" }

  /// Adds ``text`` to other bytes.
  func append(to bytes: inout [UInt8]) {
    object.append(to: &bytes)
    if part > 0 { bytes.append(contentsOf: ".part-\(DecimalText.padded(part, 4))".utf8) }
  }

  /// The longest text: a part of a content file with an extension of ten characters.
  static let longest = 72
}

extension ObjectName {
  /// Reads exactly the spelling of ``text``; nil for every other name.
  public init?(_ text: String) {
    var copy = text
    guard let name = copy.withUTF8({ ObjectName(utf8: UnsafeRawBufferPointer($0)) }) else { return nil }
    self = name
  }

  /// As ``init(_:)``, from bytes.
  init?(utf8 text: UnsafeRawBufferPointer) {
    if let name = Self.content(text) ?? Self.metadata(text) {
      self = name
    } else if let name = [Self.state, .revisionList, .contentList].first(where: { text.elementsEqual($0.text.utf8) }) {
      self = name
    } else {
      return nil
    }
  }

  /// `content/`, the folder, the digest, perhaps an extension.
  private static func content(_ text: UnsafeRawBufferPointer) -> ObjectName? {
    let digestStart = 11
    let digestEnd = digestStart + 2 * FileDigest.byteCount
    guard text.count >= digestEnd, text.starts(with: "content/".utf8), text[10] == UInt8(ascii: "/") else { return nil }
    var digest: [UInt8] = []
    digest.reserveCapacity(FileDigest.byteCount)
    for index in stride(from: digestStart, to: digestEnd, by: 2) {
      guard let high = upperDigit(text[index]), let low = upperDigit(text[index + 1]) else { return nil }
      digest.append(high << 4 | low)
    }
    guard text[8] == text[digestEnd - 2], text[9] == text[digestEnd - 1] else { return nil }
    if text.count == digestEnd { return ObjectName(digest: digest, extensionCode: 0) }
    guard text[digestEnd] == UInt8(ascii: "."), text.count > digestEnd + 1,
      let code = FileExtensionCode.code(text[(digestEnd + 1)...])
    else { return nil }
    return ObjectName(digest: digest, extensionCode: code)
  }

  /// `metadata/`, six digits, `.zst`.
  private static func metadata(_ text: UnsafeRawBufferPointer) -> ObjectName? {
    guard text.count == 19, text.starts(with: "metadata/".utf8), text[15...].elementsEqual(".zst".utf8),
      let number = DecimalText.number(text[9..<15])
    else { return nil }
    return metadata(number)
  }

  private static func upperDigit(_ ascii: UInt8) -> UInt8? {
    switch ascii {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): ascii - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): ascii - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

extension EntryName {
  private static let suffix = Array(".part-".utf8)
  private static let suffixLength = 10

  /// Reads exactly the spelling of ``text``; nil for every other name.
  init?(utf8 text: UnsafeRawBufferPointer) {
    if let object = ObjectName(utf8: text) {
      self.init(object: object, part: 0)
      return
    }
    let split = text.count - Self.suffixLength
    guard split > 0, text[split..<split + Self.suffix.count].elementsEqual(Self.suffix),
      let part = DecimalText.number(text[(text.count - 4)...]), part > 0,
      let object = ObjectName(utf8: UnsafeRawBufferPointer(rebasing: text[..<split]))
    else { return nil }
    self.init(object: object, part: part)
  }

  init?(_ text: String) {
    var copy = text
    guard let name = copy.withUTF8({ EntryName(utf8: UnsafeRawBufferPointer($0)) }) else { return nil }
    self = name
  }
}

extension DecimalText {
  /// The value of a few decimal digits; nil for any other character.
  static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int? {
    var value = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }
}
