import Catalog
import Sealing
import UpdateModel

@testable import Export

/// A manifest with one volume, and the bytes of that volume.
struct VolumeSample {
  let manifest: ArchiveManifest
  let layout: VolumeLayout
  let bytes: [UInt8]
  /// Where the contents of each entry lie in `bytes`.
  let ranges: [Range<Int>]

  /// Every way to end in a block: empty, short, exact, one more.
  static let small = make(sizes: [0, 1, 511, 512, 513, 1_300])
  /// An entry in two chunks, between small ones.
  static let large = make(sizes: [3, (1 << 20) + 700, 5])

  private static func make(sizes: [Int]) -> VolumeSample {
    do { return try VolumeSample(sizes: sizes) } catch { fatalError("no volume was made: \(error)") }
  }

  private init(sizes: [Int]) throws {
    var bytes: [UInt8] = []
    var ranges: [Range<Int>] = []
    var manifest = Self.head(sizes)
    let created = manifest.created
    func add(_ name: ObjectName, _ content: [UInt8]) throws {
      bytes += UstarHeader.bytes(name: EntryName(object: name, part: 0), size: Int64(content.count), created: created)
      ranges.append(bytes.count..<bytes.count + content.count)
      bytes += content + [UInt8](repeating: 0, count: UstarHeader.padding(after: Int64(content.count)))
      let digest = try InlineSHA256(digesting: content)
      manifest.entries.append(ArchiveEntry(name: name, size: Int64(content.count), sha256: digest))
    }
    for object in manifest.packed { try add(object.name, Array(object.name.text.utf8)) }
    for (number, size) in sizes.enumerated() {
      let name = ObjectName(digest: BigEndian.bytes(UInt64(number), 20), extensionCode: 0)
      try add(name, (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) })
    }
    bytes += UstarHeader.end
    manifest.volumes = [
      ArchiveVolume(
        size: Int64(bytes.count), sha256: try InlineSHA256(digesting: bytes), entries: manifest.entries.indices)
    ]
    try manifest.validate()
    (self.manifest, self.bytes, self.ranges) = (manifest, bytes, ranges)
    layout = VolumeLayout(manifest)
  }

  private static func head(_ sizes: [Int]) -> ArchiveManifest {
    var manifest = ArchiveManifest(
      archiveID: GUID(high: 3, low: 3), source: ArchiveSite(serverID: GUID(high: 1, low: 1), name: "uss.example"),
      sequence: 5, created: Timestamp(year: 2026, month: 11, day: 1),
      snapshot: ArchiveSnapshot(content: .unknown, revisions: .unknown, state: .unknown),
      readme: ListedFile(size: 1, sha256: .unknown), sums: ListedFile(size: 2, sha256: .unknown))
    manifest.packed = [
      PackedObject(name: .state, length: 90), PackedObject(name: .revisionList, length: 52),
      PackedObject(name: .contentList, length: Int64(60 * sizes.count)),
    ]
    if let metadata = ObjectName.metadata(1) { manifest.packed.append(PackedObject(name: metadata, length: 300)) }
    manifest.counts = ArchiveCounts(
      contentBytes: Int64(sizes.reduce(0, +)), contentFiles: sizes.count, revisions: 1, totalContentFiles: sizes.count,
      totalRevisions: 1)
    return manifest
  }
}
