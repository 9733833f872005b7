import Glibc
public import UpdateModel

/// What the system says about a name or an open file.
public struct FileStatus: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case regular, folder, symbolicLink, other
  }

  public let kind: Kind
  /// Bytes.
  public let size: Int64
  public let modified: Timestamp
  /// The lower 12 bits of the mode.
  public let permissions: UInt16
  /// How many names the file has; 0 when the last one was removed while it is open.
  public let linkCount: Int

  init(_ status: stat) {
    let mode = status.st_mode
    kind =
      switch mode & 0o170000 {
      case 0o100000: .regular
      case 0o040000: .folder
      case 0o120000: .symbolicLink
      default: .other
      }
    size = Int64(status.st_size)
    modified = Timestamp(unix: status.st_mtim)
    permissions = UInt16(mode & 0o7777)
    linkCount = Int(status.st_nlink)
  }
}

extension Timestamp {
  init(unix time: timespec) {
    let ticks = Int64(time.tv_sec) * Timestamp.ticksPerSecond + Int64(time.tv_nsec) / 100
    self.init(ticks: Timestamp.unixEpochTicks + ticks)
  }
}
