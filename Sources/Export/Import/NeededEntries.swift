import ContentStore
import UpdateModel

/// What of an archive is not here yet.
struct NeededEntries: Sendable {
  /// Files that are asked for at once.
  private static let batch = 5_000

  /// By volume (from 0): positions of the entries that must be read.
  private(set) var entries: [PositionSet]
  private(set) var files = 0
  private(set) var bytes: Int64 = 0
  /// Split files all parts of which are here and were not read together yet.
  private(set) var unassembled: [ImportFile] = []

  /// - Parameter places: where each file is, in the order asked.
  init(
    _ manifest: ArchiveManifest, _ layout: VolumeLayout, spooled: [String: Int64],
    places: ([ImportFile]) async throws -> [ImportPlace]
  ) async throws {
    entries = []
    var lastCounted: ObjectName?
    for number in 1...max(1, layout.volumeCount) where number <= layout.volumeCount {
      let all = layout.entries(of: number)
      var needed = PositionSet(below: all.count)
      // Packed objects stand before all content.
      let content = all.firstIndex { !$0.name.isPacked } ?? all.endIndex
      for index in 0..<content where spooled[ImportSpool.fileName(all[index])] != all[index].size {
        needed.insert(index)
      }
      for start in stride(from: content, to: all.endIndex, by: Self.batch) {
        let indices = start..<min(all.endIndex, start + Self.batch)
        let found = try await places(indices.map { try ImportFile(all[$0], layout) })
        for (index, place) in zip(indices, found) {
          if place == .partial(missing: []), all[index].part == 1 {
            unassembled.append(try ImportFile(all[index], layout))
          }
          guard Self.isNeeded(all[index], place) else { continue }
          needed.insert(index)
          bytes += all[index].size
          if lastCounted != all[index].name { files += 1 }
          lastCounted = all[index].name
        }
      }
      entries.append(needed)
    }
  }

  private static func isNeeded(_ entry: VolumeEntry, _ place: ImportPlace) -> Bool {
    switch place {
    case .stored, .staged: return false
    case .absent: return true
    case .partial(let missing):
      if entry.part == 0 { return true }
      let part = entry.offset..<entry.offset + entry.size
      return missing.contains { $0.overlaps(part) }
    }
  }

  /// Volumes with something that must be read; they count from 1.
  var volumes: [Int] { entries.indices.filter { !entries[$0].isEmpty }.map { $0 + 1 } }
}

/// Positions from 0, one bit for each.
struct PositionSet: Hashable, Sendable {
  private var words: [UInt64]
  private(set) var count = 0

  init(below limit: Int) { words = [UInt64](repeating: 0, count: (limit + 63) / 64) }

  var isEmpty: Bool { count == 0 }

  mutating func insert(_ position: Int) {
    if contains(position) { return }
    words[position / 64] |= 1 << UInt64(position % 64)
    count += 1
  }

  func contains(_ position: Int) -> Bool { words[position / 64] & 1 << UInt64(position % 64) != 0 }
}

extension ImportFile {
  /// The content file that an entry is, or is a part of.
  init(_ entry: VolumeEntry, _ layout: VolumeLayout) throws {
    let object = layout.object(of: entry)
    guard let digest = entry.name.fileDigest, let name = ContentName(digest, checked: entry.name.fileExtension),
      let sha256 = SHA256Digest(object.sha256)
    else {
      throw ArchiveRefusal(
        .manifest, what: entry.name.text, expected: "the name of a content file", found: "another one")
    }
    self.init(name: name, size: object.size, sha256: sha256)
  }
}
