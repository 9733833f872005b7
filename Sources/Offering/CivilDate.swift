public import UpdateModel

/// A day, as `LastChangeTime` of a deployment tells it (MS-WUSP 2.2.2.2.4, WUSP-213).
public struct CivilDate: Hashable, Comparable, Sendable {
  private static let ticksPerDay = 86_400 * Timestamp.ticksPerSecond

  /// Days since 0001-01-01.
  public let dayNumber: Int32

  public init(dayNumber: Int32) { self.dayNumber = dayNumber }

  /// The day of a moment, in UTC.
  public init(of moment: Timestamp) {
    dayNumber = Int32(clamping: moment.ticks / Self.ticksPerDay)
  }

  public static func < (left: CivilDate, right: CivilDate) -> Bool { left.dayNumber < right.dayNumber }
}

extension CivilDate: CustomStringConvertible {
  /// `yyyy-MM-dd`.
  public var description: String { Timestamp(ticks: Int64(dayNumber) * Self.ticksPerDay).dateText }
}
