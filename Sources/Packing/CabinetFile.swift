import Glibc

/// A Cabinet on disk, open for reading, with its length.
struct CabinetFile: ~Copyable {
  let descriptor: Int32
  let length: Int
  private let path: String

  init(_ path: String) throws(PackingError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.error(path, "open") }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = Self.error(path, "read the length")
      close(descriptor)
      throw error
    }
    guard status.st_mode & S_IFMT == mode_t(0o100000) else {
      close(descriptor)
      throw .file(path: path, operation: "read", reason: "it is no regular file")
    }
    self.descriptor = descriptor
    self.path = path
    length = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Reads `count` bytes at `offset`, fewer only at the end of the file.
  func read(_ count: Int, at offset: Int) throws(PackingError) -> [UInt8] {
    var code = 0
    let descriptor = self.descriptor
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        code = pread(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
        if code < 0, errno == EINTR { continue }
        guard code > 0 else { return }
        filled += code
      }
    }
    guard code >= 0 else { throw Self.error(path, "read") }
    return bytes
  }

  private static func error(_ path: String, _ operation: String) -> PackingError {
    .file(path: path, operation: operation, reason: String(cString: strerror(errno)))
  }
}
