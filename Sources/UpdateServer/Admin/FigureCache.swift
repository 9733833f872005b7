/// Figures that are read again when they are older than a few seconds, however often they are asked for.
actor FigureCache {
  static let lifetime = Duration.seconds(10)

  private let read: @Sendable () async throws -> SiteFigures
  private var known: (figures: SiteFigures, since: ContinuousClock.Instant)?
  private var reading: Task<SiteFigures, any Error>?

  init(read: @escaping @Sendable () async throws -> SiteFigures) { self.read = read }

  func current() async throws -> SiteFigures {
    if let known, known.since.duration(to: .now) < Self.lifetime { return known.figures }
    if let reading { return try await reading.value }
    let task = Task { [read] in try await read() }
    reading = task
    defer { reading = nil }
    let figures = try await task.value
    known = (figures, .now)
    return figures
  }
}
