import ContentStore
import Glibc
import NIOCore
import UpdateModel

/// An open file of the content store, ready to be sent: descriptor, length and header lines.
///
/// The descriptor closes with the last reference. The handle serves one event loop at a time.
final class OpenContent: Sendable {
  /// Files up to this length are kept in memory and sent with their head in one write.
  static let smallFile: Int64 = 16 << 10

  let digest: FileDigest
  let path: String
  let card: ContentCard
  /// For file regions.
  let handle: NIOFileHandle
  /// The whole file when it is small.
  let bytes: ByteBuffer?
  /// Status line and header lines of a 200, without `Date` and the empty line.
  let wholeHead: ByteBuffer
  private let number: Int32
  private let state: FileState

  /// Blocks.
  ///
  /// - Parameter modified: what the metadata says; nil takes the time of the file.
  /// - Throws: ``ContentReadError``.
  init(_ opened: consuming OpenFile, modified: Timestamp?) throws(ContentReadError) {
    let file = opened.file
    let number = opened.takeDescriptor()
    self.number = number
    handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: number)
    digest = file.digest
    path = file.path
    card = ContentCard(
      digest: file.digest, name: file.name.text, size: file.size, modified: modified ?? file.modified)
    wholeHead = ResponseText.head(ContentAnswer(ContentRequest(method: .head), card))
    do {
      state = try FileState(of: number, path: file.path)
      bytes = try file.size <= Self.smallFile ? Self.read(number, file.path, at: 0, count: Int(file.size)) : nil
    } catch {
      Self.close(handle)
      throw error
    }
  }

  deinit { Self.close(handle) }

  /// Whether length and change time are still those of the opening. Reads kernel memory and no path:
  /// what renames the file away, writes or cuts it shows here.
  var isUnchanged: Bool {
    do { return try FileState(of: number, path: path) == state } catch { return false }
  }

  /// A piece of an answer without its bytes being read.
  func region(_ piece: ContentSegment) -> IOData {
    switch piece {
    case .text(let text): .byteBuffer(ByteBuffer(string: text))
    case .file(let range):
      .fileRegion(FileRegion(fileHandle: handle, readerIndex: Int(range.first), endIndex: Int(range.last) + 1))
    }
  }

  /// Reads a part into `buffer`, in place of what it holds, if the kernel has all of it in memory. Does not block.
  func readAtHand(_ range: ByteRange, into buffer: inout ByteBuffer) -> Bool {
    buffer.clear(minimumCapacity: Int(range.count))
    let isFilled = buffer.withUnsafeMutableWritableBytes { space in
      CachedRead.fill(
        UnsafeMutableRawBufferPointer(rebasing: space.prefix(Int(range.count))), from: number, at: range.first)
    }
    if isFilled { buffer.moveWriterIndex(forwardBy: Int(range.count)) }
    return isFilled
  }

  /// Reads exactly `count` bytes at `offset`. Blocks.
  func read(at offset: Int64, count: Int) throws(ContentReadError) -> ByteBuffer {
    try Self.read(number, path, at: offset, count: count)
  }

  private static func read(
    _ number: Int32, _ path: String, at offset: Int64, count: Int
  ) throws(ContentReadError) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: count)
    var done = 0
    while done < count {
      let step = buffer.withUnsafeMutableWritableBytes { space in
        pread(number, space.baseAddress, min(count - done, space.count), off_t(offset) + off_t(done))
      }
      if step < 0 && errno == EINTR { continue }
      guard step >= 0 else { throw .failed(path: path, code: errno) }
      guard step > 0 else { throw .tooShort(path: path, expected: offset + Int64(count)) }
      buffer.moveWriterIndex(forwardBy: step)
      done += step
    }
    return buffer
  }

  private static func close(_ handle: NIOFileHandle) {
    // A read-only descriptor that cannot be closed is lost either way.
    do { try handle.close() } catch {}
  }
}

/// What `fstat` shows of an open file.
private struct FileState: Equatable {
  let size: Int64
  let changeSeconds: Int
  let changeNanoseconds: Int

  init(of number: Int32, path: String) throws(ContentReadError) {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw .failed(path: path, code: errno) }
    size = Int64(status.st_size)
    changeSeconds = status.st_ctim.tv_sec
    changeNanoseconds = status.st_ctim.tv_nsec
  }
}

/// The disk does not give the bytes of a stored file.
enum ContentReadError: Error, Hashable {
  /// `code` is an errno value.
  case failed(path: String, code: Int32)
  /// The file ended before `expected` bytes.
  case tooShort(path: String, expected: Int64)
}
