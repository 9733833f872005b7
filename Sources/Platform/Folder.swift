import Glibc

/// An open folder. Names are resolved inside it, one step only, and never through a symbolic link.
///
/// A name that is empty, `.`, `..` or contains `/` or NUL is refused with `EINVAL`.
/// All calls block: run them on a ``BlockingPool``.
public final class Folder: Sendable {
  public let path: String
  private let descriptor: OwnedDescriptor
  private let calls: SystemCalls

  /// Opens a folder by path; `path` itself may be a link, as the operator chose it.
  public init(path: String, calls: SystemCalls = .real) throws(SystemError) {
    self.path = path
    self.calls = calls
    descriptor = try OwnedDescriptor(opening: path, flags: O_RDONLY | O_DIRECTORY, calls: calls)
  }

  private init(descriptor: consuming OwnedDescriptor, calls: SystemCalls) {
    path = descriptor.path
    self.descriptor = descriptor
    self.calls = calls
  }

  /// Makes the folder and its parents where missing, then opens it.
  public static func make(
    path: String, permissions: UInt16 = 0o755, calls: SystemCalls = .real
  ) throws(SystemError) -> Folder {
    do {
      return try Folder(path: path, calls: calls)
    } catch  where error.isNotFound {
      let above = try make(path: parentPath(of: path), permissions: permissions, calls: calls)
      return try above.makeFolder(lastName(of: path), permissions: permissions)
    }
  }

  /// Opens `name` with `O_NOFOLLOW` and `O_CLOEXEC` added to `flags`; never waits for a pipe's other end.
  public func openFile(
    _ name: String, flags: Int32, permissions: UInt16 = 0o600
  ) throws(SystemError) -> OwnedDescriptor {
    let full = try checkedPath(name)
    try admit("open", full)
    let number = try repeatingInterrupted("open", full) {
      openat(descriptor.number, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, mode_t(permissions))
    }
    return OwnedDescriptor(taking: number, path: full, calls: calls)
  }

  /// - Throws: ``SystemError`` with `ENOTDIR` or `ELOOP` when `name` is no real folder.
  public func openFolder(_ name: String) throws(SystemError) -> Folder {
    Folder(descriptor: try openFile(name, flags: O_RDONLY | O_DIRECTORY), calls: calls)
  }

  /// Opens the folder `name`, making it first where missing; its entry is then on disk.
  ///
  /// - Parameter isSynced: false when the caller syncs this folder later, as after many of them.
  public func makeFolder(
    _ name: String, permissions: UInt16 = 0o755, isSynced: Bool = true
  ) throws(SystemError) -> Folder {
    let full = try checkedPath(name)
    do {
      try admit("mkdir", full)
      try repeatingInterrupted("mkdir", full) { mkdirat(descriptor.number, name, mode_t(permissions)) }
      if isSynced { try sync() }
    } catch  where error.code == EEXIST {
      // Somebody made it before: as good as ours.
    }
    return try openFolder(name)
  }

  /// What `name` is, without following a link; nil when there is no such name.
  public func status(_ name: String) throws(SystemError) -> FileStatus? {
    let full = try checkedPath(name)
    var status = stat()
    do {
      try repeatingInterrupted("stat", full) {
        fstatat(descriptor.number, name, &status, AT_SYMLINK_NOFOLLOW)
      }
    } catch  where error.isNotFound {
      return nil
    }
    return FileStatus(status)
  }

  /// Removes a name that is no folder.
  ///
  /// - Returns: false when it was not there.
  @discardableResult
  public func remove(_ name: String) throws(SystemError) -> Bool {
    try remove(name, call: "unlink", flags: 0)
  }

  /// Removes the empty folder `name`.
  ///
  /// - Returns: false when it was not there.
  /// - Throws: ``SystemError`` with `ENOTEMPTY`, with `ENOTDIR` for anything but a folder.
  @discardableResult
  public func removeFolder(_ name: String) throws(SystemError) -> Bool {
    try remove(name, call: "rmdir", flags: AT_REMOVEDIR)
  }

  private func remove(_ name: String, call: String, flags: Int32) throws(SystemError) -> Bool {
    let full = try checkedPath(name)
    do {
      try admit(call, full)
      try repeatingInterrupted(call, full) { unlinkat(descriptor.number, name, flags) }
      return true
    } catch  where error.isNotFound {
      return false
    }
  }

  /// Gives `name` the name `newName` in `target` at once, replacing what was there.
  /// On disk only after ``sync()`` of both folders.
  public func rename(_ name: String, to newName: String, in target: Folder) throws(SystemError) {
    let full = try checkedPath(name)
    let newPath = try target.checkedPath(newName)
    try repeatingInterrupted("rename", "\(full) to \(newPath)") {
      calls.rename(descriptor.number, name, target.descriptor.number, newName)
    }
  }

  /// Waits until the folder's entries are on disk.
  public func sync() throws(SystemError) { try descriptor.sync() }

  /// Waits until everything written to the file system of this folder is on disk, whoever wrote it.
  ///
  /// Linux 5.8 and later report what could not be written since this folder was opened; older ones do not.
  public func syncFileSystem() throws(SystemError) {
    try repeatingInterrupted("syncfs", path) { calls.syncFileSystem(descriptor.number) }
  }

  /// All names but `.` and `..`, in no order. A name that is no UTF-8 comes back repaired,
  /// so it no longer names its file: it can be reported, not opened.
  public func names() throws(SystemError) -> [String] {
    let number = try repeatingInterrupted("open", path) {
      openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard let stream = fdopendir(number) else {
      let error = SystemError(call: "opendir", path: path, code: errno)
      _ = Glibc.close(number)
      throw error
    }
    defer { closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
      errno = 0
    }
    if errno != 0 { throw SystemError(call: "readdir", path: path, code: errno) }
    return names
  }

  /// Bytes that may still be written on this file system.
  public func freeBytes() throws(SystemError) -> Int64 {
    try repeatingInterrupted("statvfs", path) { calls.freeBytes(descriptor.number) }
  }

  private func admit(_ call: String, _ path: String) throws(SystemError) {
    let code = calls.admit(call)
    if code != 0 { throw SystemError(call: call, path: path, code: code) }
  }

  private func checkedPath(_ name: String) throws(SystemError) -> String {
    let isPlain = !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == 0x2F || $0 == 0 }
    guard isPlain else { throw SystemError(call: "open", path: "\(path)/\(name)", code: EINVAL) }
    return "\(path)/\(name)"
  }
}

/// The path of the folder that holds `path`: `/` for a top name, `.` for a bare one.
func parentPath(of path: String) -> String {
  let path = withoutTrailingSlashes(path)
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The last part of `path`.
func lastName(of path: String) -> String {
  let path = withoutTrailingSlashes(path)
  return path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? String(path)
}

private func withoutTrailingSlashes(_ path: String) -> Substring {
  var path = path[...]
  while path.count > 1, path.hasSuffix("/") { path.removeLast() }
  return path
}
