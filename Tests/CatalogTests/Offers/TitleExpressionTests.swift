import Testing

@testable import Catalog

struct TitleExpressionTests {
  private static let title = "2026-09 Cumulative Update for Windows 11 (KB5055555)"

  private func accepts(_ expression: TitleExpression, _ title: String) throws -> Bool {
    try TitleTest(expression).accepts(title)
  }

  @Test(
    "a substring is found in any letter case",
    arguments: [("cumulative UPDATE", true), ("", nil), ("preview", false)] as [(String, Bool?)])
  func contains(text: String, expected: Bool?) throws {
    #expect((try? accepts(.contains(text), Self.title)) == expected)
  }

  @Test(
    "a regular expression is found anywhere, in any letter case",
    arguments: [
      ("cumulative", true), ("^cumulative", false), ("^2026", true), (#"\(KB\d{7}\)$"#, true),
      (#"\(KB\d{8}\)$"#, false),
      ("windows (10|11)", true), ("windows (7|8(\\.1)?)", false), ("Up.*11", true), ("[A-C]umulative", true),
      ("[^a-z]umulative", false), (#"\bUpdate\b"#, true), (#"\bpdate"#, false), ("(?:for|of) +windows", true),
      (#"[\d-]{7} C"#, true), (#"\D{7} C"#, false), ("x?y?z?", true), ("(a|b|)*c", true), ("KB5{2,}", false),
      ("KB505{4,5}", true), ("KB505{6,}", false), ("[]x]", false), ("[)]", true), ("$^", false), (#"\S+\s\S+"#, true),
    ])
  func matches(pattern: String, expected: Bool) throws {
    #expect(try accepts(.matches(pattern), Self.title) == expected)
  }

  @Test(
    "what cannot be used is told with its place",
    arguments: [
      "", "(", ")", "a)", "[", "[a", "[z-a]", "*", "a**b{", "a{2,1}", "a{1001}", "(?=a)", #"\"#, #"\q"#, "a{,2}",
      "((a{1000}){1000}){1000}", "((){1000}){1000}", String(repeating: "(", count: 60),
      String(repeating: "a", count: 501),
    ])
  func problems(pattern: String) {
    #expect(TitleExpression.matches(pattern).problem?.hasPrefix("title: ") == true)
  }

  @Test("an expression that makes others try for ever is found wanting at once")
  func hostile() throws {
    let title = String(repeating: "a", count: 100_000)
    #expect(try !accepts(.matches("(a+)+$b"), title))
    #expect(try !accepts(.matches("(a|a)*(a|a)*(a|a)*b"), title))
    #expect(try !accepts(.matches("(a?){200}b"), title))
  }
}
