/// The body of a reply, in chunks of up to 256 KiB, for one reader.
///
/// At most about 1 MiB waits for the reader; then the connection is held until it reads on. When the reader's task is
/// cancelled, or nobody holds the stream or its iterator any more, the transfer ends and its connection closes.
public struct ByteStream: AsyncSequence, Sendable {
  public typealias Element = [UInt8]
  public typealias Failure = TransferError

  private let hold: TransferHold

  init(exchange: Exchange, mailbox: LoopMailbox) {
    hold = TransferHold(exchange: exchange, mailbox: mailbox)
  }

  /// Bytes of the body that have arrived so far, after decoding, read or not.
  public var received: Int64 { hold.exchange.received }

  public func makeAsyncIterator() -> Iterator { Iterator(hold: hold) }

  /// Takes one chunk after the other; nil after a complete body only.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let hold: TransferHold

    public mutating func next() async throws(TransferError) -> [UInt8]? {
      try await hold.next().get()
    }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(TransferError) -> [UInt8]? {
      try await hold.next().get()
    }
  }

  /// The whole body in memory.
  ///
  /// - Throws: ``TransferError/bodyTooLarge(_:limit:declared:)`` as soon as more than `limit` bytes came.
  public func collect(limit: Int64) async throws(TransferError) -> [UInt8] {
    var whole: [UInt8] = []
    var iterator = makeAsyncIterator()
    while let chunk = try await iterator.next() {
      guard Int64(whole.count) + Int64(chunk.count) <= limit else {
        let error = TransferError.bodyTooLarge(hold.exchange.target, limit: limit, declared: nil)
        hold.end(error)
        throw error
      }
      whole.append(contentsOf: chunk)
    }
    return whole
  }
}

/// Keeps a transfer going: its end of life ends the transfer.
private final class TransferHold: Sendable {
  let exchange: Exchange
  private let mailbox: LoopMailbox

  init(exchange: Exchange, mailbox: LoopMailbox) {
    self.exchange = exchange
    self.mailbox = mailbox
  }

  deinit { end(.cancelled(exchange.target)) }

  func end(_ error: TransferError) { mailbox.end(exchange, error) }

  func next() async -> Exchange.ChunkResult {
    await withTaskCancellationHandler {
      await exchange.next { mailbox.post(.goOn(exchange.id)) }
    } onCancel: {
      end(.cancelled(exchange.target))
    }
  }
}
