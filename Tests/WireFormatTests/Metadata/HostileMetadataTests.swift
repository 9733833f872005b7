import Testing
import UpdateModel
import WireFormat

@Suite("Hostile metadata")
struct HostileMetadataTests {
  private typealias Fixture = MetadataFixture

  @Test(
    "a number outside its range is refused with its element",
    arguments: ["-1", "9223372036854775808", "99999999999999999999999", "1e3", "0x10", "", " 5", "٣"])
  func sizes(text: String) {
    let document = Fixture.file(#"FileName="a" Digest="\#(Fixture.sha1)" Size="\#(text)""#)
    let error = #expect(throws: WireError.self) { try UpdateMetadataParser.parse(document) }
    #expect(error?.location?.element == "File")
  }

  @Test("a revision number outside its range is refused", arguments: ["-1", "2147483648", "", "one"])
  func revisionNumbers(text: String) {
    let document = #"<Update><UpdateIdentity UpdateID="\#(Fixture.updateID)" RevisionNumber="\#(text)"/></Update>"#
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(Array(document.utf8)) }
  }

  @Test(
    "a file name with a control character is refused", arguments: ["a&#9;b", "a&#10;b", "a&#127;b", "a&#x85;b", ""])
  func controlCharacters(name: String) {
    let document = Fixture.file(#"FileName="\#(name)" Digest="\#(Fixture.sha1)""#)
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(document) }
  }

  @Test(
    "SSS-265: a name like a path is kept as declared and never becomes part of the content name",
    arguments: ["../../etc/passwd", "C:\\Windows\\x.exe", "/a/b.cab", "x.cab/..", "name.c:b"])
  func pathLikeNames(name: String) throws {
    let document = Fixture.file(#"FileName="\#(name)" Digest="\#(Fixture.sha1)""#)
    let file = try #require(try UpdateMetadataParser.parse(document).files.first)
    #expect(file.fileName == name)
    #expect(!file.contentName.contains { "/\\:".contains($0) })
  }

  @Test(
    "a digest that is none is refused",
    arguments: ["", "AAAA", "h/W9BGlYUAaqXTp30cZi/SiV3c0", "!!!!", MetadataFixture.sha256])
  func digests(text: String) {
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(Fixture.file(#"FileName="a" Digest="\#(text)""#)) }
  }

  @Test("a SHA-256 of another length, or another main algorithm, is refused")
  func algorithms() {
    let short = Fixture.file(
      #"FileName="a" Digest="\#(Fixture.sha1)""#,
      inside: #"<AdditionalDigest Algorithm="SHA256">\#(Fixture.sha1)</AdditionalDigest>"#)
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(short) }
    let other = Fixture.file(#"FileName="a" Digest="\#(Fixture.sha1)" DigestAlgorithm="MD5""#)
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(other) }
  }

  @Test("what is mandatory is named when absent")
  func absent() {
    let noIdentity = Array(#"<Update><Properties UpdateType="Software"/></Update>"#.utf8)
    #expect(throws: WireError.missingElement(WireLocation(element: "Update"), expected: "UpdateIdentity")) {
      try UpdateMetadataParser.parse(noIdentity)
    }
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(Fixture.document(properties: "")) }
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(Fixture.file(#"Digest="\#(Fixture.sha1)""#)) }
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(Array("<html/>".utf8)) }
  }

  @Test("a document type declaration ends the parsing")
  func documentType() {
    let laughs = #"<!DOCTYPE Update [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>"#
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(Array(laughs.utf8) + Fixture.document()) }
  }

  @Test("nesting beyond the limit is refused")
  func depth() {
    let parts = String(repeating: "<a>", count: 300) + String(repeating: "</a>", count: 300)
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(Fixture.document(parts: parts)) }
  }

  @Test("more files than the limit are refused")
  func manyFiles() {
    let file = #"<File FileName="a" Digest="\#(Fixture.sha1)"/>"#
    let parts = "<Files>" + String(repeating: file, count: 20_001) + "</Files>"
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(Fixture.document(parts: parts)) }
  }

  @Test("a document above the byte limit is refused before it is parsed")
  func oversized() {
    let bytes = [UInt8](repeating: 0x20, count: MetadataText.byteLimit + 1)
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(bytes) }
  }

  @Test("SSS-161: an XML declaration that contradicts the bytes is dropped")
  func contradiction() throws {
    let text = #"<?xml version="1.0" encoding="utf-16"?>"# + String(decoding: Fixture.document(), as: UTF8.self)
    let utf16 = text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    #expect(try MetadataText.decode(utf16) == Fixture.document())
    #expect(try MetadataText.decode(Array(text.utf8)) == Fixture.document())
    let honest = Array(#"<?xml version="1.0" encoding="UTF-8"?>"#.utf8) + Fixture.document()
    #expect(try MetadataText.decode(honest) == honest)
    #expect(try UpdateMetadataParser.parse(honest).kind == .software)
  }

  @Test(
    "UTF-16 that is cut or not paired is refused",
    arguments: [[0x3C], [0x00, 0xD8], [0x00, 0xD8, 0x41, 0x00], [0x00, 0xDC]])
  func brokenUTF16(tail: [UInt8]) {
    #expect(throws: WireError.self) { try MetadataText.decode([0xFF, 0xFE, 0x3C, 0x00] + tail) }
  }

  @Test("UTF-16 of every plane becomes UTF-8")
  func planes() throws {
    let text = "<a>\u{7F}\u{80}\u{7FF}\u{800}\u{FFFD}\u{10000}\u{1F600}\u{10FFFF}</a>"
    let utf16 = text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    #expect(try MetadataText.decode(utf16) == Array(text.utf8))
  }
}
