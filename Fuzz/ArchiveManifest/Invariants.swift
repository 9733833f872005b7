import Catalog
import Fuzzing
import UpdateModel

@testable import Export

/// What section 3 of docs/archive-format.md promises about an accepted manifest, counted anew.
struct Invariants {
  private let manifest: ArchiveManifest
  /// Entries of each object, in their order.
  private let objects: [(name: ObjectName, entries: [ArchiveEntry])]

  init(_ manifest: ArchiveManifest) {
    self.manifest = manifest
    var objects: [(name: ObjectName, entries: [ArchiveEntry])] = []
    for entry in manifest.entries {
      if objects.last?.name == entry.name {
        objects[objects.count - 1].entries.append(entry)
      } else {
        objects.append((entry.name, [entry]))
      }
    }
    self.objects = objects
  }

  func check() {
    checkNames()
    checkParts()
    checkVolumes()
    checkCounts()
    checkPlaces()
  }

  private func checkNames() {
    let texts = Set(manifest.entries.map { $0.text.lowercased() })
    require(texts.count == manifest.entries.count, "two entries have one name, but for the letter case")
    let files = Set(objects.map { $0.name.digestBytes + [$0.name.kind.rawValue] })
    require(files.count == objects.count, "an object is there twice")
    let front = objects.prefix(3).map(\.name)
    require(front == [.state, .revisionList, .contentList], "the archive begins with \(front)")
    require(objects.map(\.name) == objects.map(\.name).sorted(), "the objects are in another order")
    let metadata = objects.compactMap { $0.name.metadataNumber }
    require(metadata == Array(1..<metadata.count + 1), "metadata objects have the numbers \(metadata)")
  }

  private func checkParts() {
    var split: [ObjectName] = []
    for (name, entries) in objects {
      let parts = entries.map(\.part)
      let size = entries.reduce(Int64(0)) { $0 + $1.size }
      if parts == [0] {
        require(manifest.splitObject(name) == nil, "\(name) is in one piece and split")
      } else {
        split.append(name)
        require(parts.count > 1 && parts == Array(1...parts.count), "\(name) has the parts \(parts)")
        let declared = manifest.splitObject(name)
        require(declared?.parts == parts.count && declared?.size == size, "\(name) is split otherwise")
        require(entries.dropLast().allSatisfy { $0.size >= 1 << 20 }, "\(name) has a short part in front of another")
      }
    }
    require(manifest.split.map(\.name) == split, "objects are split that are not said to be")
  }

  private func checkVolumes() {
    var next = 0
    for (index, volume) in manifest.volumes.enumerated() {
      require(volume.entries.lowerBound == next && !volume.entries.isEmpty, "volume \(index + 1) begins elsewhere")
      next = volume.entries.upperBound
      let size = manifest.entries[volume.entries].reduce(Int64(1_024)) { $0 + 512 + ($1.size + 511) / 512 * 512 }
      require(volume.size == size, "volume \(index + 1) has \(size) bytes and says \(volume.size)")
    }
    require(next == manifest.entries.count, "entries are in no volume")
    let lines = manifest.sumsText().split(separator: UInt8(ascii: "\n"))
    require(lines.count == manifest.volumes.count + 1, "SHA256SUMS has \(lines.count) lines")
  }

  private func checkCounts() {
    let content = objects.filter { $0.name.kind == .content }
    let bytes = content.flatMap(\.entries).reduce(Int64(0)) { $0 + $1.size }
    require(manifest.counts.contentFiles == content.count, "there are \(content.count) content files")
    require(manifest.counts.contentBytes == bytes, "there are \(bytes) bytes of content")
    let packed = objects.map(\.name).filter(\.isPacked)
    require(manifest.packed.map(\.name) == packed, "other objects are packed than are said to be")
    for name in packed {
      let length = manifest.packedLength(of: name) ?? -1
      require((0...PackedObject.maximumLength(of: name.kind)).contains(length), "\(name) unpacks to \(length) bytes")
    }
    let totals = (manifest.counts.totalRevisions, manifest.counts.totalContentFiles)
    require(totals.0 >= manifest.counts.revisions && totals.1 >= manifest.counts.contentFiles, "totals are too small")
    require(manifest.packedLength(of: .revisionList) == Int64(totals.0 * 52), "the list has other revisions")
    require(manifest.packedLength(of: .contentList) == Int64(totals.1 * 60), "the list has other files")
  }

  /// Where each entry begins in its object, and what its header says.
  private func checkPlaces() {
    let layout = VolumeLayout(manifest)
    var form = layout.form
    var ends: [ObjectName: Int64] = [:]
    for number in 1..<manifest.volumes.count + 1 {
      for entry in layout.entries(of: number) {
        require(entry.offset == ends[entry.name, default: 0], "\(entry.name) goes on at \(entry.offset)")
        ends[entry.name] = entry.offset + entry.size
        let entryName = EntryName(object: entry.name, part: entry.part)
        form.fill(entryName, size: entry.size)
        let (header, name) = (form.block, entryName.text)
        require(header.count == 512 && header.prefix { $0 != 0 }.elementsEqual(name.utf8), "\(name) has another header")
        let digits = String(decoding: header[124..<135], as: UTF8.self)
        require(Int64(digits, radix: 8) == entry.size, "\(name) has \(entry.size) bytes and its header \(digits)")
      }
    }
    for (name, _) in objects {
      guard let split = manifest.splitObject(name) else { continue }
      require(ends[name] == split.size, "the parts of \(name) end at \(ends[name] ?? -1)")
    }
  }
}
