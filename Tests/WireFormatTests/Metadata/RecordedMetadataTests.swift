import Testing
import UpdateModel
import WireFormat

@Suite("Recorded metadata", .enabled(if: RecordedDocument.arePresent, "recordings not found"))
struct RecordedMetadataTests {
  @Test("SSS-175, SSS-177, SSS-182: the recorded leaf reads to its identity, prerequisites and file")
  func leaf() throws {
    let metadata = try UpdateMetadataParser.parse(RecordedDocument.leaf.bytes())
    #expect("\(metadata.identity)" == "266f6222-c89d-43f2-9f8a-69340271e677.200")
    #expect(metadata.kind == .software)
    #expect(metadata.defaultLanguage == "en")
    #expect(metadata.title()?.hasPrefix("Full Deltas 1.459.547.0 for Defender amd64fre") == true)
    #expect(metadata.maxDownloadSize == 11_606_440)
    #expect(metadata.publicationState == "Published")
    #expect(metadata.creationDate == Timestamp("2026-10-04T12:00:58.287Z"))
    #expect(metadata.handler?.hasSuffix("CommandLineInstallation") == true)
    #expect(metadata.isPublic && !metadata.isExplicitlyDeployable && !metadata.isSecure)
    #expect(metadata.prerequisites.map(\.updateIDs.count) == [1, 1, 1, 1])
    #expect("\(metadata.prerequisites[3].updateIDs[0])" == "8c3fcc84-7410-4a95-8b89-a166a0190486")
    #expect(metadata.bundledUpdates.isEmpty && metadata.supersededUpdates.isEmpty)
    let file = try #require(metadata.files.first)
    #expect(metadata.files.count == 1)
    #expect(file.digest.hex == "87F5BD0469585006AA5D3A77D1C662FD2895DDCD")
    #expect(file.sha256?.hex == "026B74AB29B2E4AB113A2C085E6E1020857BE49BB8AFE0A5DBC3E0F2068B5D40")
    #expect(file.fileName == "AM_Delta.exe")
    #expect(file.size == 11_606_440)
    #expect(file.modified == Timestamp("2026-10-04T09:39:26Z"))
    #expect(file.patchingType == nil && !file.isEncrypted)
  }

  @Test("SSS-175: the recorded bundle reads to its four members, in one clause")
  func bundle() throws {
    let metadata = try UpdateMetadataParser.parse(RecordedDocument.bundle.bytes())
    #expect(metadata.files.isEmpty)
    #expect(metadata.prerequisites.count == 2)
    #expect(metadata.prerequisites.allSatisfy { !$0.isCategory })
    #expect(metadata.bundledUpdates.map(\.identities.count) == [4])
    #expect(metadata.bundledUpdates[0].identities.allSatisfy { $0.revisionNumber == 200 })
  }

  @Test(
    "SSS-161: the same document in UTF-16LE, UTF-16BE and with marks reads the same",
    arguments: RecordedDocument.allCases)
  func encodings(document: RecordedDocument) throws {
    let utf8 = try document.bytes()
    let expected = try UpdateMetadataParser.parse(utf8)
    let units = Array(String(decoding: utf8, as: UTF8.self).utf16)
    let little = units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let big = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    for variant in [little, [0xFF, 0xFE] + little, [0xFE, 0xFF] + big, [0xEF, 0xBB, 0xBF] + utf8] {
      #expect(try MetadataText.decode(variant) == utf8)
      #expect(try UpdateMetadataParser.parse(variant) == expected)
    }
  }

  @Test("SSS-176: other prefixes, or none, give the same metadata", arguments: ["", "a:", "Update-1.x:"])
  func prefixes(prefix: String) throws {
    let document = try RecordedDocument.leaf.bytes()
    var text = String(decoding: document, as: UTF8.self)
    text = text.replacing("xmlns:upd=", with: prefix.isEmpty ? "xmlns=" : "xmlns:\(prefix.dropLast())=")
    text = text.replacing("<upd:", with: "<\(prefix)").replacing("</upd:", with: "</\(prefix)")
    #expect(try UpdateMetadataParser.parse(Array(text.utf8)) == UpdateMetadataParser.parse(document))
  }

  @Test("a recorded document cut at any length is refused", arguments: RecordedDocument.allCases)
  func truncated(document: RecordedDocument) throws {
    let whole = try document.bytes()
    for length in stride(from: 0, to: whole.count, by: whole.count > 5_000 ? 7 : 1) {
      #expect(throws: WireError.self) { try UpdateMetadataParser.parse(Array(whole[..<length])) }
    }
  }

  @Test("a flipped bit gives an error or metadata, never harm", arguments: RecordedDocument.allCases)
  func flippedBits(document: RecordedDocument) throws {
    let whole = try document.bytes()
    var refused = 0
    for index in stride(from: 0, to: whole.count * 8, by: whole.count > 5_000 ? 61 : 3) {
      var damaged = whole
      damaged[index / 8] ^= 1 << UInt8(index % 8)
      if (try? UpdateMetadataParser.parse(damaged)) == nil { refused += 1 }
    }
    #expect(refused > 0)
  }
}
