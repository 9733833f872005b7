/// Why a Cabinet or a Zstandard frame was refused, or bytes could not be packed.
public enum PackingError: Error, Hashable, Sendable {
  /// The bytes do not begin as a Cabinet does; `found` are the first bytes, at most four.
  case notACabinet(found: [UInt8])
  case unsupportedVersion(expected: String, found: String)
  /// The length in the header differs from the number of bytes that arrived.
  case lengthMismatch(declared: Int, found: Int)
  case folderCount(expected: Int, found: Int)
  case memberCount(expected: Int, found: Int)
  /// The member continues in another Cabinet.
  case partOfASet
  /// `declared` is the length that the Cabinet states, before anything is unpacked.
  case memberTooLarge(limit: Int, declared: Int)
  case memberLengthMismatch(declared: Int, found: Int)
  /// Damaged or unknown inside; `reason` is the text of the library.
  case unreadable(operation: String, reason: String)
  /// A name that a Cabinet cannot hold: empty, longer than 255 bytes or with a zero byte.
  case memberName(String)
  /// The library could not compress; `reason` is its text.
  case cannotCompress(operation: String, reason: String)
  /// A damaged Zstandard frame; `reason` is the text of the library.
  case frame(operation: String, reason: String)
  /// `found` is nil when the frame does not state its length, or is none.
  case frameLengthMismatch(expected: Int, found: Int?)
}

extension PackingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notACabinet(let found):
      "Cabinet: expected the signature MSCF, found \(found.isEmpty ? "no bytes" : "\(found)")"
    case .unsupportedVersion(let expected, let found): "Cabinet: expected version \(expected), found \(found)"
    case .lengthMismatch(let declared, let found): "Cabinet: header declares \(declared) bytes, found \(found)"
    case .folderCount(let expected, let found): "Cabinet: expected \(expected) folder, found \(found)"
    case .memberCount(let expected, let found): "Cabinet: expected \(expected) member, found \(found)"
    case .partOfASet: "Cabinet: expected a complete one, found a part of a set"
    case .memberTooLarge(let limit, let declared):
      "Cabinet member: expected at most \(limit) bytes, found \(declared) declared"
    case .memberLengthMismatch(let declared, let found):
      "Cabinet member: expected \(declared) bytes, found \(found)"
    case .unreadable(let operation, let reason): "Cabinet: cannot \(operation): \(reason)"
    case .memberName(let name): "Cabinet member: expected a name of 1 to 255 bytes, found \(name.utf8.count) in it"
    case .cannotCompress(let operation, let reason): "gzip: cannot \(operation): \(reason)"
    case .frame(let operation, let reason): "Zstandard frame: cannot \(operation): \(reason)"
    case .frameLengthMismatch(let expected, let found):
      "Zstandard frame: expected \(expected) bytes, found \(found.map { "\($0)" } ?? "no stated length")"
    }
  }
}
