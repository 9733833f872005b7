/// A moment in UTC with the 100 ns resolution of the wire format.
///
/// Counts ticks of 100 ns since 0001-01-01T00:00:00Z, so that every `dateTime`
/// of both protocols survives a round trip (MS-WSUSSS 2.2.5, SSS-031).
public struct Timestamp: Hashable, Sendable {
  public static let ticksPerSecond: Int64 = 10_000_000
  /// 1970-01-01T00:00:00Z.
  public static let unixEpochTicks: Int64 = 621_355_968_000_000_000

  public let ticks: Int64

  public init(ticks: Int64) { self.ticks = ticks }

  public init(unixSeconds: Double) {
    self.init(ticks: Self.unixEpochTicks + Int64((unixSeconds * Double(Self.ticksPerSecond)).rounded()))
  }

  public var unixSeconds: Double {
    Double(ticks - Self.unixEpochTicks) / Double(Self.ticksPerSecond)
  }

  /// "Never" in reporting; everything up to here reads as "no value" (SSS-322).
  public static let never = Timestamp(year: 1753, month: 1, day: 1)
  /// "No deadline", and the fixed reporting cookie's expiry (SSS-208, SSS-285).
  public static let endOfTime = Timestamp(ticks: Timestamp(year: 10_000, month: 1, day: 1).ticks - 1)

  /// Midnight of a day of the proleptic Gregorian calendar.
  public init(year: Int, month: Int, day: Int) {
    self.init(ticks: Int64(CivilDate.dayNumber(year: year, month: month, day: day)) * Self.ticksPerDay)
  }

  static let ticksPerDay = 86_400 * ticksPerSecond

  public func adding(seconds: Double) -> Timestamp {
    let delta = (seconds * Double(Self.ticksPerSecond)).rounded()
    guard let whole = Int64(exactly: delta) else { return delta < 0 ? Timestamp(ticks: 0) : .endOfTime }
    let (sum, overflow) = ticks.addingReportingOverflow(whole)
    if overflow { return whole < 0 ? Timestamp(ticks: 0) : .endOfTime }
    return Timestamp(ticks: max(0, min(sum, Self.endOfTime.ticks)))
  }

  /// This moment without its fraction of a second.
  public var wholeSeconds: Timestamp { Timestamp(ticks: ticks - ticks % Self.ticksPerSecond) }

  /// Seconds from `earlier` to this moment; negative when `earlier` is later.
  public func seconds(since earlier: Timestamp) -> Double {
    Double(ticks - earlier.ticks) / Double(Self.ticksPerSecond)
  }
}

extension Timestamp: Comparable {
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.ticks < right.ticks }
}
