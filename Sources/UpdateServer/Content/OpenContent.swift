import ContentStore
import NIOCore
import Platform

/// An open file of the content store that one answer reads from, shared by its steps.
final class OpenContent: Sendable {
  private let opened: OpenFile

  let file: StoredFile

  init(_ opened: consuming OpenFile) {
    file = opened.file
    self.opened = opened
  }

  /// Reads exactly `count` bytes at `offset`. Blocks.
  ///
  /// - Throws: ``ShortFile`` when the file ends before; files never shrink, so the disk lies.
  func read(at offset: Int64, count: Int) throws -> ByteBuffer {
    var buffer = ByteBuffer()
    var done = 0
    while done < count {
      let step = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count - done) { space in
        let wanted = UnsafeMutableRawBufferPointer(rebasing: space.prefix(count - done))
        return try opened.descriptor.read(into: wanted, at: offset + Int64(done))
      }
      guard step > 0 else { throw ShortFile(path: file.path, expected: offset + Int64(count)) }
      done += step
    }
    return buffer
  }
}

/// A stored file has fewer bytes than when it was opened.
struct ShortFile: Error {
  let path: String
  /// Bytes.
  let expected: Int64
}
