internal import CCurl
internal import Foundation
internal import Synchronization

/// Sends requests over HTTP/1.1 and brings the replies back, with one thread for all transfers.
///
/// Connections are kept and used again. Redirects are not followed, no cookies are kept, and neither `.netrc` nor (unless
/// configured) the environment has a say. Letting go of the client shuts it down.
public final class HTTPClient: Sendable {
  private let mailbox = LoopMailbox()
  private let counters = TransferCounters()
  private let lastID = Atomic<UInt64>(0)

  public init(_ configuration: HTTPClientConfiguration = HTTPClientConfiguration()) {
    Self.prepareLibrary
    let thread = Thread { [mailbox, counters] in
      Self.blockBrokenPipes()
      let loop = TransferLoop(mailbox: mailbox, configuration: configuration, counters: counters)
      loop?.run()
      _ = mailbox.closed()
      mailbox.ended()
    }
    thread.name = "transfer"
    thread.start()
  }

  deinit { mailbox.close() }

  /// Bytes and transfers so far, as they move.
  public var counts: TransferCounts { counters.counts }

  /// Sends `request` and returns with the head of the reply; the body follows in ``HTTPResponse/body``.
  ///
  /// Any HTTP status is a reply. Cancelling the task ends the transfer.
  public func execute(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
    let target = try RequestTarget(url: request.url)
    try request.checkHead()
    let id = lastID.add(1, ordering: .relaxed).newValue
    let exchange = Exchange(id: id, request: request, target: target)
    let body = ByteStream(exchange: exchange, mailbox: mailbox)
    let head = await withTaskCancellationHandler {
      await exchange.head { mailbox.post(.start(exchange)) }
    } onCancel: {
      mailbox.end(exchange, .cancelled(target))
    }
    return HTTPResponse(head: try head.get(), body: body)
  }

  /// Ends all transfers with ``TransferError/shutDown(_:)``; returns when the thread and all connections are gone.
  public func shutdown() async {
    mailbox.close()
    await mailbox.waitForEnd()
  }

  /// A peer that goes away while bytes go out is an error of the call, not a signal to this process.
  private static func blockBrokenPipes() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  private static let prepareLibrary: Void = {
    _ = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
  }()
}
