import Testing
import UpdateModel

@testable import WireFormat

@Suite("Text of others in errors") struct ExcerptTests {
  /// Found by fuzzing: a terminal would have done what an encoding asks for.
  @Test("an encoding with control characters is named without them", arguments: ["utf\r4", "\u{1B}[2J", "\u{9B}2J"])
  func controlCharacters(encoding: String) throws {
    let parser = ReplyParser<Ping>(version: .v11)
    let error = try #require(
      throws: WireError.self,
      performing: {
        try parser.push(Array("<?xml version=\"1.0\" encoding=\"\(encoding)\"?><a/>".utf8))
        _ = try parser.finish()
      })
    #expect(error.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
  }

  @Test("one character of many scalars is cut, too")
  func longCharacter() {
    let text = "e" + String(repeating: "\u{301}", count: 10_000)
    #expect(WireError.excerpt(text).utf8.count < 200)
    #expect(WireError.excerpt(String(repeating: "a", count: 60)) == String(repeating: "a", count: 60))
    #expect(WireError.excerpt(String(repeating: "a", count: 61)) == String(repeating: "a", count: 57) + "...")
  }
}
