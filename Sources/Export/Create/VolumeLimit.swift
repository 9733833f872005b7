/// How large a volume may become.
public enum VolumeLimit: Hashable, Sendable {
  case medium(Medium)
  /// Bytes of the tar file.
  case bytes(Int64)

  /// - Parameter objects: how many the archive has: a disk also takes the manifest.
  func bytes(objects: Int) -> Int64 {
    switch self {
    case .medium(let medium): medium.volumeLimit(objects: objects)
    case .bytes(let count): count
    }
  }
}

extension VolumeLimit: CustomStringConvertible {
  public var description: String {
    switch self {
    case .medium(let medium): medium.rawValue
    case .bytes(let count): "\(count) bytes"
    }
  }
}
