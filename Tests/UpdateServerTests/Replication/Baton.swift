/// Hands one turn at a time to a task that stops at every step: the test decides who goes on.
///
/// One task calls ``step()``, another ``advance()``; each waits for the other in between.
final class Baton: @unchecked Sendable {
  // Each iterator is used by one side only, and the sides take turns: that is the lock.
  private var turns: AsyncStream<Void>.Iterator
  private var stops: AsyncStream<Void>.Iterator
  private let turn: AsyncStream<Void>.Continuation
  private let stop: AsyncStream<Void>.Continuation

  init() {
    let (turns, turn) = AsyncStream<Void>.makeStream()
    let (stops, stop) = AsyncStream<Void>.makeStream()
    (self.turn, self.stop) = (turn, stop)
    self.turns = turns.makeAsyncIterator()
    self.stops = stops.makeAsyncIterator()
  }

  /// The task gives its turn back and waits for the next one.
  ///
  /// - Returns: false when there will be none.
  @discardableResult
  func step() async -> Bool {
    stop.yield()
    return await turns.next() != nil
  }

  /// The test lets the task go on to its next step.
  func advance() async {
    turn.yield()
    _ = await stops.next()
  }

  /// The task waits for its first turn.
  func begin() async -> Bool { await turns.next() != nil }

  /// No more turns; whoever waits for one is woken.
  func end() { turn.finish() }

  /// The task is over: nobody waits for its steps.
  func left() { stop.finish() }
}
