import Glibc
import NIOCore

extension ConnectionHandler {
  /// Bytes read at a time where the kernel cannot copy from the file itself.
  private static let pieceSize: Int64 = 128 << 10
  /// Bytes of a piece that waits for its share of the bandwidth.
  private static let meteredPieceSize: Int64 = 64 << 10
  /// Pieces under way for one connection.
  private static let pieceLimit = 2

  /// Prepares pieces until two are under way; called again when one has left.
  func pump(_ context: ChannelHandlerContext) {
    if isPumping { return }
    isPumping = true
    defer { isPumping = false }
    let limit = budget == nil ? Self.pieceSize : Self.meteredPieceSize
    while let exchange = content, !exchange.isPreparing, exchange.unsentPieces < Self.pieceLimit,
      let piece = exchange.cursor.next(limit: limit)
    {
      prepare(piece, context)
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
    if exchange.isKeptAlive { finishTurn(context) } else { endConnection(context) }
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
