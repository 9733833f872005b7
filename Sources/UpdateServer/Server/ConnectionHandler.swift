import Logging
import NIOCore
import NIOHTTP1

/// One connection of a client, where messages are HTTP/1 parts.
///
/// Answers content itself and passes every other request up to the framework, one request after the other
/// (docs/content-serving.md). It keeps the time limits, answers `Expect: 100-continue`, and ends the connection after
/// an answer that says `Connection: close`, but never before its last byte has left.
final class ConnectionHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// Whose answer is being waited for.
  enum Turn: Hashable {
    case nobody
    case framework
    case content
    /// The connection ends: what still comes is dropped.
    case over
  }

  /// Bytes of a body that a content request may have for no reason.
  static let contentBodyLimit = 64 << 10

  let shelf: ContentShelf
  let budget: BandwidthBudget?
  let isSecure: Bool
  let isSurplus: Bool
  /// The client's; asking the socket each time would be a system call.
  let address: String
  let retryAfter: Int
  let refusalPause: TimeAmount
  let logger: Logger
  let observer: RequestObserver
  /// The request whose answer is under way; nil when nobody wants to know.
  var record: RequestRecord?

  var clock: ConnectionClock
  var timer: (deadline: NIODeadline, task: Scheduled<Void>)?
  /// Bytes that the client had acknowledged when last looked.
  var acknowledged: UInt64?
  /// Set by ``ByteWatch``.
  var hasUnreadBytes = false

  var turn = Turn.nobody
  /// The content request whose parts are coming or whose answer is under way.
  var content: ContentExchange?
  /// A request has begun and its last part has not come.
  private var isReceiving = false
  private var waiting = CircularBuffer<HTTPServerRequestPart>()
  private var isProceeding = false
  var isPumping = false
  /// The socket sends full frames only, until the answer is complete.
  var holdsPartialFrames = false
  private var holdsRead = false
  private var heldEvents: [Any] = []
  /// What to answer when the requests before it are answered: the parser gave up.
  private var malformed: Int?
  private var closesAfterAnswer = false
  private var isSendingEnd = false
  private var heldClose: (mode: CloseMode, promise: EventLoopPromise<Void>?)?
  /// Where bytes go that need no encoder.
  var wire: ChannelHandlerContext?

  init(_ settings: Settings, shelf: ContentShelf, address: String, isSurplus: Bool) {
    self.shelf = shelf
    self.isSurplus = isSurplus
    self.address = address
    budget = settings.budget
    isSecure = settings.isSecure
    retryAfter = settings.retryAfter
    refusalPause = settings.refusalPause
    logger = settings.logger
    observer = settings.observer
    clock = ConnectionClock(limits: settings.times, now: .now())
  }

  /// What all connections of a listener have in common.
  struct Settings: Sendable {
    var times: ConnectionClock.Limits
    var budget: BandwidthBudget?
    var isSecure: Bool
    /// Seconds, in the answer to a surplus connection.
    var retryAfter: Int
    var logger: Logger
    var observer = RequestObserver()
    /// Until bytes that are no request are answered.
    var refusalPause = TimeAmount.zero
  }
}

// MARK: - Inbound

extension ConnectionHandler {
  func handlerAdded(context: ChannelHandlerContext) { armTimer(context) }

  func handlerRemoved(context: ChannelHandlerContext) {
    stopTimer()
    wire = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    if waiting.isEmpty && mayTake(part) { take(part, context) } else { waiting.append(part) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if hasUnreadBytes && turn == .nobody && clock.phase == .idle {
      clock.begin(.head, now: .now())
      armTimer(context)
    }
    if isReceiving { armTimer(context) }
    context.fireChannelReadComplete()
  }

  func channelInactive(context: ChannelHandlerContext) {
    reportAnswer()
    turn = .over
    content = nil
    stopTimer()
    waiting.removeAll()
    for event in heldEvents { context.fireUserInboundEventTriggered(event) }
    heldEvents = []
    releaseClose(context)
    context.fireChannelInactive()
  }

  /// The end of the client's side and the wish to stop wait until content has left.
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    let waits = event is ChannelShouldQuiesceEvent || (event as? ChannelEvent) == .inputClosed
    if waits && turn == .content { heldEvents.append(event) } else { context.fireUserInboundEventTriggered(event) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // What still comes behind rubbish that is refused is dropped, like all bytes then.
    if turn == .over, case ByteToMessageDecoderError.dataReceivedInErrorState = error { return }
    guard let status = (error as? HTTPParserError)?.status, !(isReceiving && turn == .framework) else {
      context.fireErrorCaught(error)
      return
    }
    malformed = status
    if isReceiving || turn == .nobody { refuseLater(status, context) }
  }

  func read(context: ChannelHandlerContext) {
    if waiting.isEmpty || turn == .over { context.read() } else { holdsRead = true }
  }

  /// Whether `part` belongs to the present request or may begin the next one.
  private func mayTake(_ part: HTTPServerRequestPart) -> Bool {
    if case .head = part { return turn == .nobody && !isReceiving || turn == .over }
    return true
  }

  private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    if turn == .over { return }
    switch part {
    case .head(let head): begin(head, context)
    case .body(let bytes):
      if content == nil { context.fireChannelRead(wrapInboundOut(part)) } else { discard(bytes.readableBytes, context) }
    case .end:
      isReceiving = false
      if content != nil { return answerContent(context) }
      clock.begin(turn == .nobody ? .idle : .answer, now: .now())
      context.fireChannelRead(wrapInboundOut(part))
    }
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    if isSurplus { return refuse(503, with: [.init("Retry-After", String(retryAfter))], context) }
    hasUnreadBytes = false
    isReceiving = true
    clock.begin(.request, now: .now())
    if let exchange = ContentExchange(head) {
      (turn, content) = (.content, exchange)
    } else {
      turn = .framework
      armTimer(context)
    }
    if observer.isPresent { record = RequestRecord(head, content: content?.route, now: .now()) }
    if head.headers.contains(name: "expect"), head.asksToContinue { sendContinue(context) }
    if turn == .framework { context.fireChannelRead(wrapInboundOut(.head(head))) }
  }

  private func discard(_ count: Int, _ context: ChannelHandlerContext) {
    guard let content else { return }
    content.discarded += count
    if content.discarded > Self.contentBodyLimit { refuse(413, context) }
  }

  private func sendContinue(_ context: ChannelHandlerContext) {
    let head = HTTPResponseHead(version: .http1_1, status: .continue)
    context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
  }
}

// MARK: - Outbound, from the framework

extension ConnectionHandler {
  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if turn == .over {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(let head):
      record?.status = Int(head.status.code)
      if head.status.code >= 200, head.headers[canonicalForm: "connection"].contains("close") {
        closesAfterAnswer = true
      }
      context.write(data, promise: promise)
    case .body(let bytes):
      record?.bytes += Int64(bytes.readableBytes)
      context.write(data, promise: promise)
    case .end:
      let sent = promise ?? context.eventLoop.makePromise()
      isSendingEnd = true
      clock.begin(.answer, now: .now())
      sent.futureResult.assumeIsolated().whenComplete { [self] result in frameworkAnswered(result, context) }
      context.writeAndFlush(data, promise: sent)
    }
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    // Whoever closes after an answer means: when it has left.
    if mode != .input && isSendingEnd && context.channel.isActive && heldClose == nil {
      heldClose = (mode, promise)
    } else {
      context.close(mode: mode, promise: promise)
    }
  }

  private func frameworkAnswered(_ result: Result<Void, any Error>, _ context: ChannelHandlerContext) {
    isSendingEnd = false
    releaseClose(context)
    guard case .success = result, turn == .framework else { return }
    if closesAfterAnswer { endConnection(context) } else { finishTurn(context) }
  }

  private func releaseClose(_ context: ChannelHandlerContext) {
    guard let held = heldClose else { return }
    heldClose = nil
    context.close(mode: held.mode, promise: held.promise)
  }
}

// MARK: - Turns

extension ConnectionHandler {
  /// The present request is answered: the next one may begin.
  func finishTurn(_ context: ChannelHandlerContext) {
    reportAnswer()
    turn = .nobody
    content = nil
    clock.begin(isReceiving ? .request : .idle, now: .now())
    // Where connections may idle for less time than the last deadline was away.
    armTimer(context)
    proceed(context)
  }

  /// Takes what has been waiting, then the events that waited behind it.
  private func proceed(_ context: ChannelHandlerContext) {
    if isProceeding { return }
    isProceeding = true
    defer { isProceeding = false }
    let count = waiting.count
    while let part = waiting.first, mayTake(part) {
      waiting.removeFirst()
      take(part, context)
    }
    // The framework looks at what it was given when a read completes.
    if waiting.count < count && turn == .framework { context.fireChannelReadComplete() }
    guard waiting.isEmpty else { return }
    if turn == .nobody, let malformed { return refuseLater(malformed, context) }
    if turn == .nobody {
      let events = heldEvents
      heldEvents = []
      for event in events { context.fireUserInboundEventTriggered(event) }
    }
    if holdsRead {
      holdsRead = false
      context.read()
    }
  }

  /// Refuses bytes that are no request, after a pause: a flood of them is as slow as its connections are few.
  private func refuseLater(_ status: Int, _ context: ChannelHandlerContext) {
    turn = .over
    context.eventLoop.assumeIsolated().scheduleTask(in: refusalPause) { [self] in
      if context.channel.isActive { refuse(status, context) }
    }
  }

  /// Answers without a body and ends the connection.
  func refuse(_ status: Int, with fields: [ContentAnswer.Field] = [], _ context: ChannelHandlerContext) {
    record?.status = status
    var answer = ContentAnswer(refusing: status, fields)
    answer.fields.append(.init("Connection", "close"))
    if status == 405 { answer.fields.append(.init("Allow", "GET, HEAD, POST")) }
    var buffer = context.channel.allocator.buffer(capacity: 256)
    ResponseText.write(answer, to: &buffer)
    buffer.writeImmutableBuffer(shelf.currentDateLine())
    buffer.writeStaticString("\r\n")
    turn = .over
    let sent = context.eventLoop.makePromise(of: Void.self)
    sent.futureResult.assumeIsolated().whenComplete { [self] _ in endConnection(context) }
    send(.byteBuffer(buffer), promise: sent, flush: true)
  }

  /// Everything has left: ends our side and waits for the client's end.
  func endConnection(_ context: ChannelHandlerContext) {
    reportAnswer()
    turn = .over
    content = nil
    waiting.removeAll()
    clock.begin(.ending, now: .now())
    armTimer(context)
    context.close(mode: .output, promise: nil)
    if holdsRead {
      holdsRead = false
      context.read()
    }
  }

  /// Tells of the request that is answered, or whose answer the client did not wait for.
  private func reportAnswer() {
    guard let record else { return }
    self.record = nil
    observer.report(record.answered(address: address, now: .now()))
  }

  /// Writes bytes below the encoder.
  func send(_ bytes: IOData, promise: EventLoopPromise<Void>?, flush: Bool) {
    guard let wire else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    record?.bytes += Int64(bytes.readableBytes)
    wire.write(NIOAny(bytes), promise: promise)
    if flush { wire.flush() }
  }
}

extension HTTPRequestHead {
  fileprivate var asksToContinue: Bool {
    headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
  }
}

extension HTTPParserError {
  /// How a request that cannot be parsed is answered.
  fileprivate var status: Int {
    switch self {
    case .invalidMethod: 405
    case .headerOverflow: 431
    default: 400
    }
  }
}
