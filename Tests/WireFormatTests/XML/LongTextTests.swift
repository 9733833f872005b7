import Testing
import UpdateModel

@testable import WireFormat

/// What libxml2 alone makes of a document is what the way past it must make of it too.
@Suite("long texts")
struct LongTextTests {
  private func expectSame(_ document: [UInt8], blocks: [Int] = [1, 2, 3, 5, 7, 64, 32 << 10]) {
    let expected = transcript(of: document)
    for block in blocks {
      let found = transcript(of: document, block: block, longTextElement: "t")
      switch (expected, found) {
      case (.success(let expected), .success(let found)): #expect(found == expected)
      case (.failure(let expected), .failure(let found)): #expect(Self.kind(found) == Self.kind(expected))
      default: Issue.record("block \(block), \(String(decoding: document, as: UTF8.self)): \(expected), \(found)")
      }
    }
  }

  private static func kind(_ error: WireError) -> String? { Mirror(reflecting: error).children.first?.label }

  @Test(
    "any text reads as libxml2 reads it, in any block",
    arguments: [
      "", "plain", "&lt;a b=&quot;c&quot;&gt;&amp;amp;&apos;", "ä€😀\u{7F}\u{85}", "&#xD;&#13;&#65;&#x1F600;",
      "a\r\nb\rc",
      "]]&gt;", "]", "]]", "x]y]", "]]>", "]]]>", "x]]>y", "a > b", "&", "&lt", "&unknown;", "&#0;", "&#xFFFF;",
      "\u{1}",
      "\u{FFFD}", "\u{FFFE}", "\u{FFFF}", "a<![CDATA[<t>&lt;]]>b", "<![CDATA[", "<!--<t>x--->",
      "<!--<t>-->&lt;<!-- -->&gt;",
      "<t>inner&lt;</t>&gt;", "<t/>x", "<t >x&gt;</t >y", "<b/>]]>", "]<b/>]>", "]]<b/>>", "<?p <t>?>x", "</t><t>&amp;",
      "<t a='&lt;'>&lt;</t>", "<!DOCTYPE a>",
    ])
  func sameAsLibXML2(text: String) {
    expectSame(Array("<r><t>\(text)</t><t>after</t></r>".utf8))
    expectSame(Array("<r><t>\(text)".utf8))
    expectSame(Array("<t>\(text)</t>".utf8))
  }

  @Test("texts put together at random read as libxml2 reads them")
  func random() {
    let parts: [[UInt8]] =
      [
        "&lt;", "&gt;", "&amp;", "&quot;", "&#xD;", "&#13;", "&#9;", "a", "text", " ", "\r", "\n", "]", "]", ">", "ä",
        "€", "😀",
        "<t>", "</t>", "<b/>", "<!--", "-->", "<![CDATA[", "]]>", "&", ";",
      ].map { Array($0.utf8) } + [[0xC3], [0x80], [0xED, 0xA0, 0x80], [0x01]]
    var state: UInt64 = 1
    for _ in 0..<4_000 {
      var document = Array("<r><t>".utf8)
      for _ in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let choice = Int(state >> 33)
        // Mostly what is well-formed, else few documents would get far.
        document += parts[choice % 8 == 0 ? choice / 8 % parts.count : choice / 8 % 18]
      }
      expectSame(document + Array("</t></r>".utf8), blocks: [1, 9, 32 << 10])
    }
  }

  @Test("characters of several bytes pass only in the form and range of XML 1.0")
  func characters() {
    let endings: [[UInt8]] = [
      [], [0x7F], [0x80], [0xBE], [0xBF], [0xC0], [0x80, 0x7F], [0x80, 0x80], [0xBF, 0xBF], [0x80, 0xC0],
    ]
    var wrong: [[UInt8]] = []
    for first in UInt8(0x80)...0xFF {
      for second in UInt8.min...UInt8.max {
        for ending in endings where !isReadRight([first, second] + ending) { wrong.append([first, second] + ending) }
      }
    }
    #expect(wrong.isEmpty)
  }

  private func isReadRight(_ bytes: [UInt8]) -> Bool {
    var output = [UInt8](repeating: 0, count: bytes.count)
    let read = bytes.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { EscapedText.read(input, into: $0).read }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { return read < bytes.count }
    if text == "\u{FFFE}" || text == "\u{FFFF}" { return read == 0 }
    return read == bytes.count && output == bytes
  }

  @Test("the limit on text counts what libxml2 does not see", arguments: [16, 32 << 10])
  func textLimit(block: Int) {
    let limits = XMLLimits(elements: 10, text: 20, total: 100_000)
    let document = Array("<t>\(String(repeating: "&lt;x", count: 11))</t>".utf8)
    guard
      case .failure(.limitExceeded(let place, .text, 20)) =
        transcript(of: document, block: block, limits: limits, longTextElement: "t")
    else {
      Issue.record("accepted")
      return
    }
    #expect((place.offset ?? 0) > 3)
  }

  @Test("an error after a long text is found at its place in the message")
  func offset() {
    let before = Array("<t>\(String(repeating: "&lt;x", count: 50_000))".utf8)
    guard
      case .failure(.malformed(let place, _)) =
        transcript(of: before + Array("</wrong>".utf8), longTextElement: "t")
    else {
      Issue.record("accepted")
      return
    }
    #expect((before.count...(before.count + 8)).contains(place.offset ?? 0))
  }

  @Test("a document in an answer is kept in little more memory than it has bytes")
  func exactMemory() throws {
    let document = [UInt8](repeating: UInt8(ascii: "<"), count: 600_000)
    let identity = UpdateIdentity(updateID: .zero, revisionNumber: 1)
    let response = GetUpdateData.Response(
      updates: [UpdateDocument(identity: identity, blob: .plain(document))], locations: [])
    let answer = SOAPReply.encode(GetUpdateData.self, response, version: .v11)
    guard case .response(let read) = try decodeReply(GetUpdateData.self, answer, piece: 16 << 10),
      case .plain(let bytes) = read.updates[0].blob
    else {
      Issue.record("no document")
      return
    }
    #expect(bytes == document)
    #expect(bytes.capacity < document.count + 8_192)
  }
}
