internal import CCurl

/// One transfer as libcurl sees it. Only the loop's thread touches it.
final class ActiveTransfer {
  /// Why libcurl must hold the transfer.
  struct Hold: OptionSet {
    let rawValue: Int
    static let reader = Hold(rawValue: 1)
    static let bandwidth = Hold(rawValue: 2)
  }

  let exchange: Exchange
  var easy: EasyHandle
  /// The loop owns its transfers.
  unowned let loop: TransferLoop
  private var head = HeadReader()
  private(set) var hold: Hold = []
  /// Set by a callback that stops libcurl, in place of libcurl's own reason.
  private(set) var failure: TransferError?
  private(set) var received: Int64 = 0
  private(set) var declared: Int64?
  var watch = StallWatch()
  private var sent: Int64 = 0

  init(exchange: Exchange, easy: consuming EasyHandle, loop: TransferLoop) {
    self.exchange = exchange
    self.easy = easy
    self.loop = loop
  }

  // MARK: Called by libcurl

  /// The connection stands, the request goes out now.
  func connected() { watch.begin(.response, now: loop.now) }

  /// - Returns: `line.count` to go on, anything else to stop.
  func receivedHeader(_ line: UnsafeRawBufferPointer) -> Int {
    watch.moved(now: loop.now)
    do {
      guard let complete = try head.add(line) else { return line.count }
      try accept(complete)
      return line.count
    } catch {
      failure = error.transferError(exchange.target)
      return 0
    }
  }

  /// - Returns: `bytes.count`, or 0 to stop, or the mark that holds the transfer.
  func receivedBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    watch.moved(now: loop.now)
    if let limit = exchange.request.maximumBody, received + Int64(bytes.count) > limit {
      failure = .bodyTooLarge(exchange.target, limit: limit, declared: nil)
      return 0
    }
    guard !loop.mustThrottle() else {
      hold.insert(.bandwidth)
      loop.throttle(self)
      return Int(CURL_WRITEFUNC_PAUSE)
    }
    let remaining = declared.map { max(0, $0 - received) } ?? 65_536
    guard exchange.put(bytes, capacity: Int(clamping: remaining)) else {
      hold.insert(.reader)
      return Int(CURL_WRITEFUNC_PAUSE)
    }
    received += Int64(bytes.count)
    loop.delivered(bytes.count, by: self)
    return bytes.count
  }

  func uploaded(_ total: Int64) {
    guard total > sent else { return }
    loop.uploaded(Int(total - sent))
    sent = total
    watch.moved(now: loop.now)
  }

  private func accept(_ complete: ResponseHead) throws(HeadReader.Fault) {
    declared = complete.headers.contentLength
    if let limit = exchange.request.maximumBody, let declared, declared > limit, exchange.request.method != "HEAD" {
      throw .tooLarge(limit: limit, declared: declared)
    }
    watch.begin(.body, now: loop.now)
    exchange.deliver(complete)
  }

  // MARK: Called by the loop

  func release(_ reason: Hold) {
    guard hold.contains(reason) else { return }
    hold.remove(reason)
    guard hold.isEmpty else { return }
    watch.begin(.body, now: loop.now)
    // 0 means: neither direction held. May deliver at once, and hold again.
    _ = curl_easy_pause(easy.pointer, 0)
  }

  /// The timeout that this transfer has run into, if any.
  func stall(_ configuration: HTTPClientConfiguration) -> TransferError? {
    guard hold.isEmpty else { return nil }
    let limits = StallWatch.Limits(
      response: exchange.request.responseTimeout ?? configuration.responseTimeout, body: configuration.stallTimeout,
      minimumSpeed: configuration.minimumSpeed)
    guard let stage = watch.check(now: loop.now, received: received, limits: limits) else { return nil }
    return .timedOut(exchange.target, stage: stage, after: stage == .body ? limits.body : limits.response)
  }

  func end(_ code: CURLcode) -> Result<Void, TransferError> {
    if let failure { return .failure(failure) }
    guard code != CURLE_OK else {
      return head.isComplete ? .success(()) : .failure(.malformedReply(exchange.target, reason: "no head"))
    }
    let cause = TransferError(
      code, reason: easy.reason(code), target: exchange.target, hasConnected: watch.stage != nil, received: received,
      expected: exchange.request.acceptsCompressed ? nil : declared, connectTimeout: loop.configuration.connectTimeout)
    return .failure(cause)
  }
}
