import Glibc
import Logging
import NIOCore

extension ConnectionHandler {
  /// Bytes sent at a time where the kernel cannot copy from the file itself, or the bandwidth is shared out.
  private static let pieceSize: Int64 = 64 << 10
  /// Pieces under way for one connection.
  private static let pieceLimit = 2
  /// Pieces that one connection may send before the others of its event loop have their turn.
  private static let piecesInARow = 16

  /// Prepares pieces until two are under way; called again when one has left.
  func pump(_ context: ChannelHandlerContext) {
    if isPumping { return }
    isPumping = true
    var left = Self.piecesInARow
    while let exchange = content, !exchange.isPreparing, exchange.unsentPieces < Self.pieceLimit {
      if left == 0 { return pumpLater(context) }
      guard let piece = exchange.cursor.next(limit: Self.pieceSize) else { break }
      left -= 1
      prepare(piece, context)
    }
    isPumping = false
  }

  private func pumpLater(_ context: ChannelHandlerContext) {
    context.eventLoop.assumeIsolated().execute { [self] in
      isPumping = false
      pump(context)
    }
  }

  private func prepare(_ piece: ContentSegment, _ context: ChannelHandlerContext) {
    content?.isPreparing = true
    let wait = budget?.take(piece.count, at: .now()) ?? .zero
    if wait == .zero { return load(piece, context) }
    context.eventLoop.assumeIsolated().scheduleTask(in: wait) { [self] in load(piece, context) }
  }

  private func load(_ piece: ContentSegment, _ context: ChannelHandlerContext) {
    guard let file = content?.file else { return }
    guard isSecure, case .file(let range) = piece else { return deliver(file.region(piece), context) }
    if let bytes = shelf.readAtHand(range, of: file) { return deliver(.byteBuffer(bytes), context) }
    shelf.read(range, of: file).assumeIsolated().whenComplete { [self] result in
      switch result {
      case .success(let bytes): deliver(.byteBuffer(bytes), context)
      case .failure(let error): giveUp(file, because: error, context)
      }
    }
  }

  private func deliver(_ bytes: IOData, _ context: ChannelHandlerContext) {
    guard content != nil else { return }
    content?.isPreparing = false
    sendLast(bytes, context)
    pump(context)
  }

  /// Sends a piece that somebody waits for: the last one, or one of those that are counted.
  func sendLast(_ bytes: IOData, _ context: ChannelHandlerContext) {
    let file = content?.file
    content?.unsentPieces += 1
    clock.begin(.answer, now: .now())
    let sent = context.eventLoop.makePromise(of: Void.self)
    // The descriptor must stay open until the last byte has left.
    sent.futureResult.assumeIsolated().whenComplete { [self] result in
      pieceLeft(result, file, context)
    }
    send(bytes, promise: sent, flush: true)
    if turn == .content { armTimer(context) }
  }

  private func pieceLeft(_ result: Result<Void, any Error>, _ file: OpenContent?, _ context: ChannelHandlerContext) {
    guard turn == .content, let exchange = content else { return }
    if case .failure(let error) = result {
      guard let file else { return context.close(promise: nil) }
      return giveUp(file, because: error, context)
    }
    exchange.unsentPieces -= 1
    guard exchange.cursor.isAtEnd, exchange.unsentPieces == 0, !exchange.isPreparing else { return pump(context) }
    holdPartialFrames(false, context)
    if exchange.isKeptAlive { finishTurn(context) } else { endConnection(context) }
  }

  /// While they are held, the head of an answer leaves in one frame with the first bytes of the file (`TCP_CORK`).
  ///
  /// A head that leaves alone wakes the client for nothing; under BBR it costs over a quarter more CPU for each byte.
  func holdPartialFrames(_ isHolding: Bool, _ context: ChannelHandlerContext) {
    guard isHolding != holdsPartialFrames, let options = context.channel.syncOptions else { return }
    do {
      try options.setOption(.tcpOption(.init(rawValue: TCP_CORK)), value: isHolding ? 1 : 0)
      holdsPartialFrames = isHolding
    } catch {
      // The client is gone: what is written now fails and says so.
      logger.debug("content: connection cannot be corked: \(error)")
    }
  }

  /// A length was promised that cannot be kept: the connection ends.
  private func giveUp(_ file: OpenContent, because error: any Error, _ context: ChannelHandlerContext) {
    if let error = error as? ContentReadError {
      shelf.withdraw(file, because: error)
    } else if let error = error as? IOError, [EIO, ENXIO, EBADMSG, EUCLEAN].contains(error.errnoCode) {
      shelf.withdraw(file, because: .failed(path: file.path, code: error.errnoCode))
    }
    turn = .over
    content = nil
    context.close(promise: nil)
  }
}
