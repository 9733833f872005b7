import Testing
import UpdateModel

@testable import UpdateServer

struct RangeCase: Sendable, CustomTestStringConvertible {
  let header: String
  let size: Int64
  let decision: ContentDecision

  init(_ header: String, of size: Int64, _ decision: ContentDecision) {
    self.header = header
    self.size = size
    self.decision = decision
  }

  var testDescription: String { "\(header) of \(size)" }

  static func part(_ first: Int64, _ last: Int64) -> ContentDecision {
    .part(ByteRange(first: first, last: last))
  }

  static func parts(_ ranges: (Int64, Int64)...) -> ContentDecision {
    .parts(ranges.map { ByteRange(first: $0.0, last: $0.1) })
  }
}

@Suite struct ContentDecisionTests {
  static let digest = FileDigest(bytes: [UInt8](repeating: 0xAB, count: 20))!
  static let modified = Timestamp("2026-10-04T15:03:36.5Z")!
  static let validator = ContentValidator(digest: digest, modified: modified)
  static let tag = "\"" + String(repeating: "AB", count: 20) + "\""
  static let date = "Sun, 04 Oct 2026 15:03:36 GMT"

  static let ranges: [RangeCase] = [
    RangeCase("bytes=0-0", of: 10, RangeCase.part(0, 0)),
    RangeCase("bytes=0-9", of: 10, RangeCase.part(0, 9)),
    RangeCase("bytes=0-10", of: 10, RangeCase.part(0, 9)),
    RangeCase("bytes=3-5", of: 10, RangeCase.part(3, 5)),
    RangeCase("bytes=9-", of: 10, RangeCase.part(9, 9)),
    RangeCase("bytes=0-", of: 10, RangeCase.part(0, 9)),
    RangeCase("bytes=10-", of: 10, .unsatisfiable),
    RangeCase("bytes=10-12", of: 10, .unsatisfiable),
    RangeCase("bytes=-1", of: 10, RangeCase.part(9, 9)),
    RangeCase("bytes=-5", of: 10, RangeCase.part(5, 9)),
    RangeCase("bytes=-10", of: 10, RangeCase.part(0, 9)),
    RangeCase("bytes=-500", of: 10, RangeCase.part(0, 9)),
    RangeCase("bytes=-0", of: 10, .unsatisfiable),
    RangeCase("bytes=0-0", of: 0, .unsatisfiable),
    RangeCase("bytes=0-", of: 0, .unsatisfiable),
    RangeCase("bytes=-5", of: 0, .whole),
    RangeCase("bytes=99999999999999999999999-", of: 10, .unsatisfiable),
    RangeCase("bytes=4-99999999999999999999999", of: 10, RangeCase.part(4, 9)),
    RangeCase("bytes=-99999999999999999999999", of: 10, RangeCase.part(0, 9)),
    RangeCase("Bytes=2-3", of: 10, RangeCase.part(2, 3)),
    RangeCase("bytes= 2-3 ", of: 10, RangeCase.part(2, 3)),
    RangeCase("bytes=20-30, 2-3", of: 10, RangeCase.part(2, 3)),
    RangeCase("bytes=0-1,4-5", of: 10, RangeCase.parts((0, 1), (4, 5))),
    RangeCase("bytes=4-5,0-1", of: 10, RangeCase.parts((4, 5), (0, 1))),
    RangeCase("bytes=0-5,3-8", of: 10, RangeCase.parts((0, 5), (3, 8))),
    RangeCase("bytes=2-3,2-3", of: 10, RangeCase.parts((2, 3), (2, 3))),
    RangeCase("bytes=0-0,-1", of: 10, RangeCase.parts((0, 0), (9, 9))),
    RangeCase("bytes=0-1, 30-40 ,8-", of: 10, RangeCase.parts((0, 1), (8, 9))),
    RangeCase("bytes=0-,0-", of: 10, RangeCase.parts((0, 9), (0, 9))),
    RangeCase("bytes=0-,0-,0-0", of: 10, .whole),
    RangeCase("bytes=0-,0-,0-", of: .max, .whole),
    RangeCase("bytes=0-1,x", of: 10, .whole),
    RangeCase("bytes=20-,30-", of: 10, .unsatisfiable),
    RangeCase("bytes=5-3", of: 10, .whole),
    RangeCase("bytes=", of: 10, .whole),
    RangeCase("bytes=-", of: 10, .whole),
    RangeCase("bytes=a-b", of: 10, .whole),
    RangeCase("bytes=+1-2", of: 10, .whole),
    RangeCase("bytes=1-2-3", of: 10, .whole),
    RangeCase("bytes=--1", of: 10, .whole),
    RangeCase("bytes 0-5", of: 10, .whole),
    RangeCase("items=0-5", of: 10, .whole),
    RangeCase("", of: 10, .whole),
    RangeCase("bytes=" + String(repeating: "0-0,", count: 1_000) + "1-1", of: 10, .whole),
  ]

  @Test("SSS-268: a range header means what RFC 9110 says", arguments: ranges)
  func rangeTable(_ row: RangeCase) {
    let request = ContentRequest(range: row.header)
    #expect(ContentDecision.decide(request, size: row.size, validator: Self.validator) == row.decision)
  }

  @Test("HEAD ignores a range and describes the whole file")
  func headIgnoresRange() {
    let request = ContentRequest(method: .head, range: "bytes=0-0")
    #expect(decide(request) == .whole)
  }

  @Test(
    "If-Range lets a part through only for the same bytes",
    arguments: [
      (tag, true), (date, true), ("W/" + tag, false), ("\"other\"", false), (tag + "x", false),
      ("Sun, 04 Oct 2026 15:03:37 GMT", false), ("Sun, 04 Oct 2026 15:03:35 GMT", false), ("rubbish", false),
    ])
  func ifRange(_ header: String, _ isPart: Bool) {
    let request = ContentRequest(range: "bytes=2-3", ifRange: header)
    #expect(decide(request) == (isPart ? RangeCase.part(2, 3) : .whole))
  }

  @Test(
    "If-None-Match answers 304 for the bytes the client has",
    arguments: [
      (tag, true), ("W/" + tag, true), ("*", true), ("\"a\", " + tag, true), ("\"a\",,\"b\"", false),
      ("rubbish", false), ("", false),
    ])
  func ifNoneMatch(_ header: String, _ isKnown: Bool) {
    #expect(decide(ContentRequest(ifNoneMatch: header)) == (isKnown ? .notModified : .whole))
  }

  @Test("If-None-Match wins over If-Modified-Since")
  func tagBeforeDate() {
    #expect(decide(ContentRequest(ifNoneMatch: "\"other\"", ifModifiedSince: Self.date)) == .whole)
  }

  @Test(
    "If-Modified-Since compares whole seconds",
    arguments: [
      (date, true), ("Sun, 04 Oct 2026 15:03:37 GMT", true), ("Sun, 04 Oct 2026 15:03:35 GMT", false),
      ("rubbish", false),
    ])
  func ifModifiedSince(_ header: String, _ isKnown: Bool) {
    #expect(decide(ContentRequest(ifModifiedSince: header)) == (isKnown ? .notModified : .whole))
  }

  @Test("a failed If-Match or If-Unmodified-Since is answered 412")
  func preconditions() {
    #expect(decide(ContentRequest(ifMatch: "\"other\"")) == .preconditionFailed)
    #expect(decide(ContentRequest(ifMatch: "W/" + Self.tag)) == .preconditionFailed)
    #expect(decide(ContentRequest(ifMatch: Self.tag)) == .whole)
    #expect(decide(ContentRequest(ifMatch: "*")) == .whole)
    #expect(decide(ContentRequest(ifUnmodifiedSince: "Sun, 04 Oct 2026 15:03:35 GMT")) == .preconditionFailed)
    #expect(decide(ContentRequest(ifUnmodifiedSince: Self.date)) == .whole)
  }

  @Test("every satisfiable single range lies inside the file and is not empty")
  func rangesStayInside() {
    for size in Int64(0)...6 {
      for first in Int64(0)...7 {
        for last in first...8 {
          let decision = ContentDecision.decide(
            ContentRequest(range: "bytes=\(first)-\(last)"), size: size, validator: Self.validator)
          guard case .part(let part) = decision else {
            #expect(first >= size)
            continue
          }
          #expect(part.first == first && part.count >= 1 && part.last < size)
        }
      }
    }
  }

  private func decide(_ request: ContentRequest) -> ContentDecision {
    ContentDecision.decide(request, size: 10, validator: Self.validator)
  }
}

@Suite struct HTTPDateTests {
  @Test(
    "a date prints in the preferred form and reads back",
    arguments: [
      ("1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
      ("2000-02-29T23:59:59Z", "Tue, 29 Feb 2000 23:59:59 GMT"),
      ("1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
      ("2026-11-23T01:02:03Z", "Mon, 23 Nov 2026 01:02:03 GMT"),
    ])
  func preferredForm(_ moment: String, _ text: String) {
    #expect(Timestamp(moment).map(HTTPDate.text) == text)
    #expect(HTTPDate.moment(text) == Timestamp(moment))
  }

  @Test(
    "the two obsolete forms read as well",
    arguments: [
      "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
  func obsoleteForms(_ text: String) {
    #expect(HTTPDate.moment(text) == Timestamp("1994-11-06T08:49:37Z"))
  }

  @Test(
    "other texts are no dates",
    arguments: [
      "", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 GMT GMT", String(repeating: "9", count: 100),
    ])
  func rubbish(_ text: String) {
    #expect(HTTPDate.moment(text) == nil)
  }
}
