import Testing
import UpdateModel

@testable import Export

@Suite("Receipts")
struct ReceiptTests {
  private static func digest(_ number: UInt8) throws -> FileDigest {
    try #require(FileDigest(bytes: [number] + [UInt8](repeating: 1, count: 19)))
  }

  private static func receipt() throws -> Receipt {
    var receipt = Receipt(
      receiptID: GUID(high: 7, low: 7), created: SampleManifest.created,
      site: ArchiveSite(serverID: SampleManifest.server, name: "site.example"))
    receipt.lastArchive = LastArchive(archiveID: GUID(high: 3, low: 3), sequence: 4, source: SampleManifest.source)
    receipt.holds.content = DigestSet(try [3, 1, 2, 1].map(digest))
    receipt.holds.revisions = IdentitySet(
      [5, 4, 4].map { UpdateIdentity(updateID: GUID(high: 1, low: 1), revisionNumber: $0) })
    receipt.lacks.content = DigestSet([try digest(9)])
    receipt.attachments = [ReceiptAttachment(kind: "unknown", bytes: Array("anything".utf8))]
    return receipt
  }

  @Test("a receipt reads and writes the same bytes and values")
  func roundTrip() throws {
    let empty = Receipt(receiptID: .zero, created: SampleManifest.created, site: ArchiveSite(serverID: .zero, name: ""))
    for receipt in [try Self.receipt(), empty] {
      let bytes = try receipt.bytes()
      #expect(try Receipt.parse(bytes) == receipt)
      #expect(try Receipt.parse(bytes).bytes() == bytes)
    }
  }

  @Test("what a site holds is sorted, each once, and found")
  func holdings() throws {
    var holds = try Self.receipt().holds
    #expect(holds.content.count == 3 && holds.revisions.count == 2)
    let (two, three, four) = (try Self.digest(2), try Self.digest(3), try Self.digest(4))
    #expect(holds.content.contains(two))
    #expect(!holds.content.contains(four))
    #expect(holds.revisions.contains(UpdateIdentity(updateID: GUID(high: 1, low: 1), revisionNumber: 5)))
    #expect(!holds.revisions.contains(UpdateIdentity(updateID: GUID(high: 1, low: 1), revisionNumber: 6)))
    let tookThree = holds.content.append(three)
    let tookFour = holds.content.append(four)
    #expect(!tookThree && tookFour)
    #expect(holds.content.count == 4)
  }

  @Test("a receipt that is cut is refused; with a bit flipped it is refused or is another receipt")
  func damaged() throws {
    let bytes = try Self.receipt().bytes()
    for count in bytes.indices { #expect(throws: FormatError.self) { try Receipt.parse(Array(bytes[..<count])) } }
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1 << (index % 8)
      guard let read = try? Receipt.parse(damaged) else { continue }
      // A frame can be spelt in other ways; what is read is still something that can be written.
      #expect(try Receipt.parse(read.bytes()) == read)
    }
  }

  @Test("a receipt of another version is named as such")
  func version() throws {
    let text = String(decoding: try Self.receipt().bytes(), as: UTF8.self).replacing(
      "\"version\":1", with: "\"version\":9")
    let error = #expect(throws: FormatError.self) { try Receipt.parse(Array(text.utf8)) }
    #expect(error?.found == "version 9")
  }
}
