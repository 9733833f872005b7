import Platform
import Synchronization
import UpdateModel

/// One file of an import, or one part of a split file, while its bytes come in.
///
/// Hashing and writing happen on the pool, in two lanes, while the caller fetches the next bytes. At most 2 MiB and
/// a chunk wait in memory. Calls follow one another. A writer that is dropped leaves nothing that counts.
public actor ImportWriter {
  /// Bytes that start a write.
  static let batchSize = 1 << 20

  public nonisolated let file: ImportFile
  /// Where the bytes lie in the file.
  public nonisolated let range: Range<Int64>

  private let staging: ImportStaging
  /// nil for a whole file.
  private let partSHA256: SHA256Digest?
  private let part: PartFile
  private var received: Int64 = 0
  private var handedOn: Int64 = 0
  private var queue: [[UInt8]] = []
  private var queuedBytes = 0
  private var underway: Task<Void, any Error>?
  private var isEnded = false

  init(
    staging: ImportStaging, file: ImportFile, range: Range<Int64>, partSHA256: SHA256Digest?, part: PartFile
  ) {
    self.staging = staging
    self.file = file
    self.range = range
    self.partSHA256 = partSHA256
    self.part = part
  }

  deinit { if !isEnded { staging.giveBack(file, unwritten: Int64(range.count) - handedOn) } }

  /// Adds bytes behind those before. Returns when at most one write is under way.
  ///
  /// - Throws: ``ContentStoreError/lengthMismatch(digest:expected:actual:)`` at once when there are more than
  ///   declared, ``ContentStoreError/noSpace(needed:free:)``; the writer is then over and its bytes are removed.
  public func append(_ bytes: [UInt8]) async throws {
    try checkUsable()
    received += Int64(bytes.count)
    do {
      if received > Int64(range.count) { throw lengthMismatch }
      queue.append(bytes)
      queuedBytes += bytes.count
      if queuedBytes >= Self.batchSize { try await writeNext() }
    } catch {
      throw await fail(error)
    }
  }

  /// Compares length and digests. Then the file, or the part, is here and the next checkpoint makes it last.
  ///
  /// The last missing part makes the file be read again for its own digests.
  /// - Returns: ``ImportPlace/staged`` or ``ImportPlace/partial(missing:)``.
  /// - Throws: the mismatch with both values; the bytes are removed.
  public func finish() async throws -> ImportPlace {
    try checkUsable()
    do {
      if received != Int64(range.count) { throw lengthMismatch }
      try await writeNext()
      try await underway?.value
      return try await conclude()
    } catch {
      throw await fail(error)
    }
  }

  /// Drops what came in.
  public func abandon() async {
    guard !isEnded else { return }
    _ = await fail(CancellationError())
  }

  private var lengthMismatch: ContentStoreError {
    .lengthMismatch(digest: file.digest, expected: Int64(range.count), actual: received)
  }

  private func checkUsable() throws {
    if isEnded { throw ContentStoreError.sessionClosed(digest: file.digest) }
    try staging.checkUsable()
  }

  /// Waits for the write under way and starts the next.
  private func writeNext() async throws {
    try await underway?.value
    if queue.isEmpty { return }
    let (batch, start, end) = (queue, handedOn, handedOn + Int64(queuedBytes))
    queue = []
    queuedBytes = 0
    handedOn = end
    staging.store.ingests.adjustImports(by: start - end)
    let (staging, part, offset) = (staging, part, range.lowerBound)
    underway = Task { try await staging.write(batch, to: part, at: offset, from: start, upTo: end) }
  }

  private func conclude() async throws -> ImportPlace {
    let (staging, file, part, range) = (staging, file, part, range)
    guard let expected = partSHA256 else {
      try await staging.store.blocking { try staging.conclude(file, part) }
      end()
      return .staged
    }
    let found = try await staging.store.blocking { try part.sha256Digest() }
    if found != expected {
      throw ContentStoreError.partMismatch(
        digest: file.digest, offset: range.lowerBound, expected: expected, actual: found)
    }
    let place = staging.keep(file, part: range)
    if place != .partial(missing: []) {
      end()
      return place
    }
    try await staging.assembleTaken(file)
    end()
    return .staged
  }

  /// Removes what nothing else in the file needs.
  private func fail(_ error: any Error) async -> any Error {
    guard !isEnded else { return error }
    queue = []
    let named = await staging.store.named(error, remaining: Int64(range.count) - handedOn)
    if let underway { _ = await underway.result }
    let (staging, file) = (staging, file)
    let removal = await Task { try await staging.store.blocking { try staging.drop(file) } }.result
    end()
    if case .failure(let removalError) = removal, !(error is ContentStoreError) { return removalError }
    return named
  }

  private func end() {
    if isEnded { return }
    isEnded = true
    staging.giveBack(file, unwritten: Int64(range.count) - handedOn)
  }
}

extension ImportStaging {
  func giveBack(_ file: ImportFile, unwritten: Int64) {
    store.ingests.adjustImports(by: -unwritten)
    release(file)
  }

  /// Writes one batch and takes its digests: in two lanes while few files arrive, else in one.
  func write(_ batch: [[UInt8]], to part: PartFile, at offset: Int64, from start: Int64, upTo end: Int64) async throws {
    let interval = ContentStore.reserveInterval
    if start / interval != end / interval {
      try await store.blocking { try self.store.checkReserve(remaining: end - start) }
    }
    let position = offset + start
    if ledger.withLock({ $0.open.count * 2 }) <= ContentStore.coreCount {
      async let first: Void = store.blocking { try part.absorbFirstLane(batch, at: position) }
      async let second: Void = store.blocking { try part.absorbSecondLane(batch) }
      _ = try await (first, second)
    } else {
      try await store.blocking { try part.absorb(batch, at: position) }
    }
  }

  /// Compares a whole file and keeps it. Blocks.
  func conclude(_ file: ImportFile, _ part: PartFile) throws {
    let found = try part.digests()
    if let mismatch = file.mismatch(length: file.size, found.sha1, found.sha256) {
      throw mismatch
    }
    try keep(file, part.descriptor)
  }

  /// Removes a file of which nothing counts. Blocks.
  func drop(_ file: ImportFile) throws {
    let isNeeded = ledger.withLock { $0.place(of: file.key) != nil }
    if !isNeeded { try folder.remove(file.name.text) }
  }
}
