/// The fixed fields of a Cabinet, checked before any decoder sees the bytes.
///
/// A metadata Cabinet is complete, has one folder and one member, and is exactly as
/// long as it says (guide 7.6, SSS-164).
struct CabinetHeader {
  static let byteCount = 36
  static let folderByteCount = 8
  private static let memberFieldsByteCount = 16
  private static let signature = Array("MSCF".utf8)
  private static let setFlags = 0b11

  /// Uncompressed length of the first member, in bytes.
  let memberLength: Int

  /// - Parameter limit: the most bytes that the member may have.
  init(_ bytes: [UInt8], limit: Int) throws(PackingError) {
    guard bytes.count >= Self.byteCount, Array(bytes.prefix(4)) == Self.signature else {
      throw .notACabinet(found: Array(bytes.prefix(4)))
    }
    let version = "\(bytes[25]).\(bytes[24])"
    guard version == "1.3" else { throw .unsupportedVersion(expected: "1.3", found: version) }
    let declared = bytes.field32(8)
    guard declared == bytes.count else { throw .lengthMismatch(declared: declared, found: bytes.count) }
    guard bytes.field16(30) & Self.setFlags == 0 else { throw .partOfASet }
    guard bytes.field16(26) == 1 else { throw .folderCount(expected: 1, found: bytes.field16(26)) }
    guard bytes.field16(28) == 1 else { throw .memberCount(expected: 1, found: bytes.field16(28)) }
    memberLength = try Self.memberLength(bytes)
    guard memberLength <= limit else { throw .memberTooLarge(limit: limit, declared: memberLength) }
  }

  private static func memberLength(_ bytes: [UInt8]) throws(PackingError) -> Int {
    let offset = bytes.field32(16)
    guard offset >= byteCount, offset + memberFieldsByteCount <= bytes.count else {
      throw .unreadable(operation: "read the member table", reason: "offset \(offset) of \(bytes.count) bytes")
    }
    return bytes.field32(offset)
  }
}
