internal import Synchronization

/// One transfer as both sides see it: the loop's thread puts in, the reading task takes out.
///
/// All state is behind one lock; continuations are resumed outside of it.
final class Exchange: Sendable {
  /// Bytes that may wait for the reader before the connection is held.
  static let queueLimit = 1 << 20
  static let chunkLimit = 256 << 10
  /// libcurl never delivers more at once (CURL_MAX_WRITE_SIZE).
  static let largestDelivery = 16 << 10

  typealias HeadResult = Result<ResponseHead, TransferError>
  typealias ChunkResult = Result<[UInt8]?, TransferError>

  let id: UInt64
  let request: HTTPRequest
  let target: RequestTarget
  private let state = Mutex(State())

  struct State: Sendable {
    var head: HeadResult?
    var headWaiter: CheckedContinuation<HeadResult, Never>?
    var chunks: [[UInt8]] = []
    var queued = 0
    var received: Int64 = 0
    var isHeld = false
    var end: Result<Void, TransferError>?
    var reader: CheckedContinuation<ChunkResult, Never>?
  }

  init(id: UInt64, request: HTTPRequest, target: RequestTarget) {
    self.id = id
    self.request = request
    self.target = target
  }

  var hasEnded: Bool { state.withLock { $0.end != nil } }

  /// Bytes of the body put in so far, decoded.
  var received: Int64 { state.withLock { $0.received } }

  // MARK: The loop's side

  func deliver(_ head: ResponseHead) {
    let waiter = state.withLock { state in
      if state.head == nil { state.head = .success(head) }
      return state.headWaiter.take()
    }
    waiter?.resume(returning: .success(head))
  }

  /// Copies `bytes` into the queue.
  ///
  /// - Returns: false when the queue is full: nothing was taken, and the reader will ask to go on.
  func put(_ bytes: UnsafeRawBufferPointer, capacity: Int) -> Bool {
    let (isTaken, ready) = state.withLock { state in
      guard state.queued == 0 || state.queued + bytes.count <= Self.queueLimit else {
        state.isHeld = true
        return (false, state.nextReady(atLeast: 1))
      }
      state.append(bytes, capacity: capacity)
      return (true, state.nextReady(atLeast: Self.chunkLimit - Self.largestDelivery))
    }
    ready?.resume()
    return isTaken
  }

  /// Hands what is queued to a waiting reader.
  func flush() {
    state.withLock { $0.nextReady(atLeast: 1) }?.resume()
  }

  // MARK: Both sides

  /// Ends the transfer once; later calls change nothing.
  ///
  /// Bytes already queued stay for the reader, unless `discarding`.
  func finish(_ end: Result<Void, TransferError>, discarding: Bool = false) {
    let (headWaiter, ready) = state.withLock { state in
      guard state.end == nil else { return (Optional<CheckedContinuation<HeadResult, Never>>.none, Wake?.none) }
      state.end = end
      if discarding {
        state.chunks = []
        state.queued = 0
      }
      if state.head == nil, case .failure(let error) = end { state.head = .failure(error) }
      return (state.headWaiter.take(), state.nextReady(atLeast: 1))
    }
    if let headWaiter, case .failure(let error) = end { headWaiter.resume(returning: .failure(error)) }
    ready?.resume()
  }

  // MARK: The reader's side

  /// Waits for the head; `start` is called when the wait is in place.
  func head(start: () -> Void) async -> HeadResult {
    await withCheckedContinuation { continuation in
      let known = state.withLock { state in
        if state.head == nil { state.headWaiter = continuation }
        return state.head
      }
      if let known { continuation.resume(returning: known) } else { start() }
    }
  }

  /// The next chunk; nil after the last.
  ///
  /// - Parameter goOn: called when a held connection may deliver again.
  func next(goOn: () -> Void) async -> ChunkResult {
    await withCheckedContinuation { continuation in
      let (known, mustGoOn) = state.withLock { state in
        let known = state.takeChunk(otherReader: state.reader != nil, target: target)
        if known == nil { state.reader = continuation }
        let mustGoOn = state.isHeld && state.queued <= Self.queueLimit / 2
        if mustGoOn { state.isHeld = false }
        return (known, mustGoOn)
      }
      if let known { continuation.resume(returning: known) }
      if mustGoOn { goOn() }
    }
  }
}

/// A reader and what it waited for.
private struct Wake {
  let reader: CheckedContinuation<Exchange.ChunkResult, Never>
  let result: Exchange.ChunkResult

  func resume() { reader.resume(returning: result) }
}

extension Exchange.State {
  fileprivate mutating func append(_ bytes: UnsafeRawBufferPointer, capacity: Int) {
    if let last = chunks.indices.last, chunks[last].count + bytes.count <= Exchange.chunkLimit {
      chunks[last].append(contentsOf: bytes)
    } else {
      var chunk: [UInt8] = []
      chunk.reserveCapacity(max(bytes.count, min(capacity, Exchange.chunkLimit)))
      chunk.append(contentsOf: bytes)
      chunks.append(chunk)
    }
    queued += bytes.count
    received += Int64(bytes.count)
  }

  /// The waiting reader with its chunk or the end, if there is one to hand over.
  fileprivate mutating func nextReady(atLeast count: Int) -> Wake? {
    guard let waiting = reader else { return nil }
    if let first = chunks.first, first.count >= count || chunks.count > 1 {
      reader = nil
      queued -= first.count
      return Wake(reader: waiting, result: .success(chunks.removeFirst()))
    }
    guard chunks.isEmpty, let end else { return nil }
    reader = nil
    return Wake(reader: waiting, result: end.map { nil })
  }

  fileprivate mutating func takeChunk(otherReader: Bool, target: RequestTarget) -> Exchange.ChunkResult? {
    if otherReader { return .failure(.failed(target, reason: "the body has two readers at a time")) }
    if let first = chunks.first {
      chunks.removeFirst()
      queued -= first.count
      return .success(first)
    }
    return end.map { $0.map { nil } }
  }
}
