import Testing
import UpdateModel

@testable import Export

@Suite("Names of objects")
struct ObjectNameTests {
  private static let digest = "0123456789ABCDEF0123456789ABCDEF01234567"

  static let good = [
    "state.json.zst", "inventory/revisions.zst", "inventory/content.zst", "metadata/000001.zst", "metadata/999999.zst",
    "content/67/\(digest)", "content/67/\(digest).cab", "content/67/\(digest).0a1b2c3d4e", "content/67/\(digest).0",
  ]

  @Test("every form of a name reads and prints the same", arguments: good)
  func roundTrip(text: String) throws {
    let name = try #require(ObjectName(text))
    #expect(name.text == text)
    let part = try #require(EntryName(text + ".part-0007"))
    #expect(part == EntryName(object: name, part: 7))
    #expect(part.text == text + ".part-0007")
    #expect(part.text.utf8.count <= EntryName.longest)
  }

  @Test(
    "every other name is refused",
    arguments: [
      "", "state.json", "State.json.zst", "/state.json.zst", "./state.json.zst", "../state.json.zst",
      "metadata/000000.zst",
      "metadata/1.zst", "metadata/+00001.zst", "metadata/0000001.zst", "content/66/\(digest)", "content/67/\(digest).",
      "content/67/\(digest.lowercased())", "content/67/\(digest).CAB", "content/67/\(digest).cab.exe",
      "content/67/\(digest).elevenchars", "content/67/../67/\(digest)", "content/67/\(digest)/",
      "content/67/\(digest)0",
      "inventory/content.zst\0", "content\\67\\\(digest)", "content/67/\(digest).cä",
      "state.json.zst.part-0000", "state.json.zst.part-1", "state.json.zst.part-00001", ".part-0001",
      "state.json.zst.part-0001.part-0001", "state.json.zst.part-000a",
    ])
  func refused(text: String) {
    #expect(EntryName(text) == nil)
  }

  @Test("names stand in the order of the volumes")
  func order() throws {
    let first = try #require(FileDigest(hex: String(repeating: "00", count: 19) + "FF"))
    let second = try #require(FileDigest(hex: "01" + String(repeating: "00", count: 19)))
    let names = try [
      ObjectName.state, .revisionList, .contentList, #require(.metadata(1)), #require(.metadata(2)),
      #require(.metadata(300)), #require(.content(first, fileExtension: "exe")),
      #require(.content(second, fileExtension: nil)),
    ]
    #expect(names.shuffled().sorted() == names)
    #expect(names[6].fileDigest == first && names[6].fileExtension == "exe")
    #expect(names[7].fileExtension == nil && names[5].metadataNumber == 300)
  }

  @Test("an entry of a manifest stays small")
  func size() {
    #expect(MemoryLayout<ObjectName>.stride <= 32)
    #expect(MemoryLayout<InlineSHA256>.size == 32)
  }

  @Test("a SHA-256 has one spelling")
  func digestSpelling() throws {
    let text = String(repeating: "0f", count: 32)
    let digest = try #require(SHA256Digest(hex: text))
    #expect(InlineSHA256(digest).hex == text)
    #expect(SHA256Digest(InlineSHA256(digest)) == digest)
    let read = { (text: String) in
      Array(text.utf8).withUnsafeBytes { InlineSHA256(lowerHex: $0) }
    }
    #expect(read(text) == InlineSHA256(digest))
    #expect(read(text.uppercased()) == nil && read(String(text.dropLast())) == nil && read(text + "0") == nil)
  }
}
