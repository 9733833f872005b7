import Testing

@testable import WireFormat

/// Collects what the parser reports, as one text.
final class Transcript: XMLHandler {
  private(set) var text = ""
  private(set) var textLength = 0
  private var buffer: [UInt8] = []

  func start(_ tag: XMLStartTag) throws(WireError) {
    flush()
    text += "<{\(tag.namespace)}\(tag.name)"
    for index in 0..<tag.attributeCount {
      if let attribute = tag.attribute(index) { text += " \(String(cString: attribute.localName))=\(attribute.text)" }
    }
    text += ">"
  }
  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) {
    textLength += bytes.count
    if buffer.count < 10_000 { buffer.append(contentsOf: bytes) }
  }
  func end() throws(WireError) {
    flush()
    text += "</>"
  }
  private func flush() {
    text += String(decoding: buffer, as: UTF8.self)
    buffer = []
  }
}

func transcript(
  of document: [UInt8], piece: Int? = nil, block: Int = 32 << 10, limits: XMLLimits = .request,
  longTextElement: StaticString? = nil
) -> Result<String, WireError> {
  let handler = Transcript()
  let parser = XMLPushParser(limits: limits, handler: handler, longTextElement: longTextElement, blockSize: block)
  do throws(WireError) {
    for start in stride(from: 0, to: document.count, by: piece ?? max(1, document.count)) {
      try parser.push(Array(document[start..<min(document.count, start + (piece ?? document.count))]))
    }
    try parser.finish()
    return .success(handler.text)
  } catch { return .failure(error) }
}

private let awkward = """
  <?xml version="1.0" encoding="utf-8"?>
  <!-- a > b < c --><s:a xmlns:s="urn:x" xmlns="urn:y" one="x>y>'z" two='"&gt;&#65;'>
  ä€😀<b/>&lt;&amp;]] &#x20AC;<![CDATA[<raw> & ]]]]><c d="/>"> text > more\r\nend </c ></s:a>
  """

@Suite("XML push parser")
struct XMLPushParserTests {
  @Test(
    "a document gives the same parts in any cut, and in any block that libxml2 sees", arguments: [1, 2, 3, 5, 7, 64])
  func anyCut(size: Int) throws {
    let document = Array(awkward.utf8)
    let whole = try transcript(of: document).get()
    #expect(whole.contains("one=x>y>'z two=\">A"))
    #expect(whole.contains("ä€😀"))
    #expect(try transcript(of: document, piece: size).get() == whole)
    #expect(try transcript(of: document, piece: 1, block: size).get() == whole)
  }

  @Test("a byte order mark of UTF-8 is skipped")
  func byteOrderMark() throws {
    #expect(try transcript(of: [0xEF, 0xBB, 0xBF] + Array("<a/>".utf8), piece: 1).get() == "<{}a></>")
  }

  @Test(
    "other encodings are refused by name",
    arguments: [
      ("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "ISO-8859-1"),
      ("<?xml version=\"1.0\" encoding = \"UTF-16\" ?><a/>", "UTF-16"),
      ("<?xml version='1.0' encoding='UTF-7'?><a/>", "UTF-7"),
    ])
  func otherEncodings(text: String, name: String) {
    #expect(transcript(of: Array(text.utf8)) == .failure(.wrongEncoding(found: name)))
    #expect(transcript(of: Array(text.utf8), piece: 1) == .failure(.wrongEncoding(found: name)))
  }

  @Test("UTF-16 is refused as such, with and without a byte order mark")
  func utf16() {
    let text = "<a/>".utf8.flatMap { [$0, 0] as [UInt8] }
    #expect(transcript(of: text) == .failure(.wrongEncoding(found: "UTF-16LE")))
    #expect(transcript(of: [0xFF, 0xFE] + text, piece: 1) == .failure(.wrongEncoding(found: "UTF-16LE")))
    #expect(transcript(of: [0xFE, 0xFF, 0, 0x3C]) == .failure(.wrongEncoding(found: "UTF-16BE")))
  }

  @Test(
    "SSS-022: any document type declaration stops the parser, whatever it would do",
    arguments: [
      "<!DOCTYPE a><a/>",
      "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
      "<!DOCTYPE a [<!ENTITY x SYSTEM 'http://127.0.0.1:1/x'>]><a>&x;</a>",
      "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]><l>&c;</l>",
    ])
  func documentTypes(text: String) {
    for piece in [text.utf8.count, 1] {
      guard case .failure(.forbidden(_, let construct)) = transcript(of: Array(text.utf8), piece: piece) else {
        Issue.record("accepted \(text)")
        return
      }
      #expect(construct == "a document type declaration")
    }
  }

  @Test("SSS-022: processing instructions are refused")
  func instructions() {
    guard case .failure(.forbidden(_, "a processing instruction")) = transcript(of: Array("<a><?x y?></a>".utf8))
    else {
      Issue.record("accepted")
      return
    }
  }

  @Test(
    "documents that are not well-formed are refused",
    arguments: [
      "", " ", "<", "<a", "<a>", "<a></b>", "<a/><b/>", "x<a/>", "<a/>x", "<a b=c/>", "<a b='1' b='2'/>", "<a>&x;</a>",
      "<a>&#0;</a>", "<a>\u{1}</a>", "<x:a/>", "<a>]]></a>", "<a", "<?xml", "<a><![CDATA[", "<a b='<'/>",
    ])
  func notWellFormed(text: String) {
    for piece in [max(1, text.utf8.count), 1] {
      guard case .failure(.malformed) = transcript(of: Array(text.utf8), piece: piece) else {
        Issue.record("accepted \(text)")
        return
      }
    }
  }

  @Test("bytes that are not UTF-8 are refused")
  func notUTF8() {
    for bad in [[0xC3, 0x28], [0xFF], [0xED, 0xA0, 0x80], [0xC0, 0x80]] as [[UInt8]] {
      let document = Array("<a>".utf8) + bad + Array("</a>".utf8)
      guard case .failure(.malformed) = transcript(of: document, piece: 1) else {
        Issue.record("accepted \(bad)")
        return
      }
    }
  }

  @Test("each limit is enforced and named")
  func limits() {
    let limits = XMLLimits(
      depth: 4, elements: 10, text: 20, attributes: 3, attributeBytes: 30, token: 200, total: 100_000)
    func expect(_ limit: XMLLimits.Kind, _ text: String) {
      for piece in [text.utf8.count, 1] {
        guard
          case .failure(.limitExceeded(_, limit, _)) =
            transcript(of: Array(text.utf8), piece: piece, block: 64, limits: limits)
        else {
          Issue.record("\(limit): \(transcript(of: Array(text.utf8), piece: piece, block: 64, limits: limits))")
          return
        }
      }
    }
    expect(.depth, "<a><a><a><a><a/></a></a></a></a>")
    expect(.elements, "<a>" + String(repeating: "<b/>", count: 10) + "</a>")
    expect(.text, "<a>" + String(repeating: "x", count: 21) + "</a>")
    expect(.text, "<a>" + String(repeating: "<!--c-->x", count: 21) + "</a>")
    expect(.attributes, "<a b='' c='' d='' e=''/>")
    expect(.attributeBytes, "<a b='\(String(repeating: "x", count: 31))'/>")
    expect(.token, "<a b='\(String(repeating: "x", count: 1_000))'/>")
    expect(.token, "<!--\(String(repeating: "x", count: 1_000))--><a/>")
    expect(
      .total, "<a>" + String(repeating: "<b> </b><!-- -->", count: 1) + String(repeating: "<!-- -->", count: 20_000))
  }

  @Test("an attribute of 1 GB is refused after a few hundred KB")
  func endlessAttribute() {
    let parser = XMLPushParser(limits: .reply, handler: Transcript())
    let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
    var pushed = 0
    #expect(throws: WireError.self) {
      try parser.push(Array("<a b='".utf8))
      while pushed < 1 << 30 {
        try parser.push(piece)
        pushed += piece.count
      }
    }
    #expect(pushed <= 2 << 20)
  }

  @Test("text above 10 MB passes, as listings and blobs may be that long")
  func longText() throws {
    let handler = Transcript()
    let parser = XMLPushParser(limits: .reply, handler: handler)
    try parser.push(Array("<a>".utf8))
    let piece = Array(String(repeating: "&lt;0123456789", count: 10_000).utf8)
    for _ in 0..<150 { try parser.push(piece) }
    try parser.push(Array("</a>".utf8))
    try parser.finish()
    #expect(handler.textLength == 150 * 10_000 * 11)
  }

  @Test("after a failure the parser keeps saying so")
  func staysFailed() {
    let parser = XMLPushParser(limits: .request, handler: Transcript())
    #expect(throws: WireError.self) {
      try parser.push(Array("<a></b>".utf8))
      try parser.finish()
    }
    #expect(throws: WireError.self) { try parser.push(Array("<a/>".utf8)) }
    #expect(throws: WireError.self) { try parser.finish() }
  }
}
