import Testing
import UpdateModel

@testable import updatemirror

@Suite("Moments")
struct MomentTests {
  private let now = Timestamp(year: 2027, month: 3, day: 1)

  @Test("a date, a time, a span; a number alone is none of them")
  func forms() throws {
    #expect(Moment(argument: "2027-03-02")?.after(now) == Timestamp(year: 2027, month: 3, day: 2))
    #expect(
      Moment(argument: "2027-03-02T10:00:00Z")?.after(now)
        == Timestamp(year: 2027, month: 3, day: 2).adding(seconds: 36_000))
    #expect(Moment(argument: "7d")?.after(now) == now.adding(seconds: 7 * 86_400))
    #expect(Moment(argument: "12h")?.before(now) == now.adding(seconds: -12 * 3_600))
    for text in ["", "7", "2027", "-1d", "soon", "2027-13-01"] { #expect(Moment(argument: text) == nil, "\(text)") }
  }
}
