import Testing

@testable import Export

@Suite("Canonical JSON")
struct CanonicalJSONTests {
  /// Reads whatever value comes next and writes it again.
  private static func copy(_ text: [UInt8]) throws -> [UInt8] {
    var reader = CanonicalJSONReader(text, document: "sample")
    var writer = CanonicalJSONWriter()
    try reader.beginObject()
    writer.beginObject()
    try reader.key("list")
    writer.key("list")
    try reader.beginArray()
    writer.beginArray()
    while try reader.nextElement() {
      if reader.null() { writer.null() } else { writer.value(try reader.integer()) }
    }
    writer.endArray()
    try reader.key("text")
    writer.member("text", try reader.text(limit: 40))
    try reader.key("truth")
    writer.member("truth", try reader.truth())
    try reader.endObject()
    writer.endObject()
    try reader.end()
    writer.lineFeed()
    return writer.bytes
  }

  static let good = [
    #"{"list":[],"text":"","truth":true}"#,
    #"{"list":[0,-1,9223372036854775807,-9223372036854775808,null],"text":"\"\\\b\t\n\f\r\u0000\u001f/","truth":false}"#,
    #"{"list":[10],"text":"Zoë 😀 \#u{7F}\#u{2028}","truth":true}"#,
  ]

  @Test("what is canonical reads and writes the same", arguments: good)
  func same(text: String) throws {
    let bytes = Array((text + "\n").utf8)
    #expect(try Self.copy(bytes) == bytes)
  }

  @Test(
    "any other spelling is refused at its offset",
    arguments: [
      (#"{"list":[],"text":"","truth":true}"#, 34), (#"{"list":[],"text":"","truth":true} "# + "\n", 34),
      (#"{"list":[],"text":"","truth":true}"# + "\n\n", 35), (#"{"list":[],"text":"","truth":true}"# + "\r\n", 34),
      (#" {"list":[],"text":"","truth":true}"# + "\n", 0), ("\u{FEFF}" + #"{"list":[]}"# + "\n", 0),
      (#"{"list": [],"text":"","truth":true}"# + "\n", 8), (#"{"list":[ ],"text":"","truth":true}"# + "\n", 9),
      (#"{"list":[1,],"text":"","truth":true}"# + "\n", 11), (#"{"list":[,1],"text":"","truth":true}"# + "\n", 9),
      (#"{"list":[1 ],"text":"","truth":true}"# + "\n", 10), (#"{"list":[01],"text":"","truth":true}"# + "\n", 9),
      (#"{"list":[-0],"text":"","truth":true}"# + "\n", 9), (#"{"list":[+1],"text":"","truth":true}"# + "\n", 9),
      (#"{"list":[1.0],"text":"","truth":true}"# + "\n", 10), (#"{"list":[1e3],"text":"","truth":true}"# + "\n", 10),
      (#"{"list":[9223372036854775808],"text":"","truth":true}"# + "\n", 9),
      (#"{"list":[-],"text":"","truth":true}"# + "\n", 9), (#"{"list":[nul],"text":"","truth":true}"# + "\n", 9),
      (#"{"text":"","list":[],"truth":true}"# + "\n", 1), (#"{"list":[],"list":[],"truth":true}"# + "\n", 10),
      (#"{"list":[],"text":"","truth":true,"x":1}"# + "\n", 33), (#"{"list":[],"text":""}"# + "\n", 20),
      (#"{"list":[],"text":"","truth":True}"# + "\n", 29), (#"{"list":[],"text":"","truth":1}"# + "\n", 29),
      (#"{"list":[],"text":"\/","truth":true}"# + "\n", 19), (#"{"list":[],"text":"\u0041","truth":true}"# + "\n", 19),
      (#"{"list":[],"text":"\u000a","truth":true}"# + "\n", 19),
      (#"{"list":[],"text":"\u001F","truth":true}"# + "\n", 19),
      (#"{"list":[],"text":"\u0","truth":true}"# + "\n", 19), (#"{"list":[],"text":"\"# + "\n", 19),
      (#"{"list":[],"text":"a"# + "\u{1}" + #"b","truth":true}"# + "\n", 20),
      (#"{"list":[],"text":"01234567890123456789012345678901234567890","truth":true}"# + "\n", 18),
      ("{'list':[],'text':'','truth':true}\n", 1), ("", 0), ("[]\n", 0),
    ])
  func refused(text: String, offset: Int) {
    let error = #expect(throws: FormatError.self) { try Self.copy(Array(text.utf8)) }
    #expect(error?.offset == offset, "\(String(describing: error))")
  }

  @Test("bytes that are no UTF-8 are refused")
  func encoding() {
    for bad: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xC3]] {
      let bytes = Array(#"{"list":[],"text":""#.utf8) + bad + Array(#"","truth":true}"#.utf8) + [10]
      #expect(throws: FormatError.self) { try Self.copy(bytes) }
    }
  }

  @Test("sixteen levels are read, one more is refused")
  func depth() throws {
    for (levels, isRead) in [(16, true), (17, false)] {
      var reader = CanonicalJSONReader([UInt8](repeating: UInt8(ascii: "["), count: levels), document: "deep")
      let read = {
        for _ in 0..<levels { try reader.beginArray() }
      }
      if isRead { try read() } else { #expect(throws: FormatError.self) { try read() } }
    }
  }

  @Test("a document that is cut anywhere or has a bit flipped is refused or still canonical")
  func damaged() throws {
    for text in Self.good {
      let bytes = Array((text + "\n").utf8)
      for count in bytes.indices { #expect(throws: FormatError.self) { try Self.copy(Array(bytes[..<count])) } }
      for index in bytes.indices {
        for bit in 0..<8 {
          var damaged = bytes
          damaged[index] ^= 1 << bit
          do { #expect(try Self.copy(damaged) == damaged) } catch is FormatError {}
        }
      }
    }
  }

  @Test("an error names document, member, offset and both sides, without control characters")
  func words() throws {
    var reader = CanonicalJSONReader(Array("{\"list\":\u{1B}[2J".utf8), document: "manifest.json")
    try reader.beginObject()
    try reader.key("list")
    let error = #expect(throws: FormatError.self) { try reader.beginArray() }
    #expect(error?.description == #"manifest.json, list at offset 8: expected a list, found "\x1b[2J""#)
  }

  @Test("a sink gets the same bytes in pieces")
  func streaming() throws {
    var pieces: [[UInt8]] = []
    var writer = CanonicalJSONWriter { pieces.append($0) }
    writer.beginArray()
    for number in 0..<50_000 {
      writer.value(Int64(number))
      try writer.flushIfLarge()
    }
    writer.endArray()
    writer.lineFeed()
    try writer.flush()
    #expect(pieces.count > 2)
    let text = String(decoding: pieces.joined(), as: UTF8.self)
    #expect(text == "[" + (0..<50_000).map { "\($0)" }.joined(separator: ",") + "]\n")
  }
}
