import Logging
import NIOCore
import NIOHTTP1
import UpdateModel

extension ConnectionHandler {
  /// The request is complete: answers it now or when its file is open.
  func answerContent(_ context: ChannelHandlerContext) {
    guard let exchange = content else { return }
    guard exchange.method == .GET || exchange.method == .HEAD else {
      return answer(405, with: [.init("Allow", "GET, HEAD")], context)
    }
    switch exchange.route {
    case .contentFolder: answer(403, context)
    case .content(.digest(let digest)):
      if let file = shelf.atHand(digest) { answer(file, context) } else { answer(shelf.open(digest), context) }
    case .content(.alias(let folder, let name)): answer(shelf.open(folder: folder, fileName: name), context)
    case .contentNotFound, .service, .selfUpdate: answer(404, context)
    }
  }

  private func answer(_ opening: EventLoopFuture<OpenContent?>, _ context: ChannelHandlerContext) {
    clock.begin(.answer, now: .now())
    opening.assumeIsolated().whenComplete { [self] result in
      guard turn == .content, content != nil else { return }
      switch result {
      case .success(let file?): answer(file, context)
      case .success(nil): answer(404, context)
      case .failure(let error):
        logger.error("content: cannot be opened: \(error)")
        answer(503, with: [.init("Retry-After", String(retryAfter))], context)
      }
    }
  }

  private func answer(_ status: Int, with fields: [ContentAnswer.Field] = [], _ context: ChannelHandlerContext) {
    record?.status = status
    var buffer = context.channel.allocator.buffer(capacity: 256)
    ResponseText.write(ContentAnswer(refusing: status, fields), to: &buffer)
    writeEndOfHead(&buffer)
    sendLast(.byteBuffer(buffer), context)
  }

  private func answer(_ file: OpenContent, _ context: ChannelHandlerContext) {
    guard let request = content?.request else { return }
    var buffer = context.channel.allocator.buffer(capacity: 512 + (file.bytes?.readableBytes ?? 0))
    var segments: [ContentSegment] = []
    if request.isUnconditional {
      record?.status = 200
      buffer.writeImmutableBuffer(file.wholeHead)
      if request.method == .get, file.card.size > 0 {
        segments = [.file(ByteRange(first: 0, last: file.card.size - 1))]
      }
    } else {
      let answer = ContentAnswer(request, file.card)
      record?.status = answer.status
      ResponseText.write(answer, to: &buffer)
      segments = answer.segments
    }
    writeEndOfHead(&buffer)
    if segments.isEmpty { return sendLast(.byteBuffer(buffer), context) }
    if budget == nil, let bytes = file.bytes {
      write(segments, of: bytes, to: &buffer)
      return sendLast(.byteBuffer(buffer), context)
    }
    content?.file = file
    content?.cursor = SegmentCursor(segments)
    acknowledged = nil
    let isMoved = !isSecure && budget == nil
    if isMoved { holdPartialFrames(true, context) }
    send(.byteBuffer(buffer), promise: nil, flush: false)
    if isMoved { sendRegions(of: file, context) } else { pump(context) }
  }

  private func write(_ segments: [ContentSegment], of bytes: ByteBuffer, to buffer: inout ByteBuffer) {
    for segment in segments {
      switch segment {
      case .text(let text): buffer.writeString(text)
      case .file(let range):
        if let part = bytes.getSlice(at: bytes.readerIndex + Int(range.first), length: Int(range.count)) {
          buffer.writeImmutableBuffer(part)
        }
      }
    }
  }

  private func writeEndOfHead(_ buffer: inout ByteBuffer) {
    buffer.writeImmutableBuffer(shelf.currentDateLine())
    if content?.isKeptAlive == false {
      buffer.writeStaticString("Connection: close\r\n")
    } else if content?.needsKeepAliveWord == true {
      buffer.writeStaticString("Connection: keep-alive\r\n")
    }
    buffer.writeStaticString("\r\n")
  }

  /// Hands the whole file over: the kernel copies it when the client takes it.
  private func sendRegions(of file: OpenContent, _ context: ChannelHandlerContext) {
    while let piece = content?.cursor.next(limit: .max) {
      let bytes = file.region(piece)
      if content?.cursor.isAtEnd == true { return sendLast(bytes, context) }
      send(bytes, promise: nil, flush: false)
    }
  }
}

extension ContentRequest {
  /// Nothing but the method decides.
  fileprivate var isUnconditional: Bool {
    range == nil && ifMatch == nil && ifNoneMatch == nil && ifModifiedSince == nil && ifUnmodifiedSince == nil
  }
}
