import Foundation
import Platform
import Sealing
import Synchronization

/// Reads ranges of a volume ahead of its consumer, on a thread of its own.
///
/// Four buffers of 1 MiB go round; the thread waits when all are full. One consumer at a time.
final class VolumeSource: Sendable {
  static let bufferSize = 1 << 20
  private static let bufferCount = 4

  private let queue = Mutex(Queue())
  private let isStopped = Atomic(false)
  // Both begin at 0: a semaphore must not end below the value it began with.
  private let freeBuffers = DispatchSemaphore(value: 0)
  private let filledBuffers = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - ranges: read one after the other.
  ///   - takesDigest: of everything that is read.
  ///   - medium: may make reads fail, in tests.
  init(
    file: consuming OwnedDescriptor, ranges: [Range<Int64>], takesDigest: Bool, medium: MediumReads
  ) throws(SealingError) {
    let digest: DigestStream? = takesDigest ? try DigestStream(algorithm: .sha256) : nil
    let job = ReadingJob(file: file, digest: digest, medium: medium)
    for _ in 0..<Self.bufferCount { freeBuffers.signal() }
    let thread = Thread { [self] in run(job, ranges) }
    thread.name = "volume"
    thread.stackSize = 256 << 10
    thread.start()
  }

  /// The next bytes; nil at the end of the ranges, or of the file when that is shorter. Waits.
  ///
  /// - Throws: what reading threw, after everything that was read before.
  func next() throws -> VolumeBuffer? {
    filledBuffers.wait()
    return try queue.withLock { queue in
      if !queue.filled.isEmpty { return queue.filled.removeFirst() }
      // Nothing follows: whoever asks again hears the same.
      filledBuffers.signal()
      if let failure = queue.failure { throw failure }
      return nil
    }
  }

  /// Hands a buffer back that ``next()`` gave.
  func recycle(_ buffer: VolumeBuffer) {
    buffer.count = 0
    queue.withLock { $0.free.append(buffer) }
    freeBuffers.signal()
  }

  /// The SHA-256 of everything, once ``next()`` gave nil.
  var digest: InlineSHA256? { queue.withLock { $0.digest } }

  /// The thread ends soon; nobody waits for it.
  func stop() {
    isStopped.store(true, ordering: .relaxed)
    freeBuffers.signal()
  }

  private struct Queue {
    var filled: [VolumeBuffer] = []
    var free: [VolumeBuffer] = []
    var failure: (any Error)?
    var digest: InlineSHA256?
  }

  private func run(_ job: ReadingJob, _ ranges: [Range<Int64>]) {
    do {
      var isWhole = true
      for range in ranges where isWhole { isWhole = try read(range, job) }
      let digest = try job.finish()
      queue.withLock { $0.digest = digest }
    } catch {
      queue.withLock { $0.failure = error }
    }
    filledBuffers.signal()
  }

  /// - Returns: false when the file ended before, or nobody wants more.
  private func read(_ range: Range<Int64>, _ job: ReadingJob) throws -> Bool {
    var offset = range.lowerBound
    while offset < range.upperBound {
      freeBuffers.wait()
      if isStopped.load(ordering: .relaxed) { return false }
      let buffer = queue.withLock { $0.free.popLast() } ?? VolumeBuffer(size: Self.bufferSize)
      try job.fill(buffer, from: offset, upTo: range.upperBound)
      if buffer.count == 0 { return false }
      offset += Int64(buffer.count)
      queue.withLock { $0.filled.append(buffer) }
      filledBuffers.signal()
    }
    return true
  }
}

/// A seam for tests: is asked before each read of a volume.
struct MediumReads: Sendable {
  /// Path of the volume and offset; throws what the system would.
  var beforeRead: @Sendable (_ path: String, _ offset: Int64) throws -> Void = { _, _ in }
}

/// `@unchecked`: only the thread of the source calls it.
private final class ReadingJob: @unchecked Sendable {
  private let file: OwnedDescriptor
  private var digest: DigestStream?
  private let medium: MediumReads

  init(file: consuming OwnedDescriptor, digest: consuming DigestStream?, medium: MediumReads) {
    self.file = file
    self.digest = consume digest
    self.medium = medium
    self.file.adviseSequential()
  }

  /// Fills the buffer as far as range and file reach.
  func fill(_ buffer: VolumeBuffer, from start: Int64, upTo end: Int64) throws {
    try medium.beforeRead(file.path, start)
    let wanted = Int(min(Int64(buffer.room), end - start))
    while buffer.count < wanted {
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer.rest.prefix(wanted - buffer.count))
      let got = try file.read(into: target, at: start + Int64(buffer.count))
      if got == 0 { break }
      buffer.count += got
    }
    try digest?.update(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<buffer.count]))
  }

  func finish() throws -> InlineSHA256? {
    guard let digest = digest.take() else { return nil }
    return try InlineSHA256(finishing: digest)
  }
}
