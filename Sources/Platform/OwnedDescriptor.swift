import Glibc

/// An open file that closes itself. Every call repeats when a signal interrupts it.
///
/// All calls block: run them on a ``BlockingPool``.
public struct OwnedDescriptor: ~Copyable, Sendable {
  /// For errors only.
  public let path: String
  private let raw: RawDescriptor
  private let calls: SystemCalls

  /// Takes over `number`: nobody else may close it.
  public init(taking number: Int32, path: String, calls: SystemCalls = .real) {
    raw = RawDescriptor(number: number)
    self.path = path
    self.calls = calls
  }

  /// Opens `path` with `O_CLOEXEC` added to `flags`. `permissions` count when `O_CREAT` is given.
  public init(
    opening path: String, flags: Int32, permissions: UInt16 = 0o600, calls: SystemCalls = .real
  ) throws(SystemError) {
    let number = try repeatingInterrupted("open", path) {
      open(path, flags | O_CLOEXEC, mode_t(permissions))
    }
    self.init(taking: number, path: path, calls: calls)
  }

  /// The number; valid while this value lives.
  public var number: Int32 { raw.number }

  /// Gives the number away; the caller closes it.
  public consuming func take() -> Int32 { raw.take() }

  /// Closes now and reports what a deferred write left behind.
  public consuming func close() throws(SystemError) {
    let path = path
    if Glibc.close(take()) != 0 && errno != EINTR {
      throw SystemError(call: "close", path: path, code: errno)
    }
  }

  /// Reads up to `buffer.count` bytes at `offset`.
  ///
  /// - Returns: the count read; 0 at the end of the file.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(SystemError) -> Int {
    try repeatingInterrupted("pread", path) {
      pread(raw.number, buffer.baseAddress, buffer.count, off_t(offset))
    }
  }

  /// Writes all of `bytes` at `offset`. After a failure any prefix may have been written.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(SystemError) {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      done += try repeatingInterrupted("write", path) {
        calls.write(raw.number, base + done, bytes.count - done, offset + Int64(done))
      }
    }
  }

  /// Waits until contents and length are on disk.
  public func sync() throws(SystemError) {
    try repeatingInterrupted("fsync", path) { calls.sync(raw.number) }
  }

  public func truncate(to length: Int64) throws(SystemError) {
    try repeatingInterrupted("ftruncate", path) { calls.truncate(raw.number, length) }
  }

  public func setPermissions(_ permissions: UInt16) throws(SystemError) {
    try repeatingInterrupted("fchmod", path) { fchmod(raw.number, mode_t(permissions)) }
  }

  public func status() throws(SystemError) -> FileStatus {
    var status = stat()
    try repeatingInterrupted("fstat", path) { fstat(raw.number, &status) }
    return FileStatus(status)
  }

  /// Takes the exclusive advisory lock of the open file, which must be open for writing.
  ///
  /// - Returns: false when another process or descriptor holds it.
  public func tryLock() throws(SystemError) -> Bool {
    var whole = Self.wholeFile(F_WRLCK)
    do {
      try repeatingInterrupted("fcntl", path) { fcntl(raw.number, Self.setLock, &whole) }
      return true
    } catch  where error.code == EAGAIN || error.code == EACCES {
      return false
    }
  }

  /// Whether another process or descriptor holds the lock. Asks only: nobody is kept from taking it meanwhile.
  public func isLockedElsewhere() throws(SystemError) -> Bool {
    var whole = Self.wholeFile(F_WRLCK)
    try repeatingInterrupted("fcntl", path) { fcntl(raw.number, Self.askLock, &whole) }
    return Int32(whole.l_type) != F_UNLCK
  }

  /// Gives back what ``tryLock()`` took, before the descriptor closes.
  public func unlock() {
    var whole = Self.wholeFile(F_UNLCK)
    _ = fcntl(raw.number, Self.setLock, &whole)
  }

  /// F_OFD_GETLK and F_OFD_SETLK of fcntl(2), which the module of the C library leaves out.
  private static let (askLock, setLock): (Int32, Int32) = (36, 37)

  /// Locks of this kind belong to the open file, as those of flock(2), and can be asked about without taking them.
  private static func wholeFile(_ type: Int32) -> flock {
    var lock = flock()
    lock.l_type = Int16(type)
    lock.l_whence = Int16(SEEK_SET)
    return lock
  }

  /// The whole file.
  ///
  /// - Throws: ``SystemError`` with `EFBIG` when it is longer than `limit` bytes.
  public func contents(limit: Int) throws(SystemError) -> [UInt8] {
    // One byte more than the file has: the end shows at once, and a file of many limits costs no more than it is long.
    var bytes = [UInt8](repeating: 0, count: min(limit, Int(clamping: try status().size)) + 1)
    var done = 0
    while done <= limit {
      if done == bytes.count { bytes += [UInt8](repeating: 0, count: min(max(done, 4_096), limit + 1 - done)) }
      let count = try bytes.withUnsafeMutableBufferPointer { (all) throws(SystemError) in
        try read(
          into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(all)[done...]), at: Int64(done))
      }
      if count == 0 { break }
      done += count
    }
    guard done <= limit else { throw SystemError(call: "read", path: path, code: EFBIG) }
    bytes.removeLast(bytes.count - done)
    return bytes
  }
}

/// The number alone: what can be discarded without closing.
private struct RawDescriptor: ~Copyable, Sendable {
  let number: Int32

  consuming func take() -> Int32 {
    let number = number
    discard self
    return number
  }

  deinit { _ = Glibc.close(number) }
}
