import Glibc
import NIOCore

extension ConnectionHandler {
  /// An answer that is taken more slowly than this in one ``ConnectionClock/Phase/answer`` time is given up.
  static let slowestReceiver: UInt64 = 4 << 10

  /// Makes sure that something happens at the deadline of the clock.
  ///
  /// A timer that rings too early looks again, so most phases come and go without touching one.
  func armTimer(_ context: ChannelHandlerContext) {
    if let timer, timer.deadline <= clock.deadline { return }
    stopTimer()
    let deadline = clock.deadline
    let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in ring(context) }
    timer = (deadline, task)
  }

  func stopTimer() {
    timer?.task.cancel()
    timer = nil
  }

  private func ring(_ context: ChannelHandlerContext) {
    timer = nil
    guard context.channel.isActive else { return }
    guard clock.deadline <= .now() else { return armTimer(context) }
    switch clock.phase {
    case .head where hasUnreadBytes && turn == .nobody: refuse(408, context)
    case .answer: checkProgress(context)
    case .head, .request, .idle, .ending: context.close(promise: nil)
    }
  }

  /// Ends the connection when the client has taken next to nothing since the last look.
  ///
  /// While nothing waits to be sent it is this server that takes its time.
  private func checkProgress(_ context: ChannelHandlerContext) {
    guard hasUnsentBytes(context), let options = context.channel as? any SocketOptionProvider else {
      acknowledged = nil
      return lookAgain(context)
    }
    let level = NIOBSDSocket.OptionLevel(rawValue: Int32(IPPROTO_TCP))
    let progress: EventLoopFuture<TCPProgress> = options.unsafeGetSocketOption(
      level: level, name: NIOBSDSocket.Option(rawValue: TCP_INFO))
    progress.assumeIsolated().whenComplete { [self] result in
      guard case .success(let progress) = result, context.channel.isActive else { return lookAgain(context) }
      let before = acknowledged
      acknowledged = progress.bytesAcknowledged
      if let before, progress.bytesAcknowledged &- before < Self.slowestReceiver, hasUnsentBytes(context) {
        context.close(promise: nil)
      } else {
        lookAgain(context)
      }
    }
  }

  private func lookAgain(_ context: ChannelHandlerContext) {
    if clock.phase == .answer { clock.begin(.answer, now: .now()) }
    armTimer(context)
  }

  private func hasUnsentBytes(_ context: ChannelHandlerContext) -> Bool {
    content.map { $0.unsentPieces > 0 } ?? !context.channel.isWritable
  }
}

/// The head of the kernel's `struct tcp_info`, as far as `tcpi_bytes_acked` (Linux 4.1).
private struct TCPProgress {
  private let before:
    (
      UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64,
      UInt64
    )
  let bytesAcknowledged: UInt64
}
