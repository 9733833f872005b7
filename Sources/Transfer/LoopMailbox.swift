internal import CCurl
internal import Synchronization

/// What callers ask of the loop's thread.
enum LoopCommand: Sendable {
  case start(Exchange)
  case goOn(UInt64)
  case stop(UInt64)
}

/// Where callers leave commands, and the loop's thread finds them.
final class LoopMailbox: Sendable {
  private struct State {
    var commands: [LoopCommand] = []
    /// Set while the loop runs; only `curl_multi_wakeup` is called with it here.
    var multi: UnsafeMutableRawPointer?
    var isClosing = false
    var hasEnded = false
    var waiters: [CheckedContinuation<Void, Never>] = []

    func wake() {
      if let multi { _ = curl_multi_wakeup(multi) }
    }
  }

  private let state = Mutex(State())

  /// Ignored once the loop is closing, but a transfer that wants to start is told.
  func post(_ command: LoopCommand) {
    let isOpen = state.withLock { state in
      guard !state.isClosing else { return false }
      state.commands.append(command)
      state.wake()
      return true
    }
    if !isOpen, case .start(let exchange) = command { exchange.finish(.failure(.shutDown(exchange.target))) }
  }

  /// Ends `exchange` for its reader now and for the connection soon.
  func end(_ exchange: Exchange, _ error: TransferError) {
    guard !exchange.hasEnded else { return }
    exchange.finish(.failure(error), discarding: true)
    post(.stop(exchange.id))
  }

  func close() {
    state.withLock { state in
      state.isClosing = true
      state.wake()
    }
  }

  func waitForEnd() async {
    await withCheckedContinuation { continuation in
      let hasEnded = state.withLock { state in
        if !state.hasEnded { state.waiters.append(continuation) }
        return state.hasEnded
      }
      if hasEnded { continuation.resume() }
    }
  }

  // MARK: The loop's side

  func opened(_ multi: UnsafeMutableRawPointer) {
    // An address is a plain number here: no memory is shared through it.
    let address = UInt(bitPattern: multi)
    state.withLock { $0.multi = UnsafeMutableRawPointer(bitPattern: address) }
  }

  func take() -> (commands: [LoopCommand], isClosing: Bool) {
    state.withLock { state in
      defer { state.commands = [] }
      return (state.commands, state.isClosing)
    }
  }

  /// After this nothing is woken any more.
  ///
  /// - Returns: the commands that nobody took.
  func closed() -> [LoopCommand] {
    state.withLock { state in
      state.isClosing = true
      state.multi = nil
      defer { state.commands = [] }
      return state.commands
    }
  }

  func ended() {
    let waiters = state.withLock { state in
      state.hasEnded = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
