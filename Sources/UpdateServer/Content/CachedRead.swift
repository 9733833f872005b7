import Glibc

/// `preadv2` with `RWF_NOWAIT`: gives what the kernel holds in memory and never waits for a disk (Linux 4.14).
///
/// Looked up at run time: the C headers show it only to programs that ask for GNU extensions.
enum CachedRead {
  private typealias Call = @convention(c) (Int32, UnsafePointer<iovec>?, Int32, off_t, Int32) -> Int

  private static let call = dlsym(nil, "preadv2").map { unsafeBitCast($0, to: Call.self) }
  /// `RWF_NOWAIT` of `linux/fs.h`.
  private static let noWait: Int32 = 8

  /// Reads into `space` from `offset`.
  ///
  /// - Returns: whether `space` was filled. False when a byte is not in memory or not in the file, and where the
  ///   file system cannot say: an ordinary read tells which.
  static func fill(_ space: UnsafeMutableRawBufferPointer, from number: Int32, at offset: Int64) -> Bool {
    guard let call else { return false }
    var part = iovec(iov_base: space.baseAddress, iov_len: space.count)
    return call(number, &part, 1, off_t(offset), noWait) == space.count
  }
}
