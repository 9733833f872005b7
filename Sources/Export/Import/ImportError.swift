public import Platform

/// What stopped reading an archive beside the question of trust, which is ``ArchiveRefusal``.
///
/// Nothing is lost by any of them: the same command continues.
public enum ImportError: Error, Hashable, Sendable {
  /// A folder of the archive cannot be opened.
  case noFolder(String, SystemError?)
  /// The medium does not give the bytes of a volume.
  case unreadable(volume: String, entry: String, offset: Int64, SystemError)
  /// What was read before and waits here has changed; it was removed.
  case damagedStaging(path: String, expected: String, found: String)

  static func noFolder(_ path: String) -> ImportError { .noFolder(path, nil) }

  /// What to do about it.
  public var hint: String? {
    switch self {
    case .noFolder: "name the folder that has manifest.json; is the disk mounted?"
    case .unreadable: "clean or copy the disk and repeat the command: it goes on behind what was read"
    case .damagedStaging: "repeat the command: what is damaged is read again"
    }
  }
}

extension ImportError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noFolder(let path, let error):
      "folder \(path.escapedForMessages): expected an archive's folder, found \(error?.text ?? "none")"
    case .unreadable(let volume, let entry, let offset, let error):
      "\(volume), \(entry), offset \(offset): expected readable bytes, found \(error.text)"
    case .damagedStaging(let path, let expected, let found): "\(path): expected \(expected), found \(found)"
    }
  }
}
