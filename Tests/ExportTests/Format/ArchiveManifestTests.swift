import Catalog
import Testing
import UpdateModel

@testable import Export

@Suite("Archive manifest")
struct ArchiveManifestTests {
  private static let mebibyte: Int64 = 1 << 20

  private static func differential() throws -> ArchiveManifest {
    var manifest = try SampleManifest.make(
      sizes: [5, 0, 3 * mebibyte, 512, 7 * mebibyte], limit: 4 * mebibyte, metadata: 3)
    manifest.base = ArchiveBase(kind: .receipt, id: GUID(high: 9, low: 9), sequence: 0)
    manifest.counts.totalRevisions = 30
    manifest.counts.totalContentFiles = 50
    manifest.packed[1].length = 30 * 52
    manifest.packed[2].length = 50 * 60
    manifest.expires = manifest.created.adding(seconds: 1)
    manifest.target = SampleManifest.server
    manifest.introduces = ["-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"]
    manifest.revokes = [SampleManifest.digest(1), SampleManifest.digest(2)]
    manifest.selection = ArchiveSelection(approvedOnly: true, categories: [.zero, SampleManifest.source])
    return manifest
  }

  @Test("a manifest reads and writes the same bytes and values")
  func roundTrip() throws {
    for manifest in [
      try SampleManifest.make(sizes: []), try SampleManifest.make(sizes: [1, 2]), try Self.differential(),
    ] {
      let bytes = manifest.bytes()
      let read = try ArchiveManifest.parse(bytes)
      #expect(read == manifest)
      #expect(read.bytes() == bytes)
    }
    #expect(try Self.differential().split.count == 1)
  }

  @Test("a large manifest is written in pieces and read again")
  func large() throws {
    let manifest = try SampleManifest.make(
      sizes: (0..<5_000).map { Int64($0 % 777) }, limit: VolumePlanner.minimumLimit)
    var pieces: [[UInt8]] = []
    try manifest.write { pieces.append($0) }
    #expect(pieces.count > 5)
    #expect(try ArchiveManifest.parse(Array(pieces.joined())) == manifest)
  }

  @Test("a manifest that is read in pieces is the same, wherever it is cut", arguments: [1 << 10, 100_000, 1 << 20])
  func inPieces(piece: Int) throws {
    let manifest = try SampleManifest.make(
      sizes: (0..<20_000).map { Int64($0 % 777) }, limit: VolumePlanner.minimumLimit)
    let bytes = manifest.bytes()
    #expect(bytes.count > 2 << 20)
    #expect(try Self.parse(bytes, piece: piece) == manifest)
    for end in stride(from: bytes.count - 1, to: 0, by: -bytes.count / 9) {
      #expect(throws: FormatError.self) { try Self.parse(Array(bytes[..<end]), piece: piece) }
    }
    #expect(throws: FormatError.self) { try Self.parse(bytes + [10], piece: piece) }
  }

  @Test("a fault far behind is named with its offset in the whole document")
  func faultInLaterPiece() throws {
    var bytes = try SampleManifest.make(sizes: [Int64](repeating: 3, count: 20_000)).bytes()
    let place = bytes.count - 2_000
    let fault = try #require(bytes[place...].firstIndex(of: UInt8(ascii: "{")))
    bytes[fault] = UInt8(ascii: "[")
    let whole = #expect(throws: FormatError.self) { try ArchiveManifest.parse(bytes) }
    let inPieces = #expect(throws: FormatError.self) { try Self.parse(bytes, piece: 100_000) }
    #expect(whole == inPieces && whole?.offset == fault)
  }

  private static func parse(_ bytes: [UInt8], piece: Int) throws(FormatError) -> ArchiveManifest {
    var rest = bytes[...]
    let reader = try CanonicalJSONReader(document: ArchiveManifest.name) {
      let next = Array(rest.prefix(piece))
      rest = rest.dropFirst(piece)
      return next
    }
    return try ArchiveManifest.parse(reader, byteCount: bytes.count)
  }

  @Test("a manifest that is cut anywhere is refused")
  func truncated() throws {
    let bytes = try Self.differential().bytes()
    for count in bytes.indices {
      #expect(throws: FormatError.self) { try ArchiveManifest.parse(Array(bytes[..<count])) }
    }
    #expect(throws: FormatError.self) { try ArchiveManifest.parse(bytes + [10]) }
  }

  @Test("a manifest with a bit flipped is refused or says something else in canonical form")
  func flipped() throws {
    let manifest = try Self.differential()
    let bytes = manifest.bytes()
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 1 << (index % 8)
      guard let read = try? ArchiveManifest.parse(damaged) else { continue }
      #expect(read != manifest)
      #expect(read.bytes() == damaged)
    }
  }

  /// A fault and the member that the refusal names.
  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let place: String
    let damage: @Sendable (inout ArchiveManifest) -> Void

    init(_ name: String, _ place: String, _ damage: @escaping @Sendable (inout ArchiveManifest) -> Void) {
      testDescription = name
      self.place = place
      self.damage = damage
    }
  }

  static let faults = [
    Fault("duplicate entry", ".cab") { $0.entries[7] = $0.entries[6] },
    Fault("objects out of order", ".cab") { $0.entries.swapAt(6, 7) },
    Fault("one file under two extensions", ".exe") {
      $0.entries[7].name = ObjectName($0.entries[6].text.replacing(".cab", with: ".exe")) ?? .state
    },
    Fault("no state", "inventory/revisions.zst") { $0.entries[0].name = .revisionList },
    Fault("a metadata object left out", "metadata/000003") { $0.entries[4].name = $0.entries[5].name },
    Fault("a volume longer than its entries", "volumes/0001.tar, size") { $0.volumes[0].size += 512 },
    Fault("an entry longer than its volume", "volumes/0001.tar, size") { $0.entries[6].size += 512 },
    Fault("a volume without entries", "volumes/0001.tar") { $0.volumes[0].entries = 0..<0 },
    Fault("no volume", "volumes") { $0.volumes = [] },
    Fault("an entry of no volume", "volumes, entries") { $0.volumes.removeLast() },
    Fault("a packed object that is not listed", "packed") { $0.packed.removeLast() },
    Fault("a packed object too many", "packed") {
      $0.packed.append(PackedObject(name: SampleManifest.content(1), length: 1))
    },
    Fault("a bomb", "packed, metadata/000001.zst, length") { $0.packed[3].length = 64 << 20 + 1 },
    Fault("a list of another length", "packed, inventory/content.zst") { $0.packed[2].length -= 60 },
    Fault("parts that are not listed", "split") { $0.split.removeFirst() },
    Fault("a split object without parts", "split") {
      $0.split.append(
        SplitObject(name: SampleManifest.content(99), parts: 2, size: 2, sha256: SampleManifest.digest(1)))
    },
    Fault("another number of parts", "parts") { $0.split[0].parts += 1 },
    Fault("another length of a split object", "size") { $0.split[0].size += 1 },
    Fault("another sum of content", "counts, contentBytes") { $0.counts.contentBytes += 1 },
    Fault("another count of content", "counts, contentFiles") { $0.counts.contentFiles += 1 },
    Fault("no revisions but metadata", "counts, revisions") { $0.counts.revisions = 0 },
    Fault("fewer revisions in all than carried", "counts, totalRevisions") { $0.counts.totalRevisions = 1 },
    Fault("expired before it was made", "expires") { $0.expires = $0.created },
    Fault("a base from the future", "base, sequence") {
      $0.base = ArchiveBase(kind: .archive, id: .zero, sequence: $0.sequence)
    },
    Fault("a full archive that lacks something", "counts, totalRevisions") { $0.base = nil },
    Fault("a fingerprint twice", "revokes") { $0.revokes[1] = $0.revokes[0] },
    Fault("too many certificates", "introduces") { $0.introduces = [String](repeating: "x", count: 17) },
  ]

  @Test("a manifest that contradicts itself is refused, also when it is read", arguments: faults)
  func contradiction(fault: Fault) throws {
    var manifest = try Self.differential()
    try manifest.validate()
    fault.damage(&manifest)
    let error = #expect(throws: FormatError.self) { try manifest.validate() }
    #expect(error?.place.contains(fault.place) == true, "\(String(describing: error))")
    let isWritable = manifest.volumes.allSatisfy { !$0.entries.isEmpty }
    if isWritable { #expect(throws: FormatError.self) { try ArchiveManifest.parse(manifest.bytes()) } }
  }

  @Test("a short part in the middle of an object is refused")
  func shortPart() throws {
    var manifest = try Self.differential()
    let index = try #require(manifest.entries.firstIndex { $0.part == 1 })
    let moved = manifest.entries[index].size - 512
    manifest.entries[index].size -= moved
    manifest.entries[index + 1].size += moved
    for (number, volume) in manifest.volumes.enumerated() {
      let lengths = manifest.entries[volume.entries].map { UstarHeader.entryLength($0.size) }
      manifest.volumes[number].size = lengths.reduce(UstarHeader.endLength, +)
    }
    let error = #expect(throws: FormatError.self) { try manifest.validate() }
    #expect(error?.expected == "at least 1048576")
  }

  @Test("a manifest of another version is named as such, whatever else it has")
  func version() throws {
    let text = String(decoding: try SampleManifest.make(sizes: []).bytes(), as: UTF8.self)
    for other in [
      text.replacing("\"version\":1", with: "\"version\":2"), "{\"aNew\":[{\"version\":1}],\"version\":2}\n",
    ] {
      let error = #expect(throws: FormatError.self) { try ArchiveManifest.parse(Array(other.utf8)) }
      #expect(error?.expected == "version 1" && error?.found == "version 2")
    }
  }

  @Test("objects are found by their names")
  func lookup() throws {
    let manifest = try Self.differential()
    #expect(manifest.packedLength(of: .state) == 90)
    #expect(manifest.packedLength(of: SampleManifest.content(1)) == nil)
    for object in manifest.split { #expect(manifest.splitObject(object.name) == object) }
    #expect(manifest.splitObject(.state) == nil)
  }

  @Test("an entry takes at most 80 bytes of memory")
  func entrySize() { #expect(MemoryLayout<ArchiveEntry>.stride <= 80) }
}
