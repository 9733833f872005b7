/// Why a Cabinet or a Zstandard frame was refused, or bytes could not be packed.
///
/// Names of members come from strangers: descriptions show them without control characters.
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
  /// A name that a Cabinet cannot hold or that is a path: empty, longer than 255 bytes, with a control character,
  /// a slash or a backslash.
  case memberName(String)
  /// A member longer than the format or the caller allows; `found` is what is declared, or known so far.
  case memberAboveLimit(name: String, limit: Int, found: Int)
  /// All members together unpack to more than the caller allows for a Cabinet of `packed` bytes.
  case suspiciousRatio(packed: Int, unpacked: Int, limit: Int)
  /// The Cabinet would exceed what Windows reads.
  case cabinetTooLarge(limit: Int)
  case tooManyMembers(limit: Int, found: Int)
  /// A member that nobody expects.
  case unexpectedMember(String, expected: [String])
  case missingMember(String)
  /// Two members of one name; letter case does not tell names apart.
  case duplicateMember(String)
  /// The Cabinet's file cannot be opened or read; `reason` is the system's text.
  case file(path: String, operation: String, reason: String)
  /// The library could not compress; `reason` is its text.
  case cannotCompress(operation: String, reason: String)
  /// A damaged Zstandard frame; `reason` is the text of the library.
  case frame(operation: String, reason: String)
  /// `found` is nil when the frame does not state its length, or is none.
  case frameLengthMismatch(expected: Int, found: Int?)
  /// Something stands behind a frame that ends after `expected` bytes.
  case frameEnd(expected: Int, found: Int)
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
    case .memberName(let name): "Cabinet member: expected a plain name of 1 to 255 bytes, found \(Self.shown(name))"
    case .memberAboveLimit(let name, let limit, let found):
      "Cabinet member \(Self.shown(name)): expected at most \(limit) bytes, found \(found)"
    case .suspiciousRatio(let packed, let unpacked, let limit):
      "Cabinet of \(packed) bytes: expected at most \(limit) bytes in its members, found \(unpacked)"
    case .cabinetTooLarge(let limit): "Cabinet: expected at most \(limit) bytes, found more"
    case .tooManyMembers(let limit, let found): "Cabinet: expected at most \(limit) members, found \(found)"
    case .unexpectedMember(let name, let expected):
      "Cabinet: expected the members \(expected.joined(separator: ", ")), found \(Self.shown(name))"
    case .missingMember(let name): "Cabinet: expected the member \(Self.shown(name)), found none of this name"
    case .duplicateMember(let name): "Cabinet: expected one member \(Self.shown(name)), found two"
    case .file(let path, let operation, let reason): "Cabinet \(path): cannot \(operation): \(reason)"
    case .cannotCompress(let operation, let reason): "compression: cannot \(operation): \(reason)"
    case .frame(let operation, let reason): "Zstandard frame: cannot \(operation): \(reason)"
    case .frameLengthMismatch(let expected, let found):
      "Zstandard frame: expected \(expected) bytes, found \(found.map { "\($0)" } ?? "no stated length")"
    case .frameEnd(let expected, let found): "Zstandard frame: expected its end after \(expected) bytes, found \(found)"
    }
  }

  /// A name as it may stand in a terminal.
  private static func shown(_ name: String) -> String {
    let scalars = name.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    let plain = String(String.UnicodeScalarView(scalars))
    return "\"\(plain.count <= 60 ? plain : plain.prefix(57) + "...")\""
  }
}
