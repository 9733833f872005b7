import Testing
import UpdateModel

@testable import Export

@Suite("Objects of archives")
struct ObjectTests {
  private static let digest = FileDigest(bytes: [UInt8](repeating: 0xAB, count: 20))

  private static func record(_ number: Int32, _ document: [UInt8]) throws -> MetadataRecord {
    let digest = try #require(Self.digest)
    return MetadataRecord(
      identity: UpdateIdentity(updateID: GUID(high: 1, low: 2), revisionNumber: number), keysKnown: number % 2 == 0,
      files: [
        FileLocation(digest: digest, muURL: nil, decryptionKey: nil),
        FileLocation(digest: digest, muURL: "http://a.example/x?\"ä", decryptionKey: [1, 2, 3, 255]),
      ], length: document.count, sha256: SampleManifest.digest(Int(number)))
  }

  private static func read(_ bytes: [UInt8]) throws -> [(MetadataRecord, [UInt8])] {
    var reader = MetadataObjectReader(bytes, document: "metadata/000001.zst")
    var all: [(MetadataRecord, [UInt8])] = []
    while let (record, document) = try reader.next() { all.append((record, Array(document))) }
    return all
  }

  @Test("revisions come back in their order, cut into objects of about the wanted length")
  func metadata() throws {
    var writer = try MetadataObjectWriter(usualLength: 3_000)
    var objects: [PackedBytes] = []
    let documents = (0..<20).map { [UInt8](repeating: UInt8($0), count: $0 == 7 ? 10_000 : $0 * 50) }
    for (number, document) in documents.enumerated() {
      if let object = try writer.append(Self.record(Int32(number), document), document: document) {
        objects.append(object)
      }
    }
    if let object = try writer.finish() { objects.append(object) }
    #expect(try writer.finish() == nil)
    #expect(objects.count > 4 && objects.filter { $0.length > 3_000 }.count == 1)
    let unpacked = try objects.map { try PackedObjectCodec.unpack($0.bytes, length: $0.length) }
    let all = try unpacked.flatMap { try Self.read($0) }
    let expected = try documents.enumerated().map { try Self.record(Int32($0.offset), $0.element) }
    #expect(all.map { $0.1 } == documents)
    #expect(all.map { $0.0 } == expected)
  }

  @Test("a metadata object that is cut or has a bit flipped never passes for the same")
  func damagedMetadata() throws {
    var writer = try MetadataObjectWriter()
    for number in 1...2 {
      _ = try writer.append(Self.record(Int32(number), Array("<a/>\n{}".utf8)), document: Array("<a/>\n{}".utf8))
    }
    let object = try #require(try writer.finish())
    let bytes = try PackedObjectCodec.unpack(object.bytes, length: object.length)
    let whole = try Self.read(bytes)
    for count in bytes.indices {
      let read = try? Self.read(Array(bytes[..<count]))
      #expect(read == nil || read?.count ?? 0 < whole.count)
    }
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1 << (index % 8)
      guard let read = try? Self.read(damaged) else { continue }
      #expect(read.map { $0.0 } != whole.map { $0.0 } || read.map { $0.1 } != whole.map { $0.1 })
    }
    #expect(throws: (any Error).self) { try PackedObjectCodec.unpack(object.bytes, length: object.length + 1) }
  }

  @Test("a document of another length than its line is refused by the writer")
  func wrongLength() throws {
    var writer = try MetadataObjectWriter()
    var record = try Self.record(1, [1, 2])
    record.length = 3
    #expect(throws: FormatError.self) { _ = try writer.append(record, document: [1, 2]) }
  }

  @Test("the lists have records of fixed width and refuse what is out of order")
  func lists() throws {
    let first = RevisionListing(
      identity: UpdateIdentity(updateID: GUID(high: 1, low: 2), revisionNumber: 3), sha256: SampleManifest.digest(1))
    let second = RevisionListing(
      identity: UpdateIdentity(updateID: .zero, revisionNumber: .max), sha256: SampleManifest.digest(2))
    let bytes = first.record + second.record
    #expect(first.record.count == 52)
    #expect(Array(first.record[..<20]) == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3])
    #expect(try Array(RevisionList(bytes, document: "list")) == [first, second])
    #expect(throws: FormatError.self) { try RevisionList(first.record + first.record, document: "list") }
    #expect(throws: FormatError.self) { try RevisionList(Array(bytes.dropLast()), document: "list") }
    #expect(throws: FormatError.self) { try RevisionList([UInt8](repeating: 0xFF, count: 52), document: "list") }
  }

  @Test("content is listed by digest and found by halves")
  func contentList() throws {
    let all = try (0..<50).map { number in
      ContentListing(
        digest: try #require(FileDigest(bytes: [UInt8(number * 2)] + [UInt8](repeating: 0, count: 19))),
        size: Int64(number) << 40, sha256: SampleManifest.digest(number))
    }
    var bytes: [UInt8] = []
    for record in all { ContentList.append(record, to: &bytes) }
    #expect(bytes.count == 50 * 60)
    let list = try ContentList(bytes, document: "list")
    #expect(Array(list) == all && list.count == 50)
    for record in all { #expect(list.listing(record.digest) == record) }
    #expect(list.listing(try #require(FileDigest(bytes: [3] + [UInt8](repeating: 0, count: 19)))) == nil)
    #expect(list.record(at: 50) == nil && list.record(at: -1) == nil)
    #expect(throws: FormatError.self) { try ContentList(all[1].record + all[0].record, document: "list") }
    #expect(throws: FormatError.self) { try ContentList(all[1].record + all[1].record, document: "list") }
  }

  private static var state: ArchiveState {
    let group = GUID(high: 4, low: 4)
    let deployment = Deployment(
      deploymentID: .zero, identity: UpdateIdentity(updateID: .zero, revisionNumber: 2), targetGroupID: group,
      action: DeploymentAction(rawValue: -7), adminName: "Zoë\n", deadline: .endOfTime, isAssigned: false,
      goLiveTime: Timestamp(ticks: 1), downloadPriority: 3)
    return ArchiveState(
      acceptedEULAs: [.zero], declined: [group, .zero], deployments: [deployment],
      groups: [TargetGroup(targetGroupID: group, name: "G", parentGroupID: .zero, isBuiltin: false), .allComputers],
      languages: [LanguageSetting(languageID: 1033, shortName: "en", longName: "English", isEnabled: true)],
      settings: ArchiveSettings(isCatalogOnly: true, limits: RequestLimits(decryptionUpdates: nil))
    ).sorted()
  }

  @Test("the state reads and writes the same bytes and values")
  func stateRoundTrip() throws {
    for state in [Self.state, ArchiveState()] {
      let bytes = state.bytes()
      #expect(try ArchiveState.parse(bytes) == state)
      #expect(try ArchiveState.parse(bytes).bytes() == bytes)
    }
  }

  @Test("a state that is cut, unsorted or has a bit flipped never passes for the same")
  func damagedState() throws {
    let bytes = Self.state.bytes()
    for count in bytes.indices { #expect(throws: FormatError.self) { try ArchiveState.parse(Array(bytes[..<count])) } }
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1 << (index % 8)
      guard let read = try? ArchiveState.parse(damaged) else { continue }
      #expect(read != Self.state)
      #expect(read.bytes() == damaged)
    }
    var unsorted = Self.state
    unsorted.declined.reverse()
    #expect(throws: FormatError.self) { try ArchiveState.parse(unsorted.bytes()) }
  }
}

extension ListRecord {
  /// The record on its own.
  fileprivate var record: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }
}
