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
  func entries(of volume: Int) -> [VolumeEntry] {
    var end = firstOffsets[volume - 1]
    return plan.entries(ofVolume: volume - 1).map { entry in
      let offset = entry.part > 1 ? end : 0
      end = offset + entry.size
      return VolumeEntry(name: entry.name, part: entry.part, offset: offset, size: entry.size, sha256: entry.sha256)
    }
  }

  func object(of entry: VolumeEntry) -> Object {
    if entry.part > 0, let split = plan.splitObject(entry.name) {
      return Object(size: split.size, sha256: split.sha256)
    }
    return Object(size: entry.size, sha256: entry.sha256)
  }

  func header(of entry: VolumeEntry) -> [UInt8] {
    UstarHeader.bytes(
      name: EntryName(object: entry.name, part: entry.part), size: entry.size, created: plan.created)
  }
}

/// One entry on its way into a volume.
struct VolumeEntry: Hashable {
  let name: ObjectName
  let part: Int
  /// Where it begins in its object.
  let offset: Int64
  let size: Int64
  /// Of the whole object; of a part unknown before it is written.
  let sha256: InlineSHA256
}
