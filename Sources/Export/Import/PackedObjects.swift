import UpdateModel

/// The packed objects of an archive and the entries that they are made of, in their order.
struct PackedObjects: Sendable {
  struct Object: Sendable {
    let name: ObjectName
    let sha256: InlineSHA256
    var entries: [VolumeEntry] = []
    /// Volumes that have them; they count from 1.
    var volumes: Set<Int> = []
  }

  private(set) var objects: [Object] = []

  /// Packed objects stand before all content.
  init(_ manifest: ArchiveManifest, _ layout: VolumeLayout) {
    for number in 1...max(1, layout.volumeCount) where number <= layout.volumeCount {
      for entry in layout.entries(of: number) {
        guard entry.name.isPacked else { return }
        if objects.last?.name != entry.name {
          objects.append(Object(name: entry.name, sha256: layout.object(of: entry).sha256))
        }
        objects[objects.count - 1].entries.append(entry)
        objects[objects.count - 1].volumes.insert(number)
      }
    }
  }

  var metadata: [Object] { objects.filter { $0.name.kind == .metadata } }

  func object(_ name: ObjectName) -> Object? { objects.first { $0.name == name } }
}
