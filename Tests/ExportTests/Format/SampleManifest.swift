import Catalog
import UpdateModel

@testable import Export

/// Manifests made of object sizes, laid out by the planner, with digests that are only numbers.
enum SampleManifest {
  static let source = GUID(high: 0x1111, low: 1)
  static let server = GUID(high: 0x2222, low: 2)
  static let created = Timestamp(year: 2026, month: 11, day: 1)

  static func digest(_ number: Int) -> InlineSHA256 {
    let bytes = [UInt8](repeating: 0, count: 24) + BigEndian.bytes(UInt64(number), 8)
    guard let digest = InlineSHA256(bytes: bytes) else { preconditionFailure("24 and 8 bytes are 32") }
    return digest
  }

  static func content(_ number: Int) -> ObjectName {
    let bytes = BigEndian.bytes(UInt64(number), 8) + [UInt8](repeating: 7, count: 12)
    return ObjectName(digest: bytes, extensionCode: FileExtensionCode.code("cab".utf8) ?? 0)
  }

  /// One metadata object and `sizes.count` content files.
  static func make(
    sizes: [Int64], limit: Int64? = nil, metadata: Int = 1, maximumEntrySize: Int64 = ArchiveEntry.maximumSize
  ) throws -> ArchiveManifest {
    var planner = try VolumePlanner(limit: limit, maximumEntrySize: maximumEntrySize)
    var manifest = ArchiveManifest(
      archiveID: GUID(high: 0x3333, low: 3), source: ArchiveSite(serverID: source, name: "uss.example"), sequence: 5,
      created: created, snapshot: ArchiveSnapshot(content: digest(1), revisions: digest(2), state: digest(3)),
      readme: ListedFile(size: 10, sha256: digest(4)), sums: ListedFile(size: 20, sha256: digest(5)))
    let packed: [(ObjectName, Int)] =
      [(.state, 90), (.revisionList, 52 * metadata), (.contentList, 60 * sizes.count)]
      + (0..<metadata).compactMap { ObjectName.metadata($0 + 1).map { ($0, 300) } }
    for (name, length) in packed {
      try planner.add(name, size: 100)
      manifest.packed.append(PackedObject(name: name, length: Int64(length)))
    }
    for (number, size) in sizes.enumerated() { try planner.add(content(number), size: size) }
    fill(&manifest, planner)
    manifest.counts = ArchiveCounts(
      contentBytes: sizes.reduce(0, +), contentFiles: sizes.count, revisions: metadata, totalContentFiles: sizes.count,
      totalRevisions: metadata)
    return manifest
  }

  private static func fill(_ manifest: inout ArchiveManifest, _ planner: VolumePlanner) {
    manifest.entries = planner.entries.enumerated().map { index, entry in
      ArchiveEntry(name: entry.name, part: entry.part, size: entry.size, sha256: digest(1000 + index))
    }
    manifest.volumes = planner.volumes.enumerated().map { index, volume in
      ArchiveVolume(size: volume.size, sha256: digest(100 + index), entries: volume.entries)
    }
    var parts: [ObjectName: (count: Int, size: Int64)] = [:]
    for entry in planner.entries where entry.part > 0 {
      parts[entry.name, default: (0, 0)].count += 1
      parts[entry.name, default: (0, 0)].size += entry.size
    }
    manifest.split = parts.sorted { $0.key < $1.key }.map { name, all in
      SplitObject(name: name, parts: all.count, size: all.size, sha256: digest(all.count))
    }
  }
}
