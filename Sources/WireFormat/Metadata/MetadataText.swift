/// Turns a document as it arrived into UTF-8 that an XML parser accepts (guide 7.6).
public enum MetadataText {
  /// The most bytes of one document, before and after decoding.
  public static let byteLimit = 64 << 20

  /// Detects the encoding and converts: a byte order mark decides; else `3C 00` means UTF-16LE; else UTF-8.
  ///
  /// The mark is dropped, and so is an XML declaration that names another encoding than
  /// UTF-8 (SSS-161). UTF-8 without either comes back unchanged.
  ///
  /// - Throws: ``WireError`` above ``byteLimit`` and for UTF-16 that is cut or not paired.
  public static func decode(_ bytes: [UInt8]) throws(WireError) -> [UInt8] {
    guard bytes.count <= byteLimit else { throw tooLong }
    return switch encoding(of: bytes) {
    case .utf8(let mark): withoutContradiction(mark == 0 ? bytes : bytes[mark...].copy)
    case .utf16(let mark, let isBigEndian):
      withoutContradiction(try decodeUTF16(bytes[mark...], isBigEndian: isBigEndian))
    }
  }

  private enum Encoding {
    case utf8(mark: Int)
    case utf16(mark: Int, isBigEndian: Bool)
  }

  private static var tooLong: WireError { .limitExceeded(WireLocation(), limit: .total, maximum: byteLimit) }

  private static func encoding(of bytes: [UInt8]) -> Encoding {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return .utf8(mark: 3) }
    if bytes.starts(with: [0xFF, 0xFE]) { return .utf16(mark: 2, isBigEndian: false) }
    if bytes.starts(with: [0xFE, 0xFF]) { return .utf16(mark: 2, isBigEndian: true) }
    if bytes.starts(with: [0x3C, 0x00]) { return .utf16(mark: 0, isBigEndian: false) }
    return .utf8(mark: 0)
  }

  private static func decodeUTF16(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) throws(WireError) -> [UInt8] {
    guard bytes.count.isMultiple(of: 2) else {
      throw .malformed(WireLocation(offset: bytes.count), reason: "UTF-16 ends inside a character")
    }
    var failure: WireError?
    // Each 16-bit unit needs at most three bytes.
    let text = [UInt8](unsafeUninitializedCapacity: bytes.count / 2 * 3) { output, count in
      bytes.withUnsafeBufferPointer { input in
        let units = UTF16Units(bytes: input, isBigEndian: isBigEndian)
        do throws(WireError) { count = try units.write(to: output) } catch { failure = error }
      }
    }
    if let failure { throw failure }
    guard text.count <= byteLimit else { throw tooLong }
    return text
  }

  /// Drops the XML declaration if it names an encoding that the bytes no longer have.
  private static func withoutContradiction(_ text: [UInt8]) -> [UInt8] {
    guard text.starts(with: "<?xml".utf8), text.count > 5, ASCII.isSpace(text[5]),
      let end = text.prefix(1_024).firstIndex(of: UInt8(ascii: ">"))
    else { return text }
    let declaration = String(decoding: text[...end], as: UTF8.self).lowercased()
    guard declaration.contains("encoding"), !declaration.contains("utf-8"), !declaration.contains("utf8")
    else { return text }
    return text[(end + 1)...].copy
  }
}

extension ArraySlice<UInt8> {
  /// The bytes in an array of their own, by the one copy that the optimiser leaves alone.
  var copy: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { output, written in
      withUnsafeBufferPointer { written = output.update(fromContentsOf: $0) }
    }
  }
}
