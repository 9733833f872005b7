import Testing
import UpdateModel

@Suite struct HexTests {
  private static let all = (0...255).map { UInt8($0) }

  @Test("every byte is two digits, in the letter case asked for, and reads again")
  func digits() {
    let lower = Hex.lower(Self.all)
    #expect(lower.hasPrefix("000102") && lower.hasSuffix("fdfeff") && lower.contains("99" + "9a9b9c9d9e9f" + "a0"))
    #expect(Hex.upper(Self.all) == lower.uppercased() && lower.utf8.count == 512)
    #expect(Hex.bytes(lower) == Self.all && Hex.bytes(Hex.upper(Self.all)) == Self.all)
    #expect(Hex.lower([]) == "" && Hex.upper([0xAB]) == "AB" && Hex.lower([0x0F, 0xF0]) == "0ff0")
  }

  @Test("bytes of any collection give the same text as an array of them")
  func collections() {
    #expect(Hex.upper(Self.all[10..<30]) == Hex.upper(Array(Self.all[10..<30])))
    #expect(Hex.upper(Self.all.reversed()) == Hex.upper(Array(Self.all.reversed())))
    #expect(Hex.lower(CollectionOfOne(UInt8(0xC3))) == "c3")
  }

  @Test("digits go behind what a text has", arguments: [Hex.LetterCase.lower, .upper])
  func appending(letters: Hex.LetterCase) {
    var text = Array("x".utf8)
    Self.all.withUnsafeBytes { Hex.append($0, letters, to: &text) }
    let expected = letters == .lower ? Hex.lower(Self.all) : Hex.upper(Self.all)
    #expect(String(decoding: text, as: UTF8.self) == "x" + expected)
  }
}
