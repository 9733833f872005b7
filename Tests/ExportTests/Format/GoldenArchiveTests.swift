import Catalog
import Foundation
import Testing
import UpdateModel

@testable import Export

/// The samples in Manifests/schemas/golden were made by a script and GNU tar, not by this program.
@Suite("Golden archive")
struct GoldenArchiveTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Manifests/schemas")

  private static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: root.appendingPathComponent(name)))
  }

  private static func manifest() throws -> ArchiveManifest {
    try ArchiveManifest.parse(try bytes("golden/archive/manifest.json"))
  }

  /// The contents of each entry, and the headers compared on the way.
  private static func objects() throws -> [ObjectName: [UInt8]] {
    let manifest = try Self.manifest()
    let volume = try bytes("golden/archive/volumes/0001.tar")
    var objects: [ObjectName: [UInt8]] = [:]
    var offset = 0
    for entry in manifest.entries {
      let header = UstarHeader.bytes(of: entry, created: manifest.created)
      #expect(Array(volume[offset..<offset + 512]) == header)
      objects[entry.name] = Array(volume[offset + 512..<offset + 512 + Int(entry.size)])
      offset += Int(UstarHeader.entryLength(entry.size))
    }
    #expect(Array(volume[offset...]) == UstarHeader.end)
    return objects
  }

  @Test("the manifest reads and writes the same bytes")
  func manifest() throws {
    let bytes = try Self.bytes("golden/archive/manifest.json")
    let manifest = try Self.manifest()
    #expect(manifest.bytes() == bytes)
    #expect(manifest.sequence == 7 && manifest.source.name == "uss.example" && manifest.base == nil)
    #expect(manifest.counts.contentBytes == 26 && manifest.counts.revisions == 1)
    #expect(manifest.entries.last?.text == "content/53/A84B1AA40E92A7E2B621A134C0E29DF1D6C0D953")
    #expect(manifest.revokes.first?.hex == String(repeating: "ab", count: 32))
    #expect(try manifest.sumsText() == Self.bytes("golden/archive/SHA256SUMS"))
  }

  @Test("a tar file of another program has exactly the expected headers")
  func headers() throws {
    #expect(try Self.objects().count == 6)
  }

  @Test("the objects read as what they are")
  func contents() throws {
    let manifest = try Self.manifest()
    let unpacked = try Self.objects().filter { $0.key.isPacked }.map { name, bytes in
      (name, try PackedObjectCodec.unpack(bytes, length: Int(try #require(manifest.packedLength(of: name)))))
    }
    let objects = Dictionary(uniqueKeysWithValues: unpacked)
    let stateBytes = try #require(objects[.state])
    let state = try ArchiveState.parse(stateBytes)
    #expect(state.bytes() == stateBytes)
    #expect(state.deployments.first?.adminName == "Zoë \"Z\"\n" && state.settings.limits.decryptionUpdates == nil)
    let revisions = Array(try RevisionList(try #require(objects[.revisionList]), document: "revisions"))
    let content = Array(try ContentList(try #require(objects[.contentList]), document: "content"))
    let metadata = try #require(ObjectName.metadata(1).flatMap { objects[$0] })
    var reader = MetadataObjectReader(metadata, document: "metadata/000001.zst")
    let (record, document) = try #require(try reader.next())
    #expect(Array(document) == Array("<Update/>".utf8))
    #expect(try reader.next() == nil)
    #expect(revisions == [RevisionListing(identity: record.identity, sha256: record.sha256)])
    #expect(content.map(\.digest) == record.files.map(\.digest) && content.map(\.size) == [7, 19])
  }

  @Test("the receipt reads as what it says")
  func receipt() throws {
    let receipt = try Receipt.parse(try Self.bytes("golden/receipt.json"))
    #expect(receipt.site.name == "air-gapped.example" && receipt.lastArchive?.sequence == 7)
    let names = try Self.manifest().entries.compactMap(\.name.fileDigest)
    #expect(receipt.holds.content == DigestSet([names[0]]) && receipt.lacks.content == DigestSet([names[1]]))
    #expect(receipt.holds.revisions.count == 1 && receipt.lacks.revisions.count == 0)
    #expect(receipt.attachments == [ReceiptAttachment(kind: "example", bytes: Array("{}\n".utf8))])
  }

  @Test(
    "the samples fit their schemas, which know exactly their members",
    arguments: [("archive-manifest", "golden/archive/manifest.json"), ("receipt", "golden/receipt.json")])
  func schema(name: String, sample: String) throws {
    let object = { (bytes: [UInt8]) in try JSONSerialization.jsonObject(with: Data(bytes)) }
    let root = try #require(try object(try Self.bytes("\(name).schema.json")) as? [String: Any])
    let check = JSONSchemaCheck(root: root)
    let value = try object(try Self.bytes(sample))
    #expect(check.findings(value) == [])
    let members = try #require(value as? [String: Any])
    var other = members
    other["extra"] = 1
    #expect(!check.findings(other).isEmpty)
    for member in members.keys {
      other = members
      other[member] = nil
      #expect(!check.findings(other).isEmpty, "\(member) is required")
    }
  }
}
