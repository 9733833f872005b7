import UpdateModel

/// The entries of a plan with what their writer needs: where each begins in its object, and what the object is.
struct VolumeLayout {
  struct Object: Hashable {
    let size: Int64
    let sha256: InlineSHA256
  }

  private let plan: ArchiveManifest
  /// Where the first entry of each volume begins in its object, when it is a later part.
  private let firstOffsets: [Int64]

  init(_ plan: ArchiveManifest) {
    self.plan = plan
    var offsets: [Int64] = []
    var end: Int64 = 0
    for volume in plan.volumes {
      offsets.append(end)
      for entry in plan.entries[volume.entries] { end = entry.part > 1 ? end + entry.size : entry.size }
    }
    firstOffsets = offsets
  }

  var volumeCount: Int { plan.volumes.count }

  /// `0001.tar`, inside `volumes/`.
  static func fileName(_ volume: Int) -> String {
    String(ArchiveManifest.volumeName(volume).dropFirst("volumes/".count))
  }

  func size(of volume: Int) -> Int64 { plan.volumes[volume - 1].size }

  /// The entries of a volume (from 1), in order.
  func entries(of volume: Int) -> VolumeEntries {
    VolumeEntries(plan.entries(ofVolume: volume - 1), firstOffset: firstOffsets[volume - 1])
  }

  func object(of entry: VolumeEntry) -> Object {
    if entry.part > 0, let split = plan.splitObject(entry.name) {
      return Object(size: split.size, sha256: split.sha256)
    }
    return Object(size: entry.size, sha256: entry.sha256)
  }

  /// Makes the headers of the entries.
  var form: UstarForm { UstarForm(created: plan.created) }
}

/// The entries of one volume by position from 0, made when they are asked for: there may be two million.
struct VolumeEntries: RandomAccessCollection, Sendable {
  private let entries: ArraySlice<ArchiveEntry>
  /// Where the first entry begins in its object, when it is a later part.
  private let firstOffset: Int64

  init(_ entries: ArraySlice<ArchiveEntry>, firstOffset: Int64) {
    self.entries = entries
    self.firstOffset = firstOffset
  }

  var startIndex: Int { 0 }
  var endIndex: Int { entries.count }

  subscript(index: Int) -> VolumeEntry {
    let entry = entries[entries.startIndex + index]
    return VolumeEntry(
      name: entry.name, part: entry.part, offset: entry.part > 1 ? offset(of: index) : 0, size: entry.size,
      sha256: entry.sha256)
  }

  /// Of a later part: behind the parts before it.
  private func offset(of index: Int) -> Int64 {
    var offset: Int64 = 0
    var first = entries.startIndex + index
    while entries[first].part > 1 {
      if first == entries.startIndex { return offset + firstOffset }
      first -= 1
      offset += entries[first].size
    }
    return offset
  }
}

/// One entry on its way into a volume.
struct VolumeEntry: Hashable {
  let name: ObjectName
  let part: Int
  /// Where it begins in its object: 0 but for later parts.
  let offset: Int64
  let size: Int64
  /// Of the whole object; of a part unknown before it is written.
  let sha256: InlineSHA256

  var entryName: EntryName { EntryName(object: name, part: part) }
}
