import Glibc

/// Hints about how a file will be read. The system may ignore them, so a refusal is no error.
extension OwnedDescriptor {
  /// The file will be read from its begin to its end: the system reads further ahead.
  public func adviseSequential() { _ = posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL) }

  /// The bytes will not be read again soon: pages that are on disk may leave the cache.
  public func dropCached(_ range: Range<Int64>) {
    _ = posix_fadvise(number, off_t(range.lowerBound), off_t(range.upperBound - range.lowerBound), POSIX_FADV_DONTNEED)
  }

  /// These bytes were written and will be waited for: the system starts to bring them to disk now.
  public func startWriting(_ range: Range<Int64>) {
    _ = startWritingRange?(number, range.lowerBound, range.upperBound - range.lowerBound, startsWriting)
  }
}

/// SYNC_FILE_RANGE_WRITE
private let startsWriting: UInt32 = 2

/// `sync_file_range(descriptor, offset, count, flags)`, which the module of the C library leaves out.
private let startWritingRange: (@Sendable (Int32, Int64, Int64, UInt32) -> Int32)? = {
  typealias Call = @convention(c) (Int32, Int64, Int64, UInt32) -> Int32
  guard let address = dlsym(nil, "sync_file_range") else { return nil }
  let call = unsafeBitCast(address, to: Call.self)
  return { call($0, $1, $2, $3) }
}()
