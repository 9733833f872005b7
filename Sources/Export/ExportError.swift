public import Platform
public import UpdateModel

/// What stopped an export, or an import before or beside the question of trust, which is ``ArchiveRefusal``.
public enum ExportError: Error, Hashable, Sendable {
  // Keys.
  case badName(String)
  case nameTaken(String)
  case unknownKey(String)
  case exposedKey(path: String, permissions: UInt16)
  case noKey
  case revoked(fingerprint: SHA256Digest, since: Timestamp)
  case tooManyCertificates(limit: Int)
  // Exports.
  /// A file of the update content directory is not what the catalogue says.
  case rottenContent(digest: FileDigest, what: String, expected: String, found: String)
  /// A file that the plan counts on is gone.
  case contentGone(digest: FileDigest)
  /// The folder holds something that this export did not put there.
  case foreignFolder(path: String, found: String)
  /// An export with other options was begun in this folder.
  case otherPlan(path: String, expected: String, found: String)
  /// An archive is complete in this folder.
  case finishedArchive(path: String)
  case unknownBase(String)
  case noSpace(path: String, needed: Int64, free: Int64)
  /// Our own file of a plan or of the trust store is not what it should be.
  case damagedFile(path: String, expected: String, found: String)
  case system(SystemError)
}

extension ExportError {
  /// What to do about it; nil when the description says it.
  public var hint: String? {
    switch self {
    case .exposedKey(let path, _): "chmod 600 \(path), and think about who may have read it"
    case .noKey: "make one: updatemirror keys create NAME"
    case .rottenContent, .contentGone: "updatemirror content verify, then sync: the file is fetched again"
    case .foreignFolder: "give an empty folder, or one that does not exist yet"
    case .noSpace: "make room, or give --volume-size and a larger disk; the same command then continues"
    case .otherPlan: "repeat the first command, or give --restart to begin anew"
    case .unknownBase: "updatemirror export list shows the archives that can be a base"
    case .revoked: "a revocation stays; make a new key"
    case .tooManyCertificates, .damagedFile, .badName, .nameTaken, .unknownKey, .finishedArchive, .system: nil
    }
  }
}

extension ExportError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badName(let name):
      "key name: expected 1 to 64 letters, digits, '.', '_' or '-', found \"\(name.escapedForMessages)\""
    case .nameTaken(let name): "key \(name): expected a new name, found a key of this name"
    case .unknownKey(let name): "key \(name.escapedForMessages): expected a signing key of this site, found none"
    case .exposedKey(let path, let permissions):
      "key \(path): expected permissions 600, found \(String(permissions, radix: 8))"
    case .noKey: "signing key: expected at least one, found none"
    case .revoked(let fingerprint, let since):
      "certificate \(fingerprint.hex.lowercased()): expected one that was never revoked, found it revoked on \(since)"
    case .tooManyCertificates(let limit): "trust store: expected at most \(limit) certificates, found more"
    case .rottenContent(let digest, let what, let expected, let found):
      "content \(digest): expected \(what) \(expected), found \(found)"
    case .contentGone(let digest): "content \(digest): expected a file, found none"
    case .foreignFolder(let path, let found):
      "folder \(path): expected nothing or a begun archive, found \(found.escapedForMessages)"
    case .otherPlan(let path, let expected, let found):
      "folder \(path): expected the archive that was begun there (\(expected)), found other options (\(found))"
    case .finishedArchive(let path): "folder \(path): expected a new or begun archive, found a complete one"
    case .unknownBase(let text): "base \(text.escapedForMessages): expected an archive of this site, found none"
    case .noSpace(let path, let needed, let free):
      "folder \(path): expected room for \(needed) bytes, found \(free) bytes free"
    case .damagedFile(let path, let expected, let found): "\(path): expected \(expected), found \(found)"
    case .system(let error): "\(error)"
    }
  }
}

extension String {
  /// Without control characters, and short: text from outside on its way to a terminal.
  var escapedForMessages: String {
    let shown = unicodeScalars.prefix(200).map { scalar in
      scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        ? "\\u{\(String(scalar.value, radix: 16))}" : "\(scalar)"
    }
    return shown.joined()
  }
}
