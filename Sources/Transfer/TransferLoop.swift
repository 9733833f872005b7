internal import CCurl

/// Moves all bytes of one client, on one thread of its own.
///
/// Owns the libcurl multi handle. Nothing here is shared but the mailbox, the counters and the exchanges.
final class TransferLoop {
  /// How often waiting transfers are looked at.
  private static let checkInterval = Duration.milliseconds(100)

  let configuration: HTTPClientConfiguration
  /// Time since the loop began, taken once per turn.
  private(set) var now = Duration.zero
  private let mailbox: LoopMailbox
  private let counters: TransferCounters
  private let multi: UnsafeMutableRawPointer
  private let began = ContinuousClock.now
  private var transfers: [UInt64: ActiveTransfer] = [:]
  /// Have queued bytes for their reader in this turn.
  private var touched: [ActiveTransfer] = []
  /// Wait for the bandwidth limit, longest first.
  private var throttled: [UInt64] = []
  private var bucket: TokenBucket?
  private var nextCheck = Duration.zero

  /// - Returns: nil when memory is short.
  init?(mailbox: LoopMailbox, configuration: HTTPClientConfiguration, counters: TransferCounters) {
    guard let multi = curl_multi_init() else { return nil }
    self.multi = multi
    self.mailbox = mailbox
    self.configuration = configuration
    self.counters = counters
    if let limit = configuration.bandwidthLimit, limit > 0 { bucket = TokenBucket(rate: limit, now: .zero) }
    let perHost = max(1, configuration.maximumConnectionsPerHost)
    let total = max(1, configuration.maximumConnections)
    _ = curl_shim_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, perHost)
    _ = curl_shim_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, total)
    _ = curl_shim_multi_set_long(multi, CURLMOPT_MAXCONNECTS, total)
  }

  deinit { curl_multi_cleanup(multi) }

  /// Runs until the mailbox is closed; every transfer has ended then.
  func run() {
    mailbox.opened(multi)
    while takeTurn() {
      _ = curl_multi_poll(multi, nil, 0, Int32(clamping: waitTime.milliseconds), nil)
    }
    let late = mailbox.closed()
    for transfer in transfers.values { end(transfer, .failure(.shutDown(transfer.exchange.target))) }
    for case .start(let exchange) in late { exchange.finish(.failure(.shutDown(exchange.target))) }
  }

  /// - Returns: false when the mailbox is closing.
  private func takeTurn() -> Bool {
    now = ContinuousClock.now - began
    let (commands, isClosing) = mailbox.take()
    commands.forEach(obey)
    guard !isClosing else { return false }
    releaseThrottled()
    var running: Int32 = 0
    _ = curl_multi_perform(multi, &running)
    for transfer in touched { transfer.exchange.flush() }
    touched.removeAll(keepingCapacity: true)
    finishCompleted()
    endStalled()
    return true
  }

  private var waitTime: Duration {
    guard !transfers.isEmpty else { return .seconds(60) }
    guard let bucket, !throttled.isEmpty else { return Self.checkInterval }
    return min(bucket.delay, Self.checkInterval)
  }

  // MARK: Commands

  private func obey(_ command: LoopCommand) {
    switch command {
    case .start(let exchange): start(exchange)
    case .goOn(let id): transfers[id]?.release(.reader)
    case .stop(let id): transfers.removeValue(forKey: id).map(remove)
    }
  }

  private func start(_ exchange: Exchange) {
    guard !exchange.hasEnded else { return }
    guard var easy = EasyHandle() else {
      return exchange.finish(.failure(.failed(exchange.target, reason: "out of memory")))
    }
    easy.apply(configuration)
    easy.apply(exchange.request)
    let transfer = ActiveTransfer(exchange: exchange, easy: easy, loop: self)
    CurlCallbacks.install(on: transfer)
    let code = curl_multi_add_handle(multi, transfer.easy.pointer)
    guard code == CURLM_OK else {
      let reason = String(cString: curl_multi_strerror(code))
      return exchange.finish(.failure(.failed(exchange.target, reason: reason)))
    }
    transfers[exchange.id] = transfer
    counters.started()
  }

  // MARK: Ends

  private func finishCompleted() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
        let transfer = CurlCallbacks.transfer(of: easy)
      else { continue }
      end(transfer, transfer.end(curl_shim_message_result(message)))
    }
  }

  private func endStalled() {
    guard now >= nextCheck else { return }
    nextCheck = now + Self.checkInterval
    for transfer in Array(transfers.values) {
      if let error = transfer.stall(configuration) { end(transfer, .failure(error)) }
    }
  }

  private func end(_ transfer: ActiveTransfer, _ result: Result<Void, TransferError>) {
    transfers[transfer.exchange.id] = nil
    remove(transfer)
    transfer.exchange.finish(result)
  }

  private func remove(_ transfer: ActiveTransfer) {
    _ = curl_multi_remove_handle(multi, transfer.easy.pointer)
    counters.ended()
  }

  // MARK: Bytes

  func delivered(_ count: Int, by transfer: ActiveTransfer) {
    bucket?.take(count)
    counters.received(count)
    if touched.last !== transfer { touched.append(transfer) }
  }

  func uploaded(_ count: Int) { counters.sent(count) }

  func mustThrottle() -> Bool { bucket?.isEmpty ?? false }

  func throttle(_ transfer: ActiveTransfer) { throttled.append(transfer.exchange.id) }

  private func releaseThrottled() {
    guard bucket != nil else { return }
    bucket?.refill(now: now)
    var waiting = throttled.count
    while waiting > 0, !mustThrottle() {
      waiting -= 1
      let id = throttled.removeFirst()
      transfers[id]?.release(.bandwidth)
    }
  }
}
