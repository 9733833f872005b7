/// The date of a Cabinet member: even seconds of the years 1980 to 2107.
///
/// The format means local time and names no zone. Here it is UTC, so that the same input gives the same bytes.
public struct CabinetTime: Hashable, Sendable {
  /// Year, month and day as the Cabinet stores them.
  let date: Int
  /// Hour, minute and half seconds as the Cabinet stores them.
  let time: Int

  private static let earliest = 315_532_800
  private static let latest = 4_354_819_198

  /// The nearest date that a Cabinet can hold.
  public init(unixSeconds: Int) {
    let seconds = min(max(unixSeconds, Self.earliest), Self.latest)
    let (year, month, day) = Self.civilDate(ofDay: seconds / 86_400)
    let ofDay = seconds % 86_400
    date = (year - 1_980) << 9 | month << 5 | day
    time = (ofDay / 3_600) << 11 | (ofDay / 60 % 60) << 5 | (ofDay % 60) / 2
  }

  /// - Parameter day: days since 1970-01-01.
  private static func civilDate(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
    // Years begin in March, so that the leap day is the last day of a year.
    let shifted = day + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }
}
