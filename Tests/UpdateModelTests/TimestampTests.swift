import Testing
import UpdateModel

struct TimestampTests {
  @Test(
    "SSS-031: a dateTime with 0 to 7 fractional digits, with and without zone, is UTC",
    arguments: [
      ("2026-10-04T20:33:26.65455Z", "2026-10-04T20:33:26.65455Z"),
      ("2026-10-04T20:33:26", "2026-10-04T20:33:26Z"),
      ("2026-10-04T20:33:26.1234567", "2026-10-04T20:33:26.1234567Z"),
      ("2026-10-04T22:33:26+02:00", "2026-10-04T20:33:26Z"),
      ("2026-10-04T15:03:26.5-05:30", "2026-10-04T20:33:26.5Z"),
      ("2026-10-04", "2026-10-04T00:00:00Z"),
      ("0001-01-01T00:00:00", "0001-01-01T00:00:00Z"),
      ("2024-02-29T23:59:59.9999999Z", "2024-02-29T23:59:59.9999999Z"),
    ])
  func reads(text: String, canonical: String) throws {
    #expect(try #require(Timestamp(text)).description == canonical)
  }

  @Test(
    "what is no moment is refused",
    arguments: [
      "", "2026", "2026-13-01", "2026-00-01", "2026-02-29", "2026-01-32", "2026-10-04T24:00:00", "2026-10-04T20:60:00",
      "2026-10-04T20:33", "2026-10-04T20:33:26.", "2026-10-04T20:33:26.12345678", "2026-10-04T20:33:26ZZ",
      "0001-01-01T00:00:00+01:00", "+026-10-04", "2026-10-04T20:33:26 ",
    ])
  func refuses(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test("the sentinels print as the wire wants them")
  func sentinels() {
    #expect(Timestamp.endOfTime.wireText == "9999-12-31T23:59:59.9999999")
    #expect(Timestamp.never.wireText == "1753-01-01T00:00:00")
    #expect(Timestamp(unixSeconds: 0).description == "1970-01-01T00:00:00Z")
    #expect(Timestamp(ticks: Timestamp.unixEpochTicks) == Timestamp(year: 1970, month: 1, day: 1))
  }

  @Test("every day from year 1 to 9999 prints and reads as the day after the one before")
  func calendar() throws {
    var previous = ""
    for day in stride(from: 0, through: 3_652_058, by: 1) where day.isMultiple(of: 97) || day < 800 || day > 3_651_500 {
      let moment = Timestamp(ticks: Int64(day) * 86_400 * Timestamp.ticksPerSecond)
      let text = moment.dateText
      #expect(Timestamp(text) == moment)
      #expect(previous < text)
      previous = text
    }
    #expect(previous == "9999-12-31")
  }

  @Test("adding seconds stops at the ends of the calendar")
  func saturation() {
    #expect(Timestamp.endOfTime.adding(seconds: 1) == .endOfTime)
    #expect(Timestamp(ticks: 0).adding(seconds: -1) == Timestamp(ticks: 0))
    #expect(Timestamp.never.adding(seconds: .infinity) == .endOfTime)
    #expect(Timestamp(unixSeconds: 10).adding(seconds: 5).seconds(since: Timestamp(unixSeconds: 10)) == 5)
  }
}
