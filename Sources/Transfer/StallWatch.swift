/// Decides when a transfer waits too long. Pure: the caller tells the time.
struct StallWatch {
  struct Limits {
    var response: Duration
    var body: Duration
    /// Bytes per second over `body`.
    var minimumSpeed: Int64
  }

  /// nil while connecting: libcurl itself limits that.
  private(set) var stage: TransferStage?
  private var lastMove = Duration.zero
  private var spanStart = Duration.zero
  private var spanReceived: Int64 = 0
  private var isSpanOpen = false

  mutating func begin(_ stage: TransferStage, now: Duration) {
    self.stage = stage
    lastMove = now
    isSpanOpen = false
  }

  mutating func moved(now: Duration) { lastMove = now }

  /// - Returns: the stage that has lasted too long, or nil.
  mutating func check(now: Duration, received: Int64, limits: Limits) -> TransferStage? {
    guard let stage else { return nil }
    let limit = stage == .body ? limits.body : limits.response
    if now - lastMove > limit { return stage }
    guard stage == .body else { return nil }
    guard isSpanOpen else {
      openSpan(now: now, received: received)
      return nil
    }
    guard now - spanStart > limits.body else { return nil }
    let isSlow = Double(received - spanReceived) < Double(limits.minimumSpeed) * limits.body.seconds
    openSpan(now: now, received: received)
    return isSlow ? .body : nil
  }

  private mutating func openSpan(now: Duration, received: Int64) {
    spanStart = now
    spanReceived = received
    isSpanOpen = true
  }
}
