import Mirror

/// When files that were asked for are tried again. Pure: what came of one try decides the pause after it.
struct RequestPacing: Equatable, Sendable {
  /// Seconds until another try when another process is at work.
  static let whenLocked: Double = 10

  /// Tries in a row that brought no file.
  private var fruitless = 0

  /// - Parameters:
  ///   - fetched: files that the try brought.
  ///   - missing: files that are still to come.
  /// - Returns: seconds until the next try without a new request; nil when nothing is missing.
  mutating func pause(fetched: Int, missing: Int) -> Double? {
    guard missing > 0 else {
      fruitless = 0
      return nil
    }
    fruitless = fetched > 0 ? 0 : fruitless + 1
    return WaitingDelay.seconds(attempts: max(0, fruitless - 1))
  }
}
