import Mirror
import UpdateModel

/// When `serve` starts synchronization runs. Pure: settings, the history of runs and the time decide, so that `status`
/// in another process finds the same moment (docs/synchronization.md).
struct SyncSchedule: Equatable, Sendable {
  enum Rhythm: Equatable, Sendable {
    case never
    /// Minutes after midnight, UTC, rising.
    case daily([Int])
    /// Seconds from the beginning of a run to the next.
    case every(Double)
  }

  /// A run that has ended.
  struct PastRun: Equatable, Sendable {
    let began: Timestamp
    let ended: Timestamp
    let isFailed: Bool
  }

  /// The next run.
  struct Next: Equatable, Sendable {
    /// Not before the time that was asked about.
    let at: Timestamp
    /// How many runs have failed since the regular time that it makes up for; 0 for a run in its regular turn.
    let retry: Int
  }

  var rhythm = Rhythm.never
  /// Each run begins up to so many seconds later than its time.
  var randomDelay: Double = 0
  /// How often a failed run is tried again before its next regular time.
  var retries = 0
  /// Seconds from the end of a failed run to the first retry; each further one waits twice as long.
  var retryAfter: Double = 300
  /// Decides the random delays; another one for each server.
  var seed: UInt64 = 0

  /// No retry waits longer than this many seconds.
  static let longestRetryPause: Double = 3_600
  private static let day: Int64 = 86_400

  /// The moment of the next run, or nil when there is none.
  ///
  /// A time that passed while no server ran is made up for at once; several are one run.
  ///
  /// - Parameters:
  ///   - history: the newest run first.
  ///   - start: since when there is a schedule to follow, for a site that never ran.
  func next(now: Timestamp, history: [PastRun], since start: Timestamp) -> Next? {
    // The clock was ahead when these ran: they would keep all others away until then.
    let history = history.filter { $0.began <= now }
    guard let regular = regular(after: history.first?.began, since: start) else { return nil }
    let failures = failuresInTurn(history)
    if let last = history.first, failures > 0, failures <= retries {
      let retry = last.ended.adding(seconds: retryPause(failures))
      if retry < regular { return Next(at: max(retry, now), retry: failures) }
    }
    return Next(at: max(regular, now), retry: 0)
  }

  /// Failed runs, the newest back to the one that began at a regular time.
  private func failuresInTurn(_ history: [PastRun]) -> Int {
    var count = 0
    for (index, run) in history.enumerated() {
      guard run.isFailed else { break }
      count += 1
      guard index + 1 < history.count, let slot = slot(after: history[index + 1].began), slot > run.began else { break }
    }
    return count
  }

  private func retryPause(_ failures: Int) -> Double {
    var pause = retryAfter
    for _ in 1..<failures where pause < Self.longestRetryPause { pause *= 2 }
    return min(pause, max(retryAfter, Self.longestRetryPause))
  }

  private func regular(after last: Timestamp?, since start: Timestamp) -> Timestamp? {
    var first = slot(after: last ?? start)
    // A site that never ran begins at once when it counts from its last run.
    if case .every = rhythm, last == nil { first = start }
    guard let first, let following = slot(after: first) else { return nil }
    return delayed(first, within: following.seconds(since: first) / 2)
  }

  /// The regular time that follows a run, without its delay.
  private func slot(after moment: Timestamp) -> Timestamp? {
    switch rhythm {
    case .never: nil
    case .every(let seconds): moment.adding(seconds: seconds)
    case .daily(let minutes): Self.slot(minutes, after: moment)
    }
  }

  /// Half of the time to the next slot at most: a run never takes the place of the next one.
  private func delayed(_ slot: Timestamp, within limit: Double) -> Timestamp {
    var random = SeededRandom(seed: seed ^ UInt64(bitPattern: slot.ticks))
    return slot.adding(seconds: min(randomDelay, limit) * random.fraction())
  }

  /// The first time of the list that is later than `moment`.
  private static func slot(_ minutes: [Int], after moment: Timestamp) -> Timestamp? {
    guard let first = minutes.first else { return nil }
    let second = Int64(moment.unixSeconds.rounded(.down))
    let midnight = second - second % day
    let next = minutes.map { midnight + Int64($0) * 60 }.first { $0 > second } ?? midnight + day + Int64(first) * 60
    return Timestamp(unixSeconds: Double(next))
  }
}
