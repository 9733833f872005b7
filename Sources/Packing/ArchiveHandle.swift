import CArchive
import Glibc

/// A libarchive reader that knows Cabinet and nothing else.
///
/// It borrows the bytes or the descriptor that it was opened on: use it only while they last.
struct ArchiveHandle: ~Copyable {
  private let archive: OpaquePointer

  private init(owning archive: OpaquePointer) { self.archive = archive }

  /// Opens a Cabinet in memory.
  static func open(cabinet: UnsafeRawBufferPointer) throws(PackingError) -> ArchiveHandle {
    let handle = try make()
    try handle.check(archive_read_open_memory(handle.archive, cabinet.baseAddress, cabinet.count), "open")
    return handle
  }

  /// Opens the Cabinet behind `descriptor`, which stands at its start.
  static func open(descriptor: Int32) throws(PackingError) -> ArchiveHandle {
    let handle = try make()
    try handle.check(archive_read_open_fd(handle.archive, descriptor, 128 << 10), "open")
    return handle
  }

  private static func make() throws(PackingError) -> ArchiveHandle {
    guard let archive = archive_read_new() else {
      throw .unreadable(operation: "start a reader", reason: "out of memory")
    }
    let handle = ArchiveHandle(owning: archive)
    try handle.check(archive_read_support_format_cab(archive), "select the format")
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

  /// Goes to the next member.
  ///
  /// A name that the locale cannot show is no damage here: the caller has read the names itself.
  ///
  /// - Returns: its declared length; nil after the last one.
  func advanceToMember() throws(PackingError) -> Int? {
    var entry: OpaquePointer?
    let code = archive_read_next_header(archive, &entry)
    if code == ARCHIVE_EOF { return nil }
    guard code == ARCHIVE_OK || code == ARCHIVE_WARN, let entry else { throw error("read a member's header") }
    return Int(archive_entry_size(entry))
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
    var text = archive_error_string(archive).map { String(cString: $0) } ?? "no reason given"
    // libarchive names the descriptor but not what the system said of it.
    if archive_errno(archive) == EIO { text += ": " + String(cString: strerror(EIO)) }
    return .unreadable(operation: operation, reason: text)
  }
}
