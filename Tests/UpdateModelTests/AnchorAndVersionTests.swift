import Testing
import UpdateModel

struct AnchorAndVersionTests {
  @Test("SSS-057: versions compare as pairs of integers")
  func versions() throws {
    let v120 = try #require(ProtocolVersion("1.20"))
    let v18 = try #require(ProtocolVersion("1.8"))
    let v12 = try #require(ProtocolVersion("1.2"))
    #expect(v120 > v18)
    #expect(v120 != v12)
    #expect(v120 >= .firstWithReporting)
  }

  @Test(
    "a version is exactly x.y",
    arguments: ["", "1", "abc", "1.2.3", "1.", ".2", "-1.2", "1.+2", "1. 2", "1.9999999999", "١.٢"])
  func malformedVersions(text: String) {
    #expect(ProtocolVersion(text) == nil)
  }

  @Test("a change mark reads only what it could have written, and the form of Windows")
  func changeMarks() throws {
    let mark = ChangeMark(
      sequence: 4711, time: try #require(Timestamp("2026-10-04T20:33:26.654Z")), epoch: "a1b2c3")
    #expect(mark.description == "4711,2026-10-04 20:33:26.654,a1b2c3")
    #expect(ChangeMark(mark.description) == mark)
    #expect(ChangeMark("4711,2026-10-04 20:33:26.654")?.epoch == "")
  }

  @Test(
    "a malformed anchor is no change mark",
    arguments: [
      "x", "1,2", "", "4711", "-1,2026-10-04 20:33:26.654", "01,2026-10-04 20:33:26.654", "1,2026-10-04T20:33:26.654",
      "1,2026-10-04 20:33:26.65", "1,2026-10-04 20:33:26.654,", "1,2026-10-04 20:33:26.654,A",
      "1,2026-10-04 20:33:26.654,a,b",
    ])
  func malformedMarks(text: String) {
    #expect(ChangeMark(text) == nil)
  }
}
