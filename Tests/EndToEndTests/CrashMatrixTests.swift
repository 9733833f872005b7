import Foundation
import Synchronization
import TestSupport
import Testing

extension EndToEnd {
  @Suite struct CrashMatrixTests {
    /// How many points are tried; 200 unless UPDATEMIRROR_CRASH_POINTS says otherwise.
    static let points = number("UPDATEMIRROR_CRASH_POINTS", otherwise: 200)
    static let seed = UInt64(number("UPDATEMIRROR_CRASH_SEED", otherwise: 20_261_101))

    private static func number(_ name: String, otherwise: Int) -> Int {
      ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? otherwise
    }

    @Test(
      """
      SSS-391, SSS-055, SSS-146, SSS-222: after SIGKILL at any seeded point of a sync readers see the old or the new \
      state, and the next run ends equal to an undisturbed one
      """)
    func killedAnywhere() async throws {
      try await UpstreamRig.run { upstream in
        // Sites of the month before exist before the USS grows.
        var lanes: [CrashLane] = []
        for number in 0..<2 { lanes.append(try await CrashLane(number: number, upstream: upstream)) }
        try await upstream.grow()
        for index in lanes.indices { try await lanes[index].measure() }
        #expect(lanes[0].expected == lanes[1].expected, "two undisturbed sites are equal")
        let ready = lanes
        try await withThrowingTaskGroup(of: CrashLane.Score.self) { group in
          for lane in ready {
            group.addTask {
              try await lane.kill(points: Self.points / 2 + (lane.number < Self.points % 2 ? 1 : 0), seed: Self.seed)
            }
          }
          var total = CrashLane.Score()
          for try await score in group { total.add(score) }
          #expect(total.kills == Self.points)
          print("crash matrix: \(total)")
        }
      }
    }
  }
}

/// Sites behind one relay, so that the address of their USS never changes.
struct CrashLane: Sendable {
  enum Start: CaseIterable, Sendable {
    /// Never synchronized.
    case fresh
    /// Synchronized a month ago.
    case aged
  }

  /// One undisturbed run.
  struct Course: Sendable {
    var requests = 0
    var answerBytes = 0
    /// The part of both that comes before the first file.
    var metadataRequests = 0
    var metadataBytes = 0
    /// Seconds after the first request, by request; the end of the process last.
    var moments: [Double] = []
  }

  /// What the points of a matrix met.
  struct Score: Sendable, CustomStringConvertible {
    var kills = 0
    /// Runs that had ended before their point and were tried again earlier.
    var late = 0
    /// States after a kill, by how many parts were new already.
    var newParts: [Int: Int] = [:]
    var partFiles = 0
    var resumedContent = 0

    mutating func add(_ other: Score) {
      kills += other.kills
      late += other.late
      newParts.merge(other.newParts) { $0 + $1 }
      partFiles += other.partFiles
      resumedContent += other.resumedContent
    }

    var description: String {
      let parts = newParts.sorted { $0.key < $1.key }.map { "\($0.value) with \($0.key) of 3 parts new" }
      return "\(kills) kills (\(parts.joined(separator: ", "))), \(partFiles) left part files, "
        + "\(resumedContent) with some content, \(late) tried again earlier"
    }
  }

  let number: Int
  private let relay: Relay
  private let templates: [Start: DownstreamSite]
  private var before: [Start: StateDump] = [:]
  private(set) var expected: [Start: StateDump] = [:]
  private var courses: [Start: Course] = [:]

  init(number: Int, upstream: UpstreamRig) async throws {
    self.number = number
    relay = try Relay(to: upstream.port)
    let fresh = try await DownstreamSite(upstream: relay.url, content: .lazy)
    let aged = try fresh.copy()
    try await aged.syncCompletely()
    templates = [.fresh: fresh, .aged: aged]
    for (start, site) in templates { before[start] = try StateDump(state: site.state) }
  }

  /// Lets one run of each start go to its end.
  mutating func measure() async throws {
    for start in Start.allCases {
      let site = try copy(start)
      let timeline = Timeline()
      let firstFile = Mutex<Relay.Tally?>(nil)
      relay.watch { [relay] event in
        guard case .request(_, let operation) = event else { return .pass }
        timeline.note()
        if operation.hasPrefix("GET ") { firstFile.withLock { $0 = $0 ?? relay.seen } }
        return .pass
      }
      try await site.syncCompletely()
      timeline.note()
      let seen = relay.seen
      let metadata = firstFile.withLock { $0 } ?? seen
      courses[start] = Course(
        requests: seen.requests, answerBytes: seen.answerBytes, metadataRequests: metadata.requests,
        metadataBytes: metadata.answerBytes, moments: timeline.seconds)
      expected[start] = try StateDump(state: site.state)
      try await site.expectSoundContent()
    }
  }

  private func copy(_ start: Start) throws -> DownstreamSite {
    guard let template = templates[start] else { throw Missing(start: start) }
    return try template.copy()
  }

  struct Missing: Error { let start: Start }
}

/// When things happened.
private final class Timeline: Sendable {
  private let moments = Mutex<[ContinuousClock.Instant]>([])

  func note() { moments.withLock { $0.append(.now) } }

  /// After the first one.
  var seconds: [Double] {
    moments.withLock { all in all.map { (all[0].duration(to: $0)) / .seconds(1) } }
  }
}

/// Where a run is killed.
struct KillPoint: Sendable, CustomStringConvertible {
  enum Moment: Sendable {
    /// So long after a request has arrived, in microseconds; 0 = before it is passed on.
    case request(Int, microseconds: Int)
    /// When so many bytes of answers have passed.
    case answerBytes(Int)
  }

  let start: CrashLane.Start
  var moment: Moment

  var description: String { "\(start) site, \(moment)" }

  /// A third each at arrivals, inside answers, and anywhere in time; half of them before the first file.
  static func seeded(_ generator: inout SeededGenerator, _ courses: [CrashLane.Start: CrashLane.Course]) -> KillPoint {
    let start = CrashLane.Start.allCases.randomElement(using: &generator) ?? .fresh
    let course = courses[start] ?? CrashLane.Course()
    let isEarly = Bool.random(using: &generator)
    let requests = max(1, isEarly ? course.metadataRequests : course.requests)
    let bytes = max(1, isEarly ? course.metadataBytes : course.answerBytes)
    switch Int.random(in: 0..<3, using: &generator) {
    case 0:
      return KillPoint(start: start, moment: .request(.random(in: 1...requests, using: &generator), microseconds: 0))
    case 1: return KillPoint(start: start, moment: .answerBytes(.random(in: 0..<bytes, using: &generator)))
    default:
      let end = course.moments.count > requests ? course.moments[requests] : 0
      let time = Double.random(in: 0...end, using: &generator)
      let number = max(1, course.moments.prefix(requests).lastIndex { $0 <= time }.map { $0 + 1 } ?? 1)
      let after = time - course.moments[number - 1]
      return KillPoint(start: start, moment: .request(number, microseconds: max(1, Int(after * 1e6))))
    }
  }

  /// A point that a faster run reaches too.
  var earlier: KillPoint {
    var point = self
    switch moment {
    case .request(let number, let microseconds) where microseconds > 1_000:
      point.moment = .request(number, microseconds: microseconds / 2)
    case .request(let number, _): point.moment = .request(max(1, number - 1), microseconds: 0)
    case .answerBytes(let count): point.moment = .answerBytes(count / 2)
    }
    return point
  }
}

extension CrashLane {
  /// Kills, looks, runs again and compares, so many times.
  func kill(points: Int, seed: UInt64) async throws -> Score {
    var generator = SeededGenerator(seed: seed &+ UInt64(number))
    var score = Score()
    for _ in 0..<points {
      let point = KillPoint.seeded(&generator, courses)
      let (site, reached) = try await killed(at: point, &score)
      try look(at: site, reached, &score)
      relay.watch()
      let again = try await site.sync()
      let differences =
        try expected[point.start].map { try StateDump(state: site.state).differences(from: $0) } ?? ["?"]
      #expect(again.status == 0 && differences == [], "\(reached): \(again.words) \(differences)")
      score.kills += 1
    }
    return score
  }

  private func killed(at first: KillPoint, _ score: inout Score) async throws -> (DownstreamSite, KillPoint) {
    var point = first
    while true {
      let site = try copy(point.start)
      let target = Target()
      relay.watch(target.observer(point.moment))
      let child = try site.startSync()
      target.processID.withLock { $0 = child.processID }
      let outcome = await child.ended()
      if outcome.signal == SIGKILL { return (site, point) }
      try #require(outcome.status == 0, "\(point): a run that was not killed: \(outcome.words)")
      score.late += 1
      point = point.earlier
    }
  }

  /// What a reader sees between the kill and the next run.
  private func look(at site: DownstreamSite, _ point: KillPoint, _ score: inout Score) throws {
    guard let old = before[point.start], let new = expected[point.start] else { throw Missing(start: point.start) }
    let found = try StateDump(state: site.state)
    var newParts = 0
    for part in StateDump.Part.allCases {
      let visible = found.visible(part)
      let isNew = visible == new.visible(part)
      newParts += isNew ? 1 : 0
      let isKnown = isNew || visible == old.visible(part) || visible == new.listed(part, after: old)
      #expect(isKnown, "\(point): \(part) are neither old nor new")
    }
    #expect(found.content.allSatisfy { new.content[$0.key] == $0.value }, "\(point): content/ has unverified bytes")
    #expect(Set(old.content.keys).isSubset(of: found.content.keys), "\(point): content/ has lost files")
    let stored = Set(found.content.keys.map { $0.dropFirst(3).prefix(40) })
    #expect(
      found.present.allSatisfy { stored.contains($0[...]) }, "\(point): the catalogue knows files that are not there")
    #expect(found.quarantine == [], "\(point)")
    score.newParts[newParts, default: 0] += 1
    score.partFiles += found.staging.isEmpty ? 0 : 1
    score.resumedContent += found.content.count > old.content.count ? 1 : 0
  }
}

/// A process that dies at its moment.
private final class Target: Sendable {
  let processID = Mutex<pid_t>(0)

  func observer(_ moment: KillPoint.Moment) -> Relay.Observer {
    { event in
      switch (moment, event) {
      case (.request(let wanted, let microseconds), .request(let number, _)) where number == wanted:
        guard microseconds > 0 else {
          self.strike()
          return .cut
        }
        Thread {
          usleep(UInt32(microseconds))
          self.strike()
        }.start()
        return .pass
      case (.answerBytes(let wanted), .answer(let total, let count, _)) where total <= wanted && wanted < total + count:
        Thread {
          // Lets the bytes arrive.
          usleep(200)
          self.strike()
        }.start()
        return .stallAfter(wanted - total)
      default: return .pass
      }
    }
  }

  private func strike() {
    while true {
      let target = processID.withLock { $0 }
      guard target == 0 else {
        kill(target, SIGKILL)
        return
      }
      usleep(100)
    }
  }
}
