import Foundation
import Testing
import UpdateModel

@Suite struct JSONStringTests {
  @Test("the form of canonical JSON: short escapes where there are some, small digits, everything else as it is")
  func canonical() {
    #expect(JSONString.quoted("") == "\"\"")
    #expect(JSONString.quoted("a\"b\\c/d") == #""a\"b\\c/d""#)
    #expect(JSONString.quoted("\u{8}\t\n\u{c}\r\u{0}\u{1f}\u{7f}") == "\"\\b\\t\\n\\f\\r\\u0000\\u001f\u{7f}\"")
    #expect(JSONString.quoted("é\u{2028}😀") == "\"é\u{2028}😀\"")
  }

  @Test("every character comes back from a JSON parser, also those that are escaped on request")
  func readBack() throws {
    let scalars = (0..<0x300).compactMap { Unicode.Scalar($0) } + ["\u{2028}", "\u{FFFD}", "\u{1F600}"]
    let text = String(String.UnicodeScalarView(scalars))
    for quoted in [JSONString.quoted(text), JSONString.quoted(text) { $0.value > 0x7E }] {
      let read = try JSONSerialization.jsonObject(with: Data(quoted.utf8), options: .fragmentsAllowed)
      #expect((read as? String).map { Array($0.unicodeScalars) } == scalars)
    }
    #expect(JSONString.quoted("\u{1F600}") { _ in true } == #""\ud83d\ude00""#)
  }
}
