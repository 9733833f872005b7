import CArchive

/// A libarchive reader that knows Cabinet and nothing else.
///
/// It borrows the bytes it was opened on: use it only inside the closure that pins them.
struct ArchiveHandle: ~Copyable {
  private let archive: OpaquePointer

  private init(owning archive: OpaquePointer) { self.archive = archive }

  /// Opens a Cabinet in memory.
  static func open(cabinet: UnsafeRawBufferPointer) throws(PackingError) -> ArchiveHandle {
    guard let archive = archive_read_new() else {
      throw .unreadable(operation: "start a reader", reason: "out of memory")
    }
    let handle = ArchiveHandle(owning: archive)
    try handle.check(archive_read_support_format_cab(archive), "select the format")
    try handle.check(archive_read_open_memory(archive, cabinet.baseAddress, cabinet.count), "open")
    return handle
  }

  deinit { archive_read_free(archive) }

  /// Goes to the next member.
  ///
  /// - Returns: false after the last one.
  func advance() throws(PackingError) -> Bool {
    var entry: OpaquePointer?
    let code = archive_read_next_header(archive, &entry)
    if code == ARCHIVE_EOF { return false }
    try check(code, "read a member's header")
    return true
  }

  /// Fills the front of `buffer` from the current member.
  ///
  /// - Returns: how many bytes; 0 at the member's end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(PackingError) -> Int {
    let count = archive_read_data(archive, buffer.baseAddress, buffer.count)
    guard count >= 0 else { throw error("unpack a member") }
    return count
  }

  /// Warnings of libarchive are damage here: the source is a program, not a person.
  private func check(_ code: Int32, _ operation: String) throws(PackingError) {
    guard code == ARCHIVE_OK else { throw error(operation) }
  }

  private func error(_ operation: String) -> PackingError {
    let text = archive_error_string(archive).map { String(cString: $0) }
    return .unreadable(operation: operation, reason: text ?? "no reason given")
  }
}
