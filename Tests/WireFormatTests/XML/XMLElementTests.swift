import Testing

@testable import WireFormat

@Suite("XML elements, writer, Base64")
struct XMLElementTests {
  @Test("a tree keeps names, namespaces, attributes and text")
  func tree() throws {
    let root = try XMLElement.parse(
      Array("<p:a xmlns:p='urn:x' p:k='1' j='2'> <b>x&amp;y</b>\n<b/><c> z </c></p:a>".utf8))
    #expect(root.namespace == "urn:x")
    #expect(root.name == "a")
    #expect(root.attribute("k") == "1")
    #expect(root.attributes.first == XMLAttribute(namespace: "urn:x", name: "k", value: "1"))
    #expect(root.text == "")
    #expect(root.children("b").map(\.text) == ["x&y", ""])
    #expect(root.text(of: "c") == " z ")
    #expect(root.child("d") == nil)
  }

  @Test(
    "what the writer writes is read back unchanged",
    arguments: [
      "", "plain", "<&>\"'", "a\r\nb\tc", "]]>", "ä€😀", " leading and trailing ",
    ])
  func roundTrip(text: String) throws {
    var writer = XMLWriter()
    writer.start("a")
    writer.attribute("b", text)
    writer.element("c", text)
    writer.start("d")
    writer.base64(Array(text.utf8))
    writer.end()
    writer.end()
    let root = try XMLElement.parse(writer.bytes)
    #expect(root.attribute("b") == text)
    #expect(root.text(of: "c") == text)
    #expect(Base64.decode((root.text(of: "d") ?? "?").utf8) == Array(text.utf8))
  }

  @Test("characters that XML cannot carry become U+FFFD")
  func forbiddenCharacters() throws {
    var writer = XMLWriter()
    writer.element("a", "x\u{0}\u{1B}\u{FFFE}\u{FFFF}\u{FFFD}y")
    #expect(try XMLElement.parse(writer.bytes).text == "x\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}y")
  }

  @Test("empty elements are short, paired ones on demand, and a buffer can be taken in between")
  func forms() {
    var writer = XMLWriter()
    writer.start("a")
    writer.start("b")
    writer.end()
    let first = writer.take()
    writer.start("c")
    writer.endPaired()
    writer.end()
    #expect(String(decoding: first + writer.bytes, as: UTF8.self) == "<a><b /><c></c></a>")
  }

  @Test("SSS-032: Base64 with white space anywhere is read")
  func base64WhiteSpace() {
    #expect(Base64.decode(" A Q\r\nI\tD\n".utf8) == [1, 2, 3])
    #expect(Base64.decode("AQ = =".utf8) == [1])
    #expect(Base64.decode("".utf8) == [])
  }

  @Test(
    "Base64 with foreign characters, wrong padding or stray bits is refused",
    arguments: [
      "A", "AQ", "AQ=", "AQI", "AQID=", "AQ==AQ==", "AQ-_", "AR==", "AQJ=", "=", "====",
    ])
  func badBase64(text: String) { #expect(Base64.decode(text.utf8) == nil) }

  @Test("Base64 of every length survives")
  func base64Lengths() {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }
  }
}
