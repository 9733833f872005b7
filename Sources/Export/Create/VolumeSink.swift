import Foundation
import Platform
import Sealing
import Synchronization

/// Writes a volume on a thread of its own and takes its SHA-256 on the way, while the caller reads and digests
/// what comes next.
///
/// Four buffers of 1 MiB go round; whoever has none waits. One caller at a time.
final class VolumeSink: Sendable {
  static let bufferSize = 1 << 20
  private static let bufferCount = 4

  /// What is known at the end.
  struct Result: Sendable {
    let size: Int64
    let sha256: InlineSHA256
  }

  private let queue = Mutex(Queue())
  /// Made with 0 and raised: libdispatch ends the process when a semaphore goes away below its first value.
  private let freeBuffers = DispatchSemaphore(value: 0)
  private let filledBuffers = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - file: takes the bytes from `offset` on.
  ///   - digest: has taken the bytes before.
  init(file: consuming OwnedDescriptor, offset: Int64, digest: consuming DigestStream) {
    for _ in 0..<Self.bufferCount { freeBuffers.signal() }
    let writer = Writer(file: file, offset: offset, digest: digest)
    let thread = Thread { [self] in run(writer) }
    thread.name = "volume"
    thread.stackSize = 256 << 10
    thread.start()
  }

  /// An empty buffer; waits until there is one.
  ///
  /// - Throws: what writing earlier buffers threw.
  func emptyBuffer() throws -> VolumeBuffer {
    freeBuffers.wait()
    let (buffer, failure) = queue.withLock { queue in (queue.free.popLast(), queue.failure) }
    if let failure { throw failure }
    return buffer ?? VolumeBuffer(size: Self.bufferSize)
  }

  /// Hands a buffer over, in the order of the volume.
  func write(_ buffer: VolumeBuffer) {
    queue.withLock { $0.filled.append(buffer) }
    filledBuffers.signal()
  }

  /// Ends the thread; everything that was handed over is then on disk.
  func finish() throws -> Result {
    stop()
    return try queue.withLock { queue in
      if let failure = queue.failure { throw failure }
      guard let result = queue.result else { throw SystemError(call: "write", path: "volume", code: EIO) }
      return result
    }
  }

  /// Ends the thread without asking how it went.
  func stop() {
    filledBuffers.signal()
    ended.wait()
    ended.signal()
  }

  private struct Queue {
    var filled: [VolumeBuffer] = []
    var free: [VolumeBuffer] = []
    var failure: (any Error)?
    var result: Result?
  }

  private func run(_ writer: Writer) {
    defer { ended.signal() }
    while let buffer = nextFilled() {
      do {
        if queue.withLock({ $0.failure == nil }) { try writer.write(buffer) }
      } catch {
        queue.withLock { $0.failure = error }
      }
      buffer.count = 0
      queue.withLock { $0.free.append(buffer) }
      freeBuffers.signal()
    }
    do {
      let result = try writer.finish()
      queue.withLock { $0.result = result }
    } catch {
      queue.withLock { $0.failure = $0.failure ?? error }
    }
  }

  /// nil at the end.
  private func nextFilled() -> VolumeBuffer? {
    filledBuffers.wait()
    return queue.withLock { $0.filled.isEmpty ? nil : $0.filled.removeFirst() }
  }
}

/// Bytes on their way into a volume.
///
/// `@unchecked`: one holder at a time, the caller or the thread of ``VolumeSink``; its queue's lock passes it on.
final class VolumeBuffer: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer
  var count = 0

  init(size: Int) { bytes = .allocate(byteCount: size, alignment: 4096) }

  deinit { bytes.deallocate() }

  var room: Int { bytes.count - count }
  /// Where the next bytes go.
  var rest: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: bytes[count...]) }
}

/// `@unchecked`: only the thread of the sink calls it.
private final class Writer: @unchecked Sendable {
  private let file: OwnedDescriptor
  private var offset: Int64
  private var digest: DigestStream?

  init(file: consuming OwnedDescriptor, offset: Int64, digest: consuming DigestStream) {
    self.file = file
    self.offset = offset
    self.digest = consume digest
  }

  func write(_ buffer: VolumeBuffer) throws {
    let bytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[..<buffer.count])
    try file.write(bytes, at: offset)
    file.startWriting(offset..<offset + Int64(bytes.count))
    try digest?.update(bytes)
    offset += Int64(bytes.count)
  }

  /// nil when it was asked before.
  func finish() throws -> VolumeSink.Result? {
    try file.sync()
    guard let digest = digest.take() else { return nil }
    return VolumeSink.Result(size: offset, sha256: try InlineSHA256(finishing: digest))
  }
}
