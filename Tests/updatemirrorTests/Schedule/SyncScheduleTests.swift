import Testing
import UpdateModel

@testable import updatemirror

@Suite("Schedule")
struct SyncScheduleTests {
  typealias PastRun = SyncSchedule.PastRun

  /// Monday, 2026-11-23.
  private static let midnight = Timestamp(year: 2026, month: 11, day: 23)

  private static func time(_ hours: Double) -> Timestamp { midnight.adding(seconds: hours * 3600) }

  private static func run(_ hours: Double, minutes: Double = 10, isFailed: Bool = false) -> PastRun {
    PastRun(began: time(hours), ended: time(hours + minutes / 60), isFailed: isFailed)
  }

  private static func daily(_ minutes: Int..., adjust: (inout SyncSchedule) -> Void = { _ in }) -> SyncSchedule {
    var schedule = SyncSchedule()
    schedule.rhythm = .daily(minutes)
    adjust(&schedule)
    return schedule
  }

  private static func every(_ hours: Double, adjust: (inout SyncSchedule) -> Void = { _ in }) -> SyncSchedule {
    var schedule = SyncSchedule()
    schedule.rhythm = .every(hours * 3600)
    adjust(&schedule)
    return schedule
  }

  struct Row: Sendable {
    let name: String
    let schedule: SyncSchedule
    let now: Double
    var history: [PastRun] = []
    var since: Double?
    /// Hours after midnight; nil = no run.
    let next: Double?
    var retry = 0
  }

  /// 02:30 and 14:00.
  private static let twice = daily(150, 840)
  private static let retried = daily(150, 840) { $0.retries = 2 }

  static let rows: [Row] = [
    Row(name: "no schedule", schedule: SyncSchedule(), now: 1, history: [run(0)], next: nil),
    Row(name: "never ran: the next time of the day", schedule: twice, now: 1, next: 2.5),
    Row(name: "never ran, at the very time: the next one", schedule: twice, now: 2.5, next: 14),
    Row(name: "never ran, over midnight", schedule: twice, now: 20, next: 26.5),
    Row(
      name: "never ran, started before the time: due since then", schedule: twice, now: 2.6, since: 1, next: 2.6),
    Row(name: "ran at its time", schedule: twice, now: 3, history: [run(2.5)], next: 14),
    Row(name: "ran by hand in between: the next time stays", schedule: twice, now: 12, history: [run(11)], next: 14),
    Row(name: "a time was missed: at once", schedule: twice, now: 15, history: [run(2.5)], next: 15),
    Row(name: "several were missed: once", schedule: twice, now: 100, history: [run(2.5)], next: 100),
    Row(
      name: "made up for: the next regular time", schedule: twice, now: 100.5, history: [run(100), run(2.5)],
      next: 110),
    Row(name: "every 6 h, never ran: at once", schedule: every(6), now: 1, next: 1),
    Row(
      name: "every 6 h from the beginning of the last", schedule: every(6), now: 3, history: [run(2, minutes: 50)],
      next: 8),
    Row(
      name: "a run in the future, of a clock that was wrong, does not count", schedule: twice, now: 3,
      history: [run(9_000), run(2.5)], next: 14),
    Row(name: "every 6 h, missed", schedule: every(6), now: 30, history: [run(2)], next: 30),
    Row(
      name: "failed, no retries: the next time", schedule: twice, now: 3, history: [run(2.5, isFailed: true)], next: 14),
    Row(
      name: "failed: 5 minutes after its end", schedule: retried, now: 2.7,
      history: [run(2.5, minutes: 12, isFailed: true)], next: 2.7 + 5.0 / 60, retry: 1),
    Row(
      name: "failed twice: 10 minutes", schedule: retried, now: 3,
      history: [run(2.9, minutes: 6, isFailed: true), run(2.5, isFailed: true), run(-10)], next: 3 + 10.0 / 60, retry: 2
    ),
    Row(
      name: "failed three times with two retries: the next time", schedule: retried, now: 4,
      history: [run(3.5, isFailed: true), run(2.9, isFailed: true), run(2.5, isFailed: true), run(-10)], next: 14),
    Row(
      name: "failures of yesterday do not count for today", schedule: retried, now: 2.7,
      history: [
        run(2.5, minutes: 12, isFailed: true), run(-9, isFailed: true), run(-9.5, isFailed: true),
        run(-10, isFailed: true), run(-21.5),
      ], next: 2.7 + 5.0 / 60, retry: 1),
    Row(
      name: "a success ends the retries", schedule: retried, now: 3, history: [run(2.7), run(2.5, isFailed: true)],
      next: 14),
    Row(
      name: "a retry never comes after the next time",
      schedule: daily(150, 180) {
        $0.retries = 5; $0.retryAfter = 3_000
      },
      now: 2.8, history: [run(2.5, isFailed: true)], next: 3),
    Row(
      name: "a retry that is late is due now", schedule: retried, now: 5, history: [run(2.5, isFailed: true)], next: 5,
      retry: 1),
    Row(
      name: "every 6 h: the failures of one turn", schedule: every(6) { $0.retries = 2 }, now: 8.3,
      history: [run(8.2, minutes: 6, isFailed: true), run(2.2, isFailed: true), run(2, isFailed: true)],
      next: 8.3 + 5.0 / 60, retry: 1),
  ]

  @Test("the next run follows from schedule, history and time", arguments: rows.indices)
  func table(index: Int) throws {
    let row = Self.rows[index]
    let now = Self.time(row.now)
    let next = row.schedule.next(now: now, history: row.history, since: row.since.map(Self.time) ?? now)
    guard let expected = row.next else {
      #expect(next == nil, "\(row.name)")
      return
    }
    let found = try #require(next, "\(row.name)")
    #expect(abs(found.at.seconds(since: Self.time(expected))) < 0.01, "\(row.name): \(found.at)")
    #expect(found.retry == row.retry, "\(row.name)")
  }

  @Test("pauses before retries double up to an hour")
  func retryPauses() {
    let schedule = Self.daily(0) { $0.retries = 8 }
    var history: [PastRun] = []
    var pauses: [Double] = []
    var now = Self.time(24)
    for _ in 0..<8 {
      history.insert(PastRun(began: now, ended: now, isFailed: true), at: 0)
      guard let next = schedule.next(now: now, history: history, since: now) else { break }
      pauses.append(next.at.seconds(since: now))
      now = next.at
    }
    #expect(pauses == [300, 600, 1_200, 2_400, 3_600, 3_600, 3_600, 3_600])
  }

  @Test("the random delay is the same in every process, differs between servers and days, and stays below its bound")
  func randomDelay() throws {
    var delays: Set<Double> = []
    for seed in [UInt64(1), 2, 3] {
      for day in 0..<10 {
        let schedule = Self.daily(150) { ($0.randomDelay, $0.seed) = (1_800, seed) }
        let now = Self.time(Double(day) * 24)
        let next = try #require(schedule.next(now: now, history: [], since: now))
        #expect(next == schedule.next(now: now.adding(seconds: 60), history: [], since: now))
        let delay = next.at.seconds(since: Self.time(Double(day) * 24 + 2.5))
        #expect((0..<1_800).contains(delay))
        delays.insert(delay)
      }
    }
    #expect(delays.count == 30)
  }

  @Test("a delay never carries a run beyond half of the way to the next one")
  func boundedDelay() throws {
    let schedule = Self.daily(0, 10) { ($0.randomDelay, $0.seed) = (86_400, 9) }
    let now = Self.time(-0.01)
    let next = try #require(schedule.next(now: now, history: [], since: now))
    #expect((0..<300).contains(next.at.seconds(since: Self.midnight)))
  }

  @Test("a run that began in its delay counts for its time")
  func delayedRunCounts() throws {
    let schedule = Self.daily(150) { ($0.randomDelay, $0.seed) = (1_800, 4) }
    let next = try #require(schedule.next(now: Self.time(3.5), history: [Self.run(2.6)], since: Self.time(0)))
    #expect(next.at > Self.time(26.5))
  }

  @Test("after a run that could not begin, the schedule does not ask for it again without a pause")
  func failedWithoutRow() throws {
    let unrecorded = PastRun(began: Self.time(2.5), ended: Self.time(2.5), isFailed: true)
    let schedule = Self.daily(150) { $0.retries = 1 }
    let next = try #require(schedule.next(now: Self.time(2.5), history: [unrecorded], since: Self.time(0)))
    #expect(next == SyncSchedule.Next(at: Self.time(2.5).adding(seconds: 300), retry: 1))
  }
}
