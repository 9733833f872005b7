import Glibc

/// Hints about how a file will be read. The system may ignore them, so a refusal is no error.
extension OwnedDescriptor {
  /// The file will be read from its begin to its end: the system reads further ahead.
  public func adviseSequential() { _ = posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL) }

  /// The bytes will not be read again soon: pages that are on disk may leave the cache.
  public func dropCached(_ range: Range<Int64>) {
    _ = posix_fadvise(number, off_t(range.lowerBound), off_t(range.upperBound - range.lowerBound), POSIX_FADV_DONTNEED)
  }
}
