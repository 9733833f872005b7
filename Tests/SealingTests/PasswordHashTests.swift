import Sealing
import Testing

@Suite struct PasswordHashTests {
  @Test("a password matches its own hash and no other, also from text")
  func matching() throws {
    let hash = try PasswordHash(of: "grüße $ 1")
    #expect(try hash.matches("grüße $ 1"))
    #expect(try !hash.matches("grüße $ 2"))
    #expect(try !hash.matches(""))
    let read = try #require(PasswordHash(hash.text))
    #expect(read == hash)
    #expect(try read.matches("grüße $ 1"))
  }

  @Test("two hashes of one password differ: each has its salt")
  func salt() throws {
    #expect(try PasswordHash(of: "same") != PasswordHash(of: "same"))
  }

  @Test("a hash has one text form; nothing else reads")
  func strictness() throws {
    let text = try PasswordHash(of: "x").text
    for count in 0..<text.count { #expect(PasswordHash(String(text.prefix(count))) == nil) }
    for wrong in [text + "0", text.uppercased(), " " + text, text.replacing("$15$", with: "$14$"), "scrypt$$$$$"] {
      #expect(PasswordHash(wrong) == nil, "\(wrong)")
    }
  }
}
