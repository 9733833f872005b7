import UpdateModel

/// The dates of HTTP headers: whole seconds in GMT (RFC 9110 5.6.7).
enum HTTPDate {
  private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Sun, 06 Nov 1994 08:49:37 GMT`; a fraction of a second is cut off.
  static func text(_ moment: Timestamp) -> String {
    let wire = moment.wireText
    let year = wire.prefix(4)
    let month = Int(wire.dropFirst(5).prefix(2)) ?? 1
    let day = wire.dropFirst(8).prefix(2)
    let clock = wire.dropFirst(11).prefix(8)
    // The first day of the calendar, 0001-01-01, is a Monday.
    let weekday = Int(moment.ticks / (86_400 * Timestamp.ticksPerSecond) % 7)
    return "\(days[weekday]), \(day) \(months[month - 1]) \(year) \(clock) GMT"
  }

  /// Reads the three forms that a receiver must accept: the one above, RFC 850 and asctime.
  ///
  /// - Returns: nil for anything else; the header counts as absent then.
  static func moment(_ text: String) -> Timestamp? {
    guard text.utf8.count <= 40 else { return nil }
    let parts = text.split(whereSeparator: { ", -:".contains($0) }).map(String.init)
    guard parts.count >= 7 else { return nil }
    if let month = month(parts[1]) {
      guard parts.count == 7 else { return nil }
      return moment(year: parts[6], month: month, day: parts[2], clock: parts[3...5])
    }
    guard parts.count == 8, parts[7] == "GMT", let month = month(parts[2]) else { return nil }
    return moment(year: parts[3], month: month, day: parts[1], clock: parts[4...6])
  }

  private static func month(_ name: String) -> Int? { months.firstIndex(of: name).map { $0 + 1 } }

  private static func moment(
    year: String, month: Int, day: String, clock: ArraySlice<String>
  ) -> Timestamp? {
    let century = year.count == 2 ? (year < "70" ? "20" : "19") : ""
    let two = { (text: String) in text.count == 1 ? "0" + text : text }
    return Timestamp("\(century)\(year)-\(two(String(month)))-\(two(day))T\(clock.joined(separator: ":"))")
  }
}
