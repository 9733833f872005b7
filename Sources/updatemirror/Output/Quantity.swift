/// Numbers as people read them.
enum Quantity {
  private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]

  /// `0 B`, `1.5 KiB`, `12 MiB`: at most three digits before the unit.
  static func bytes(_ count: Int64) -> String {
    var value = Double(max(0, count))
    var unit = 0
    while value >= 1023.5, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    if unit == 0 || value >= 99.95 { return "\(Int64(value.rounded())) \(units[unit])" }
    let tenths = Int64((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }

  /// `0:07`, `12:40`, `3:05:00`.
  static func time(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds), 359_999).rounded())
    let pad = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    return hours > 0 ? "\(hours):\(pad(minutes)):\(pad(rest))" : "\(minutes):\(pad(rest))"
  }

  /// A time of JSON without the fraction of its second: `2026-11-23T02:06:48Z`.
  static func moment(_ text: String) -> String { text.count > 20 ? text.prefix(19) + "Z" : text }

  /// `1 file`, `12 files`.
  static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

  /// `40 minutes`, `7 hours`, `12 days`: in the largest unit of which there are two.
  static func age(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds), 1e12))
    for (unit, length) in [("day", 86_400), ("hour", 3_600), ("minute", 60)] where whole >= 2 * length {
      return count(whole / length, unit)
    }
    return count(whole, "second")
  }
}
