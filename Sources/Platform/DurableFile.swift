import Glibc

/// Small files that are either the old or the new one, whole, whatever happens.
public enum DurableFile {
  /// Replaces `path` by `bytes`: temporary file, fsync, rename, fsync of the folder.
  ///
  /// The temporary file is `path` + `.new`; one left by a crash is overwritten. One writer at a time for
  /// one path. When it throws, `path` is unchanged.
  public static func write(
    _ bytes: [UInt8], to path: String, permissions: UInt16 = 0o600, calls: SystemCalls = .real
  ) throws(SystemError) {
    let folder = try Folder(path: parentPath(of: path), calls: calls)
    try write(bytes, to: lastName(of: path), in: folder, permissions: permissions)
  }

  /// The same inside an open folder.
  public static func write(
    _ bytes: [UInt8], to name: String, in folder: Folder, permissions: UInt16 = 0o600
  ) throws(SystemError) {
    let temporary = name + ".new"
    do {
      let file = try folder.openFile(temporary, flags: O_WRONLY | O_CREAT | O_TRUNC, permissions: permissions)
      try file.setPermissions(permissions)
      try bytes.withUnsafeBufferPointer { (all) throws(SystemError) in
        try file.write(UnsafeRawBufferPointer(all), at: 0)
      }
      try file.sync()
      try folder.rename(temporary, to: name, in: folder)
    } catch {
      try folder.remove(temporary)
      throw error
    }
    try folder.sync()
  }

  /// Takes the next bytes of a file.
  public typealias Sink = (_ piece: [UInt8]) throws -> Void

  /// The same for a file that comes in pieces, however long it is.
  ///
  /// - Parameters:
  ///   - permissions: nil leaves them as the system makes them: some media have none.
  ///   - produce: gives all bytes to the sink.
  /// - Throws: ``SystemError``, and what `produce` throws.
  public static func write(
    to name: String, in folder: Folder, permissions: UInt16? = 0o600, _ produce: (_ sink: Sink) throws -> Void
  ) throws {
    let temporary = name + ".new"
    do {
      let file = try folder.openFile(
        temporary, flags: O_WRONLY | O_CREAT | O_TRUNC, permissions: permissions ?? 0o644)
      if let permissions { try file.setPermissions(permissions) }
      var end: Int64 = 0
      try produce { piece in
        try piece.withUnsafeBytes { try file.write($0, at: end) }
        end += Int64(piece.count)
      }
      try file.sync()
      try folder.rename(temporary, to: name, in: folder)
    } catch {
      try folder.remove(temporary)
      throw error
    }
    try folder.sync()
  }

  /// The whole of a small file.
  ///
  /// - Throws: ``SystemError`` with `EFBIG` when it is longer than `limit` bytes.
  public static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    try OwnedDescriptor(opening: path, flags: O_RDONLY).contents(limit: limit)
  }

  /// Renames on one file system and waits until both folders are on disk.
  public static func rename(
    from old: String, to new: String, calls: SystemCalls = .real
  ) throws(SystemError) {
    let source = try Folder(path: parentPath(of: old), calls: calls)
    let target = try Folder(path: parentPath(of: new), calls: calls)
    try source.rename(lastName(of: old), to: lastName(of: new), in: target)
    try target.sync()
    try source.sync()
  }

  /// Waits until the entries of a folder are on disk.
  public static func syncDirectory(_ path: String, calls: SystemCalls = .real) throws(SystemError) {
    try Folder(path: path, calls: calls).sync()
  }
}
