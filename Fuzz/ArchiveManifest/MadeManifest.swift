import Catalog
import Fuzzing
import UpdateModel

@testable import Export

/// Manifests that an input describes: sizes of objects, laid out by the planner, and what is then done to them.
enum MadeManifest {
  /// - Returns: nil when the planner refuses the sizes.
  static func make(_ feed: inout Feed) -> ArchiveManifest? {
    let limit = feed.truth() ? Int64(2 << 20) + Int64(feed.number(width: 2)) * 512 : nil
    let most = feed.truth() ? ArchiveEntry.minimumPartSize + Int64(feed.byte()) * 512 : ArchiveEntry.maximumSize
    let metadata = feed.number(below: 4)
    let sizes = (0..<feed.number(below: 8)).map { _ in Int64(feed.number(width: feed.truth() ? 3 : 1)) }
    var manifest = head(metadata: metadata, sizes: sizes)
    do {
      var planner = try VolumePlanner(limit: limit, maximumEntrySize: most)
      for object in manifest.packed { try planner.add(object.name, size: 100) }
      for (number, size) in sizes.enumerated() { try planner.add(content(number), size: size) }
      fill(&manifest, planner)
    } catch { return nil }
    return manifest
  }

  static func digest(_ number: Int) -> InlineSHA256 {
    InlineSHA256(bytes: BigEndian.bytes(UInt64(number), 32)) ?? .unknown
  }

  static func content(_ number: Int) -> ObjectName {
    let codes = [0, FileExtensionCode.code("cab".utf8) ?? 0]
    return ObjectName(digest: BigEndian.bytes(UInt64(number), 20), extensionCode: codes[number % 2])
  }

  private static func head(metadata: Int, sizes: [Int64]) -> ArchiveManifest {
    var manifest = ArchiveManifest(
      archiveID: GUID(high: 3, low: 3), source: ArchiveSite(serverID: GUID(high: 1, low: 1), name: "uss.example"),
      sequence: 5, created: Timestamp(year: 2026, month: 11, day: 1),
      snapshot: ArchiveSnapshot(content: digest(1), revisions: digest(2), state: digest(3)),
      readme: ListedFile(size: 10, sha256: digest(4)), sums: ListedFile(size: 20, sha256: digest(5)))
    manifest.counts = ArchiveCounts(
      contentBytes: sizes.reduce(0, +), contentFiles: sizes.count, revisions: metadata, totalContentFiles: sizes.count,
      totalRevisions: metadata)
    manifest.packed = [
      PackedObject(name: .state, length: 90), PackedObject(name: .revisionList, length: Int64(52 * metadata)),
      PackedObject(name: .contentList, length: Int64(60 * sizes.count)),
    ]
    for number in 0..<metadata {
      if let name = ObjectName.metadata(number + 1) { manifest.packed.append(PackedObject(name: name, length: 9)) }
    }
    return manifest
  }

  private static func fill(_ manifest: inout ArchiveManifest, _ planner: VolumePlanner) {
    manifest.entries = planner.entries.enumerated().map { index, entry in
      ArchiveEntry(name: entry.name, part: entry.part, size: entry.size, sha256: digest(1_000 + index))
    }
    manifest.volumes = planner.volumes.enumerated().map { index, volume in
      ArchiveVolume(size: volume.size, sha256: digest(100 + index), entries: volume.entries)
    }
    for entry in planner.entries where entry.part > 0 {
      if entry.part == 1 { manifest.split.append(SplitObject(name: entry.name, parts: 0, size: 0, sha256: digest(9))) }
      manifest.split[manifest.split.count - 1].parts += 1
      manifest.split[manifest.split.count - 1].size += entry.size
    }
  }

  /// Breaks one thing, or two that may belong together.
  static func disturb(_ manifest: inout ArchiveManifest, _ feed: inout Feed) {
    let kind = feed.number(below: 12)
    guard !manifest.entries.isEmpty, !manifest.volumes.isEmpty else { return }
    let entry = feed.number(below: manifest.entries.count)
    let volume = feed.number(below: manifest.volumes.count)
    let step = Int64(feed.byte()) - 128
    switch kind {
    case 0: manifest.entries[entry].size += step
    case 1: manifest.volumes[volume].size += step * 4
    case 2: manifest.entries.swapAt(entry, feed.number(below: manifest.entries.count))
    case 3: manifest.entries[entry] = repart(manifest.entries[entry], feed.byte())
    case 4: manifest.entries[entry].name = content(feed.byte())
    case 5: manifest.counts.contentBytes += step
    case 6: manifest.counts.totalRevisions += Int(step)
    case 7: move(&manifest, volume, Int(step))
    case 8: disturbSplit(&manifest, feed.byte(), step)
    case 9: manifest.packed[feed.number(below: manifest.packed.count)].length += step
    case 10: manifest.base = ArchiveBase(kind: feed.truth() ? .archive : .receipt, id: .zero, sequence: step)
    default: manifest.expires = Timestamp(ticks: manifest.created.ticks + step * Timestamp.ticksPerSecond)
    }
  }

  private static func repart(_ entry: ArchiveEntry, _ part: Int) -> ArchiveEntry {
    ArchiveEntry(name: entry.name, part: part, size: entry.size, sha256: entry.sha256)
  }

  /// Another end for a volume, and sometimes another beginning for the next.
  private static func move(_ manifest: inout ArchiveManifest, _ volume: Int, _ step: Int) {
    let first = manifest.volumes[volume].entries.lowerBound
    let end = max(first, manifest.volumes[volume].entries.upperBound + step)
    manifest.volumes[volume].entries = first..<end
    guard step.isMultiple(of: 2), volume + 1 < manifest.volumes.count else { return }
    let next = manifest.volumes[volume + 1].entries
    manifest.volumes[volume + 1].entries = end..<max(end, next.upperBound)
  }

  private static func disturbSplit(_ manifest: inout ArchiveManifest, _ choice: Int, _ step: Int64) {
    guard !manifest.split.isEmpty else { return }
    let index = choice % manifest.split.count
    if choice >= 128 { manifest.split[index].size += step } else { manifest.split[index].parts += Int(step) }
  }
}
