import Sealing
import Testing
import UpdateModel

@Suite struct DigestTests {
  struct Vector: Sendable {
    let text: String
    let count: Int
    let sha1: String
    let sha256: String
  }

  /// FIPS 180 examples.
  static let vectors = [
    Vector(
      text: "", count: 1, sha1: "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709",
      sha256: "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"),
    Vector(
      text: "abc", count: 1, sha1: "A9993E364706816ABA3E25717850C26C9CD0D89D",
      sha256: "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"),
    Vector(
      text: "a", count: 1_000_000, sha1: "34AA973CD4C4DAA4F61EEB2BDBAD27316534016F",
      sha256: "CDC76E5C9914FB9281A1C7E284D73E67F1809A48A497200E046D39CCC7112CD0"),
  ]

  @Test("both digests of known texts are the published ones", arguments: vectors)
  func known(vector: Vector) throws {
    let bytes = Array(String(repeating: vector.text, count: vector.count).utf8)
    let both = try FileDigester.digests(of: bytes)
    #expect(both.sha1.hex == vector.sha1)
    #expect(both.sha256.hex == vector.sha256)
    var stream = try DigestStream(algorithm: .sha256)
    try stream.update(bytes)
    #expect(Hex.upper(try stream.finish()) == vector.sha256)
  }

  @Test("the size of the pieces changes no digest", arguments: [1, 7, 64, 16_384, 16_385, 40_000])
  func pieces(size: Int) throws {
    let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var digester = try FileDigester()
    for start in stride(from: 0, to: bytes.count, by: size) {
      try digester.update(Array(bytes[start..<min(bytes.count, start + size)]))
    }
    #expect(digester.byteCount == 50_000)
    let whole = try FileDigester.digests(of: bytes)
    let found = try digester.finish()
    #expect(found.sha1 == whole.sha1 && found.sha256 == whole.sha256)
  }

  @Test("random bytes have the length asked for and differ")
  func random() throws {
    #expect(try SecureRandom.bytes(0).isEmpty)
    #expect(try SecureRandom.bytes(32) != SecureRandom.bytes(32))
  }
}
