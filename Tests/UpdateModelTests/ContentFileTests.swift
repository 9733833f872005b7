import Testing
import UpdateModel

struct ContentFileTests {
  private func file(named name: String) throws -> ContentFile {
    let digest = try #require(FileDigest(hex: "87f5bd0469585006aa5d3a77d1c662fd28950005"))
    return ContentFile(digest: digest, fileName: name, size: 1)
  }

  @Test("SSS-253: the folder is the last byte of the digest, two upper-case digits, the leading zero kept")
  func folder() throws {
    #expect(try file(named: "a.cab").digest.folder == "05")
    let other = try #require(FileDigest(hex: "87f5bd0469585006aa5d3a77d1c662fd289500ff"))
    #expect(other.folder == "FF")
  }

  @Test(
    "SSS-265: only a plain extension of the declared name reaches a path",
    arguments: [
      ("windows10.0-kb5031356-x64.CAB", "cab"), ("update.tar.gz", "gz"), ("noextension", nil),
      ("../../etc/passwd", nil),
      ("x.c/d", nil), ("x.", nil), ("x.cab\u{0}", nil), ("x.waytoolongextension", nil), ("C:\\x.exe", "exe"),
      ("x.çab", nil),
    ])
  func extensions(name: String, expected: String?) throws {
    let file = try file(named: name)
    #expect(file.fileExtension == expected)
    #expect(file.contentName == "87F5BD0469585006AA5D3A77D1C662FD28950005" + (expected.map { "." + $0 } ?? ""))
  }

  @Test("digests have exactly their length, hexadecimal text reads in any case")
  func digests() {
    #expect(FileDigest(bytes: [1, 2, 3]) == nil)
    #expect(FileDigest(hex: "87f5bd0469585006aa5d3a77d1c662fd2895") == nil)
    #expect(SHA256Digest(bytes: [UInt8](repeating: 7, count: 20)) == nil)
    #expect(Hex.bytes("0g") == nil)
    #expect(Hex.bytes("abc") == nil)
    #expect(Hex.bytes("aBcD") == [0xAB, 0xCD])
  }

  @Test("a SHA-256 counts only when it is well formed")
  func sha256() throws {
    let digest = try #require(FileDigest(hex: "87f5bd0469585006aa5d3a77d1c662fd28950005"))
    let short = AdditionalDigest(algorithm: "SHA256", bytes: [1])
    #expect(ContentFile(digest: digest, additionalDigests: [short], fileName: "a", size: nil).sha256 == nil)
    let right = AdditionalDigest(algorithm: "sha256", bytes: [UInt8](repeating: 9, count: 32))
    #expect(ContentFile(digest: digest, additionalDigests: [right], fileName: "a", size: nil).sha256 != nil)
  }

  @Test("an update identity reads what it prints")
  func identities() throws {
    let identity = try #require(UpdateIdentity("266f6222-c89d-43f2-9f8a-69340271e677.200"))
    #expect(identity.revisionNumber == 200)
    #expect(UpdateIdentity(identity.description) == identity)
    #expect(UpdateIdentity("266f6222-c89d-43f2-9f8a-69340271e677") == nil)
    #expect(UpdateIdentity("266f6222-c89d-43f2-9f8a-69340271e677.x") == nil)
  }
}
