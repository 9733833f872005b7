import Glibc
import Platform
import Synchronization

/// A file without a name, for what is too long for memory: it is gone when it is closed, also by SIGKILL.
///
/// All calls block. One writer at a time.
final class ScratchFile: Sendable {
  private static let folderName = "staging"

  private let file: OwnedDescriptor
  private let written = Atomic<Int64>(0)

  /// - Parameter state: the state directory; the bytes lie on its disk.
  init(state: String) throws(SystemError) {
    let folder = try Folder(path: state).makeFolder(Self.folderName)
    let name = "scratch.\(getpid())"
    // What a run left that was killed before the next line is empty and is used again.
    file = try folder.openFile(name, flags: O_RDWR | O_CREAT | O_TRUNC, permissions: 0o600)
    try folder.remove(name)
  }

  var length: Int64 { written.load(ordering: .relaxed) }

  /// A path by which this process can open the file again.
  var path: String { "/proc/self/fd/\(file.number)" }

  func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try file.write(bytes, at: length)
    written.add(Int64(bytes.count), ordering: .relaxed)
  }

  func append(_ bytes: [UInt8]) throws(SystemError) {
    try bytes.withUnsafeBufferPointer { (all) throws(SystemError) in try append(UnsafeRawBufferPointer(all)) }
  }

  func bytes(from start: Int64, count: Int) throws -> [UInt8] {
    try file.bytes(from: start, upTo: start + Int64(count))
  }

  /// Shows `body` the whole file in pieces of up to 1 MiB.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try file.forEachPiece(from: 0, upTo: length, body)
  }
}
