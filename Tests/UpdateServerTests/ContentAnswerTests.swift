import TestSupport
import Testing
import UpdateModel

@testable import UpdateServer

@Suite struct ContentAnswerTests {
  private static let digest = FileDigest(bytes: [UInt8](0..<20))!
  private static let modified = Timestamp("2024-01-11T20:39:44Z")!

  private static func card(_ size: Int64, name: String = "a.exe") -> ContentCard {
    ContentCard(digest: digest, name: name, size: size, modified: modified)
  }

  @Test("WUSP-365, WUSP-366: every answer with bytes has a length, a date and a tag")
  func lengths() {
    for range in [nil, "bytes=1-2", "bytes=1-2,4-5", "bytes=-1"] {
      for method in [ContentRequest.Method.get, .head] {
        let answer = ContentAnswer(ContentRequest(method: method, range: range), Self.card(10))
        let fields = Dictionary(uniqueKeysWithValues: answer.fields.map { ($0.name, $0.value) })
        #expect(fields["Last-Modified"] == "Thu, 11 Jan 2024 20:39:44 GMT")
        #expect(fields["ETag"] == "\"\(Self.digest.hex)\"")
        #expect(fields["Accept-Ranges"] == "bytes")
        let sent = answer.segments.reduce(0) { $0 + $1.count }
        #expect(fields["Content-Length"] == (method == .head ? "10" : "\(sent)"))
        #expect(method == .get || answer.segments.isEmpty)
      }
    }
  }

  @Test("what stands between the parts of a large file is three short lines, which BITS reads with bounded memory")
  func partHeads() throws {
    let size: Int64 = 5 << 30
    let ranges = (0..<200 as Range<Int64>).map { "\(size - 1000 + $0)-\(size - 1000 + $0)" }.joined(separator: ",")
    let answer = ContentAnswer(ContentRequest(range: "bytes=" + ranges), Self.card(size, name: "a.cab"))
    let type = try #require(answer.fields.first { $0.name == "Content-Type" }?.value)
    let boundary = try #require(type.split(separator: "=").last)
    #expect(boundary.count <= 70, "RFC 2046 5.1.1")
    let heads = answer.segments.compactMap { if case .text(let text) = $0 { text } else { nil } }
    #expect(heads.count == 201)
    for head in heads {
      let lines = head.split(separator: "\r\n")
      #expect(lines.count <= 3 && head.utf8.count < 200, "\(head)")
      #expect(lines.first?.hasPrefix("--\(boundary)") == true)
    }
  }

  @Test("WUSP-370: lengths beyond 32 bits are not cut")
  func largeFiles() {
    let size: Int64 = 5 << 30
    let answer = ContentAnswer(ContentRequest(range: "bytes=4294967296-"), Self.card(size))
    #expect(answer.fields.contains(.init("Content-Range", "bytes 4294967296-5368709119/5368709120")))
    #expect(answer.fields.contains(.init("Content-Length", "1073741824")))
    #expect(answer.segments == [.file(ByteRange(first: 4_294_967_296, last: 5_368_709_119))])
  }

  @Test("304 has validators and no length, 416 has the size")
  func withoutBytes() {
    let known = ContentAnswer(ContentRequest(ifNoneMatch: "*"), Self.card(10))
    #expect(known.status == 304)
    #expect(!known.fields.contains { $0.name == "Content-Length" || $0.name == "Content-Type" })
    let past = ContentAnswer(ContentRequest(range: "bytes=10-"), Self.card(10))
    #expect(past.status == 416)
    #expect(past.fields.contains(.init("Content-Range", "bytes */10")))
    #expect(past.fields.contains(.init("Content-Length", "0")))
  }

  @Test(
    "WUSP-363: the ranges that Delivery Optimization asked a Windows server for get the same answer",
    .enabled(if: Recordings.locate() != nil, "needs the recordings"))
  func recordedExchanges() throws {
    let root = try #require(Recordings.locate())
    for name in ["whole-file-single-range", "middle-range"] {
      let folder = "\(root)/docs/fixtures/wsus-m0-native/content-headers/\(name)"
      let asked = try RecordedHead(path: folder + "/request.headers")
      let recorded = try RecordedHead(path: folder + "/response.headers")
      let target = asked.startLine.split(separator: " ")[1]
      guard case .content(.digest(let digest)) = ServiceRoute(target: String(target)) else {
        Issue.record("\(target) is no content path")
        continue
      }
      let size = try #require(recorded["Content-Range"]?.split(separator: "/").last.flatMap { Int64($0) })
      let date = try #require(recorded["Last-Modified"].flatMap(HTTPDate.moment))
      let card = ContentCard(digest: digest, name: String(target), size: size, modified: date)
      let answer = ContentAnswer(ContentRequest(range: asked["Range"]), card)
      #expect(recorded.startLine.hasPrefix("HTTP/1.1 \(answer.status) "))
      for field in answer.fields where field.name != "ETag" { #expect(field.value == recorded[field.name]) }
      let constant = ["Server", "X-Powered-By", "Date"]
      #expect(Set(answer.fields.map(\.name)).union(constant) == Set(recorded.fields.map(\.name)))
    }
  }
}

@Suite struct SegmentCursorTests {
  @Test("pieces join to the plan, and none is longer than the limit", arguments: [1, 2, 3, 7, 100] as [Int64])
  func pieces(_ limit: Int64) {
    let plan: [ContentSegment] = [
      .text("head"), .file(ByteRange(first: 5, last: 11)), .text("x"), .file(ByteRange(first: 0, last: 0)),
    ]
    var cursor = SegmentCursor(plan)
    var joined: [ContentSegment] = []
    while let piece = cursor.next(limit: limit) {
      guard case .file(let range) = piece else {
        joined.append(piece)
        continue
      }
      #expect(range.count <= limit)
      if case .file(let before)? = joined.last, before.last + 1 == range.first {
        joined[joined.count - 1] = .file(ByteRange(first: before.first, last: range.last))
      } else {
        joined.append(piece)
      }
    }
    #expect(joined == plan)
    #expect(cursor.isAtEnd)
  }
}
