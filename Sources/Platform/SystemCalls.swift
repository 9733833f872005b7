import Glibc

/// The calls that a full or failing disk makes fail, as values, so that a test can make them fail.
///
/// Each has the meaning of the call it is named after: -1 with `errno` set is failure.
public struct SystemCalls: Sendable {
  public typealias Write = @Sendable (Int32, UnsafeRawPointer, Int, Int64) -> Int
  public typealias Sync = @Sendable (Int32) -> Int32
  public typealias Truncate = @Sendable (Int32, Int64) -> Int32
  public typealias Rename =
    @Sendable (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>) -> Int32
  public typealias FreeBytes = @Sendable (Int32) -> Int64
  public typealias Admit = @Sendable (_ call: String) -> Int32

  /// `pwrite(descriptor, bytes, count, offset)`.
  public var write: Write
  /// `fsync(descriptor)`, of files and of folders.
  public var sync: Sync
  /// `ftruncate(descriptor, length)`.
  public var truncate: Truncate
  /// `renameat(fromFolder, name, toFolder, name)`.
  public var rename: Rename
  /// Bytes that an ordinary user may still write on the file system of a descriptor.
  public var freeBytes: FreeBytes
  /// `syncfs(descriptor)`: everything on the file system of a descriptor.
  public var syncFileSystem: Sync
  /// Asked before `open`, `mkdir`, `unlink` and `rmdir` in a ``Folder``: 0, or the `errno` to fail with instead.
  public var admit: Admit

  /// - Parameter syncFileSystem: nil for the operating system's own.
  public init(
    write: @escaping Write, sync: @escaping Sync, truncate: @escaping Truncate, rename: @escaping Rename,
    freeBytes: @escaping FreeBytes, syncFileSystem: Sync? = nil,
    admit: @escaping Admit = { _ in 0 }
  ) {
    self.write = write
    self.sync = sync
    self.truncate = truncate
    self.rename = rename
    self.freeBytes = freeBytes
    self.syncFileSystem = syncFileSystem ?? synchronizeFileSystem
    self.admit = admit
  }

  /// The operating system's own.
  public static let real = SystemCalls(
    write: { Glibc.pwrite($0, $1, $2, off_t($3)) },
    sync: { Glibc.fsync($0) },
    truncate: { Glibc.ftruncate($0, off_t($1)) },
    rename: { Glibc.renameat($0, $1, $2, $3) },
    freeBytes: { descriptor in
      var status = statvfs()
      guard fstatvfs(descriptor, &status) == 0 else { return -1 }
      return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    })
}

/// `syncfs(descriptor)`, which the module of the C library leaves out. Without it in the library, `sync()`.
private let synchronizeFileSystem: SystemCalls.Sync = {
  typealias Call = @convention(c) (Int32) -> Int32
  guard let address = dlsym(nil, "syncfs") else {
    return { _ in
      Glibc.sync()
      return 0
    }
  }
  let call = unsafeBitCast(address, to: Call.self)
  return { call($0) }
}()
