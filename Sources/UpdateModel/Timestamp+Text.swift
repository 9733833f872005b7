extension Timestamp: LosslessStringConvertible {
  /// `yyyy-MM-ddTHH:mm:ss[.fffffff]Z`, trailing zeros of the fraction trimmed.
  public var description: String { wireText + "Z" }

  /// The form without a zone, as `9999-12-31T23:59:59.9999999`.
  public var wireText: String {
    let (date, clock, fraction) = fields
    let seconds = "\(date)T\(clock)"
    guard fraction > 0 else { return seconds }
    var digits = Self.padded(fraction, 7)
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(seconds).\(digits)"
  }

  /// `yyyy-MM-dd HH:mm:ss.fff`, the form inside Windows anchors.
  public var anchorText: String {
    let (date, clock, fraction) = fields
    return "\(date) \(clock).\(Self.padded(fraction / 10_000, 3))"
  }

  /// `yyyy-MM-dd`.
  public var dateText: String { fields.date }

  /// Reads an XML Schema `dateTime` or date with 0 to 7 fractional digits and an
  /// optional zone; no zone means UTC. A blank may stand for the `T`.
  public init?(_ text: String) {
    var reader = DigitReader(text)
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
      let day = reader.number(2), (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= CivilDate.daysInMonth(year: year, month: month)
    else { return nil }
    var ticks = Timestamp(year: year, month: month, day: day).ticks
    if reader.skip("T") || reader.skip(" ") {
      guard let time = Self.timeOfDay(&reader) else { return nil }
      ticks += time
    }
    guard let offset = Self.zoneOffset(&reader), reader.isAtEnd else { return nil }
    ticks -= offset
    guard (0...Self.endOfTime.ticks).contains(ticks) else { return nil }
    self.init(ticks: ticks)
  }

  private var fields: (date: String, clock: String, fraction: Int64) {
    let date = CivilDate.parts(ofDay: Int(ticks / Self.ticksPerDay))
    let ofDay = ticks % Self.ticksPerDay
    let seconds = ofDay / Self.ticksPerSecond
    let pad = Self.padded
    return (
      "\(pad(Int64(date.year), 4))-\(pad(Int64(date.month), 2))-\(pad(Int64(date.day), 2))",
      "\(pad(seconds / 3600, 2)):\(pad(seconds / 60 % 60, 2)):\(pad(seconds % 60, 2))",
      ofDay % Self.ticksPerSecond
    )
  }

  private static func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func timeOfDay(_ reader: inout DigitReader) -> Int64? {
    guard let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2), reader.skip(":"),
      let second = reader.number(2), hour < 24, minute < 60, second < 60
    else { return nil }
    var ticks = Int64(hour * 3600 + minute * 60 + second) * ticksPerSecond
    if reader.skip(".") {
      guard let fraction = reader.fraction(places: 7) else { return nil }
      ticks += fraction
    }
    return ticks
  }

  private static func zoneOffset(_ reader: inout DigitReader) -> Int64? {
    if reader.isAtEnd || reader.skip("Z") { return 0 }
    let sign: Int64
    if reader.skip("+") { sign = 1 } else if reader.skip("-") { sign = -1 } else { return nil }
    guard let hours = reader.number(2), reader.skip(":"), let minutes = reader.number(2), hours <= 14, minutes < 60
    else { return nil }
    return sign * Int64(hours * 3600 + minutes * 60) * ticksPerSecond
  }
}

/// Reads fixed-width decimal fields from the front of a text.
private struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func number(_ width: Int) -> Int? {
    var value = 0
    for _ in 0..<width {
      guard let digit = nextDigit() else { return nil }
      value = value * 10 + digit
    }
    return value
  }

  mutating func fraction(places: Int) -> Int64? {
    var value: Int64 = 0
    var count = 0
    while count < places, let digit = nextDigit() {
      value = value * 10 + Int64(digit)
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in count..<places { value *= 10 }
    return value
  }

  mutating func skip(_ character: Character) -> Bool {
    guard let first = rest.first, first == character.asciiValue else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func nextDigit() -> Int? {
    guard let first = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return nil }
    rest.removeFirst()
    return Int(first - UInt8(ascii: "0"))
  }
}
