/// The form of a key ring in a file: one accepted spelling only.
///
///     updatemirror sealing keys 1
///     <8 hex digits: key id> <64 hex digits: key>      newest first, 1 to 8 lines
extension SealingKeyRing {
  private static let title = "updatemirror sealing keys 1"
  private static let maximumFileSize = 1_024

  /// The file's bytes. Write them with permissions 0600.
  public var serialized: [UInt8] {
    Array(([Self.title] + keys.map(\.line)).map { $0 + "\n" }.joined().utf8)
  }

  /// Reads what ``serialized`` writes and nothing else.
  ///
  /// - Throws: ``SealingError/malformedKeyRing(line:expected:)``.
  public static func load(from bytes: [UInt8]) throws(SealingError) -> SealingKeyRing {
    guard bytes.count <= maximumFileSize, bytes.allSatisfy({ $0 < 0x80 }) else {
      throw .malformedKeyRing(line: 1, expected: "at most \(maximumFileSize) bytes of ASCII")
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    guard lines[0] == title else { throw .malformedKeyRing(line: 1, expected: "\"\(title)\"") }
    guard lines.count >= 3, lines.last == "" else {
      throw .malformedKeyRing(line: lines.count, expected: "a key, and a line end after it")
    }
    return SealingKeyRing(keys: try keys(in: lines[1..<lines.count - 1]))
  }

  private static func keys(in lines: ArraySlice<Substring>) throws(SealingError) -> [SealingKey] {
    var keys: [SealingKey] = []
    for line in lines {
      let number = keys.count + 2
      guard let key = SealingKey(line: line) else {
        throw .malformedKeyRing(line: number, expected: "8 and 64 lower-case hexadecimal digits")
      }
      guard !keys.contains(where: { $0.id == key.id }) else {
        throw .malformedKeyRing(line: number, expected: "another key id than before")
      }
      keys.append(key)
    }
    guard keys.count <= maximumKeyCount else {
      throw .malformedKeyRing(line: keys.count + 1, expected: "at most \(maximumKeyCount) keys")
    }
    return keys
  }
}
