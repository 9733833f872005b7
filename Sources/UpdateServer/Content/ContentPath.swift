import UpdateModel

/// The two parts of `/Content/XX/NAME` (guide 9.5, AMB-01, AMB-02).
///
/// `NAME` never becomes a path on this machine: it is a digest, or a text that is compared
/// with the file names of the metadata.
enum ContentPath: Hashable, Sendable {
  /// 40 hexadecimal digits in any letter case, with any extension or none.
  case digest(FileDigest)
  /// A `FileName` of the metadata; good when only one file of the folder has it.
  case alias(folder: UInt8, name: String)

  static let maximumNameBytes = 255

  /// Reads `/Content/XX/` and 40 hex digits with a plain extension or none, the form of every Windows client,
  /// without taking the text apart.
  ///
  /// - Returns: nil for every other spelling, good or bad.
  init?(usualTarget target: String) {
    var target = target
    let digest = target.withUTF8 { Self.usualDigest($0) }
    guard let digest else { return nil }
    self = .digest(digest)
  }

  private static let usualPrefix = Array("/content/".utf8)
  private static let usualLength = 9 + 2 + 1 + 40

  private static func usualDigest(_ text: UnsafeBufferPointer<UInt8>) -> FileDigest? {
    guard text.count >= usualLength, text[11] == UInt8(ascii: "/") else { return nil }
    // Letters differ from their capitals in this bit; "/" has it set.
    for (index, byte) in usualPrefix.enumerated() where text[index] | 0x20 != byte { return nil }
    guard hasPlainEnd(text[usualLength...]), let folder = byte(text, 9) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(FileDigest.byteCount)
    for offset in stride(from: 12, to: usualLength, by: 2) {
      guard let value = byte(text, offset) else { return nil }
      bytes.append(value)
    }
    return bytes.last == folder ? FileDigest(bytes: bytes) : nil
  }

  private static func byte(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int) -> UInt8? {
    guard let high = Hex.digit(text[offset]), let low = Hex.digit(text[offset + 1]) else { return nil }
    return high << 4 | low
  }

  /// Nothing, or a dot and at most 10 letters or digits.
  private static func hasPlainEnd(_ end: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    guard let dot = end.first else { return true }
    let letters = end.dropFirst()
    return dot == UInt8(ascii: ".") && (1...10).contains(letters.count)
      && letters.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) }
  }

  /// - Parameter segments: folder and name, still percent-encoded.
  /// - Returns: nil when no file can have this path: the answer is 404.
  init?(folder encodedFolder: Substring, name encodedName: Substring) {
    guard let folderText = PercentEncoding.decodeSegment(encodedFolder), folderText.utf8.count == 2,
      let folder = Hex.bytes(folderText)?.first, let name = PercentEncoding.decodeSegment(encodedName),
      (1...Self.maximumNameBytes).contains(name.utf8.count)
    else { return nil }
    if let digest = Self.digest(in: name) {
      guard digest.bytes.last == folder else { return nil }
      self = .digest(digest)
    } else {
      self = .alias(folder: folder, name: name)
    }
  }

  private static func digest(in name: String) -> FileDigest? {
    let stem = name.prefix { $0 != "." }
    return stem.utf8.count == FileDigest.byteCount * 2 ? FileDigest(hex: stem) : nil
  }
}

/// Percent-encoding of one path segment.
enum PercentEncoding {
  /// Decodes once and refuses what a file name on no system can be: separators, control
  /// characters, `.` and `..`, broken escapes, text that is not UTF-8.
  static func decodeSegment(_ text: Substring) -> String? {
    guard let bytes = decodedBytes(text) else { return nil }
    let isPlain = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
    guard isPlain, let name = String(validating: bytes, as: UTF8.self), name != ".", name != ".." else { return nil }
    return name
  }

  private static func decodedBytes(_ text: Substring) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = text.utf8
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(Hex.digit), let low = rest.popFirst().flatMap(Hex.digit)
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}
