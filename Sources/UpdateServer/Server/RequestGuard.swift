import NIOCore
import NIOHTTP1

/// Bounds the time of one request and keeps the promises of its headers.
///
/// It answers `Expect: 100-continue`, closes a connection whose request is not complete in
/// time, and ends the connection after an answer that says `Connection: close`. It stands where
/// parts are still HTTP/1; a handler that answers content in the pipeline belongs beside it.
final class RequestGuard: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let deadline: TimeAmount
  private var timer: Scheduled<Void>?
  /// Requests whose answer has not ended.
  private var unanswered = 0
  private var owesContinue = false
  private var closesAfterAnswer = false

  init(deadline: TimeAmount) { self.deadline = deadline }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): begin(head, context)
    case .body: break
    case .end: cancelTimer()
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head):
      if head.status.code >= 200, head.headers[canonicalForm: "connection"].contains(where: { $0 == "close" }) {
        closesAfterAnswer = true
      }
      context.write(data, promise: promise)
    case .body: context.write(data, promise: promise)
    case .end: finish(data, context, promise)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    cancelTimer()
    context.fireChannelInactive()
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    unanswered += 1
    cancelTimer()
    let channel = context.channel
    timer = context.eventLoop.scheduleTask(in: deadline) { channel.close(promise: nil) }
    guard head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" }) else { return }
    if unanswered == 1 { sendContinue(context) } else { owesContinue = true }
  }

  private func finish(_ data: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    unanswered -= 1
    guard closesAfterAnswer else {
      context.write(data, promise: promise)
      if owesContinue, unanswered == 1 {
        owesContinue = false
        sendContinue(context)
      }
      return
    }
    // The timer goes on: a client that still sends its request is not waited for longer.
    let sent = promise ?? context.eventLoop.makePromise()
    let channel = context.channel
    sent.futureResult.whenComplete { _ in channel.close(mode: .output, promise: nil) }
    context.writeAndFlush(data, promise: sent)
  }

  private func sendContinue(_ context: ChannelHandlerContext) {
    let head = HTTPResponseHead(version: .http1_1, status: .continue)
    context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
  }

  private func cancelTimer() {
    timer?.cancel()
    timer = nil
  }
}
