import Glibc

/// Files without a place on disk.
public enum MemoryFile {
  /// - Returns: the descriptor of an empty file; the caller closes it.
  public static func open() -> CInt {
    let name = "/updatemirror-fuzz-\(getpid())"
    let descriptor = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard descriptor >= 0, shm_unlink(name) == 0 else { fatalError("no file in memory: error \(errno)") }
    return descriptor
  }

  /// Makes `bytes` the whole contents.
  public static func fill(_ descriptor: CInt, with bytes: [UInt8]) {
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
      fatalError("a file in memory cannot be written: error \(errno)")
    }
  }
}
