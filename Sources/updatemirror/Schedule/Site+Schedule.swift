import Catalog
import Platform
import UpdateModel

extension Site {
  /// When `serve` starts runs; `never` for a site without upstream server.
  ///
  /// - Throws: ``ConfigurationError`` when both kinds of schedule are set.
  func schedule() async throws -> SyncSchedule {
    guard configuration.optional(.upstreamURL) != nil else { return SyncSchedule() }
    var schedule = SyncSchedule()
    schedule.rhythm = try rhythm()
    schedule.randomDelay = try configuration.seconds(.scheduleRandomDelay)
    schedule.retries = try configuration.integer(.scheduleRetries)
    schedule.retryAfter = max(1, try configuration.seconds(.scheduleRetryAfter))
    let server = try await catalog.identity().serverID
    schedule.seed = server.high ^ server.low
    return schedule
  }

  /// The configuration counts before the subscription manifest.
  private func rhythm() throws -> SyncSchedule.Rhythm {
    try SyncSchedule.checkRhythm(configuration)
    let every = try configuration.seconds(.scheduleEvery)
    // A run more often than each minute would do nothing but look.
    if every > 0 { return .every(max(60, every)) }
    let minutes = DailySchedule.minutes(configuration.text(.scheduleAt)) ?? []
    let daily = minutes.isEmpty ? subscription.schedule.minutes : minutes
    return daily.isEmpty ? .never : .daily(daily)
  }

  /// Runs of the history, the newest first, as many as can decide about the next one.
  func pastRuns() async throws -> [SyncSchedule.PastRun] {
    try await catalog.history(limit: 20).map { record in
      SyncSchedule.PastRun(began: record.began, ended: record.ended, isFailed: record.outcome == .failed)
    }
  }

  /// The next run of a server that follows the schedule, as `status` shows it; nil without a schedule.
  func nextRun() async throws -> Timestamp? {
    let now = SystemClock.now()
    return try await schedule().next(now: now, history: try await pastRuns(), since: now)?.at
  }
}

extension SyncSchedule {
  /// - Throws: ``ConfigurationError/badValue(place:key:expected:found:)`` when both kinds of schedule are set.
  static func checkRhythm(_ configuration: Configuration) throws(ConfigurationError) {
    guard try configuration.seconds(.scheduleEvery) > 0, configuration.optional(.scheduleAt) != nil else { return }
    throw .badValue(
      place: "setting", key: Setting.scheduleEvery.key, expected: "0 beside schedule.at",
      found: "\"\(configuration.text(.scheduleEvery))\"")
  }
}
