import Platform
public import UpdateModel

/// One file on its way into the store. One caller feeds it; bytes are written and digested on the pool.
///
/// The bytes are in `staging/` until ``commit()`` has checked them. A session that is dropped, or whose task
/// is cancelled, leaves its part file for the next run. At most 4 MiB and one chunk wait in memory.
public actor IngestSession {
  /// Bytes that start a write.
  static let batchSize = 1 << 20
  /// Bytes that may wait behind the write under way before ``append(_:)`` waits too.
  static let queueLimit = 2 << 20

  public nonisolated let file: ContentFile
  /// Bytes accepted; the next one appended has this offset.
  public private(set) var offset: Int64
  /// ETag or Last-Modified of the bytes up to ``offset``; nil when unknown or at 0.
  public private(set) var validator: String?
  /// Where the bytes come from, for the note in quarantine.
  public private(set) var source: String?

  private let store: ContentStore
  private let part: PartFile
  private let resumedFrom: Int64
  private var written: Int64
  private var queue: [[UInt8]] = []
  private var queuedBytes = 0
  private var smallestBatch = batchSize
  private var isPumping = false
  private var isClosed = false
  private var failure: (any Error)?
  private var waiters: [CheckedContinuation<Void, Never>] = []

  init(file: ContentFile, store: ContentStore, prepared: PreparedPart) {
    self.file = file
    self.store = store
    part = prepared.part
    offset = prepared.length
    written = prepared.length
    resumedFrom = prepared.length
    validator = prepared.length > 0 ? prepared.sidecar?.validator : nil
    source = prepared.sidecar?.source
  }

  deinit {
    if !isClosed {
      part.descriptor.unlock()
      store.ingests.release(file.digest, .ended)
    }
  }

  /// Adds bytes at ``offset``. Returns when at most 2 MiB wait behind the write under way.
  ///
  /// - Throws: ``ContentStoreError/lengthMismatch(digest:expected:actual:)`` at once when there are more than
  ///   declared, ``ContentStoreError/noSpace(needed:free:)``; the session is then over.
  public func append(_ bytes: [UInt8]) async throws {
    try checkUsable()
    let length = offset + Int64(bytes.count)
    if length > store.maximumLength(of: file) { try await refuse(length: length) }
    offset = length
    queue.append(bytes)
    queuedBytes += bytes.count
    pumpIfWorthwhile()
    while queuedBytes > Self.queueLimit && failure == nil { await nextStep() }
    try await endOnFailure()
  }

  /// Drops all bytes and starts at 0 with bytes that have `validator`, as after a 200 to a ranged request.
  ///
  /// Call it for a new file too, so that a later run can continue.
  public func restart(validator: String?, source: String? = nil) async throws {
    try checkUsable()
    queue = []
    queuedBytes = 0
    while isPumping { await nextStep() }
    try await endOnFailure()
    let sidecar = Sidecar(validator: validator, source: source, expectedLength: file.size)
    let (part, store, file) = (part, store, file)
    do {
      try await store.blocking { try store.restart(part, file, sidecar) }
    } catch {
      let error = await store.named(error, for: file, remaining: file.size ?? 0)
      await end(.failed(error))
      throw error
    }
    offset = 0
    written = 0
    self.validator = sidecar.validator
    self.source = sidecar.source
    store.ingests.reserve(file.size ?? 0, for: file.digest)
  }

  /// Checks length, every declared digest and the policy; then the file is visible and on disk.
  ///
  /// A body that ended early is parked, not committed: bytes that do not fit go to quarantine.
  /// - Throws: the mismatch, or what the disk refused; the session is over in each case.
  public func commit() async throws -> StoredFile {
    try checkUsable()
    do {
      try await flush()
      let (part, store, file, length) = (part, store, file, written)
      let origin = IngestOrigin(source: source, resumedFrom: resumedFrom)
      let stored = try await store.blocking { try store.finish(part, file, length: length, origin) }
      await end(.ended)
      return stored
    } catch {
      let error = await store.named(error, for: file, remaining: 0)
      await end(.failed(error))
      throw error
    }
  }

  /// Ends the session and keeps its bytes, on disk, for the next run. Does nothing when it is over.
  public func park() async throws {
    guard !isClosed else { return }
    do {
      try await flush()
      let part = part
      try await store.blocking { try part.descriptor.sync() }
      await end(.ended)
    } catch {
      await end(.ended)
      throw await store.named(error, for: file, remaining: 0)
    }
  }

  private func checkUsable() throws {
    if isClosed { throw failure ?? ContentStoreError.sessionClosed(digest: file.digest) }
  }

  private func refuse(length: Int64) async throws {
    queue = []
    queuedBytes = 0
    while isPumping { await nextStep() }
    let (store, file) = (store, file)
    let origin = IngestOrigin(source: source, resumedFrom: resumedFrom)
    let error = store.tooLong(file, length: length)
    await end(.failed(error)) { try store.quarantinePart(file, because: error, length: length, origin) }
    throw error
  }

  private func end(
    _ outcome: IngestTable.Outcome, after work: (@Sendable () throws -> Void)? = nil
  ) async {
    guard !isClosed else { return }
    isClosed = true
    if case .failed(let error) = outcome { failure = error }
    var outcome = outcome
    if let work {
      do { try await store.blocking(work) } catch { outcome = .failed(error) }
    }
    part.descriptor.unlock()
    store.ingests.release(file.digest, outcome)
  }
}

extension IngestSession {
  private func flush() async throws {
    smallestBatch = 1
    defer { smallestBatch = Self.batchSize }
    pumpIfWorthwhile()
    while isPumping { await nextStep() }
    if let failure { throw failure }
  }

  private func pumpIfWorthwhile() {
    guard !isPumping, failure == nil, queuedBytes >= smallestBatch else { return }
    isPumping = true
    Task { await pump() }
  }

  private func pump() async {
    while queuedBytes >= smallestBatch, queuedBytes > 0, failure == nil {
      let (batch, count) = (queue, queuedBytes)
      queue = []
      queuedBytes = 0
      do {
        try await store.write(batch, count: count, to: part, at: written, of: file)
        written += Int64(count)
      } catch {
        failure = error
      }
      wakeAll()
    }
    isPumping = false
    wakeAll()
  }

  private func endOnFailure() async throws {
    guard let failure else { return }
    await end(.failed(failure))
    throw failure
  }

  private func nextStep() async {
    await withCheckedContinuation { waiters.append($0) }
  }

  private func wakeAll() {
    let woken = waiters
    waiters = []
    for waiter in woken { waiter.resume() }
  }
}
