import Glibc
import Platform
import Sealing
import UpdateModel

/// Writes the volumes of a plan, one after the other, each as `NNNN.tar.partial` until it is whole and on disk.
///
/// Runs on one thread that may block. A volume that was begun before is continued behind its last good entry.
final class VolumeBuilder {
  private let layout: VolumeLayout
  private let planFolder: PlanFolder
  private let source: ObjectSource
  private let volumes: Folder
  private let report: (Int64) throws -> Void
  /// The object whose digest goes on in the next entry.
  private var open: OpenObject?

  /// - Parameter report: hears of every entry's bytes; throws when the export shall stop.
  init(
    layout: VolumeLayout, planFolder: PlanFolder, source: ObjectSource, volumes: Folder,
    report: @escaping (Int64) throws -> Void
  ) {
    self.layout = layout
    self.planFolder = planFolder
    self.source = source
    self.volumes = volumes
    self.report = report
  }

  /// Writes volume `number` (from 1) unless it is finished.
  func write(_ number: Int) throws -> VolumeRecord {
    let name = VolumeLayout.fileName(number)
    let entries = layout.entries(of: number)
    if let record = try planFolder.volume(number), try volumes.status(name)?.size == layout.size(of: number) {
      for entry in entries { try report(entry.size) }
      open = nil
      return record
    }
    let partial = name + ".partial"
    let record = try writePartial(partial, entries)
    try volumes.rename(partial, to: name, in: volumes)
    try volumes.sync()
    try planFolder.write(record, volume: number)
    return record
  }

  private func writePartial(_ name: String, _ entries: VolumeEntries) throws -> VolumeRecord {
    let file = try volumes.openFile(name, flags: O_RDWR | O_CREAT, permissions: 0o644)
    var begun = try PartialVolume(file, entries, layout, source)
    for entry in entries.prefix(begun.entries) { try report(entry.size) }
    if begun.entries > 0 { open = nil }
    try file.truncate(to: begun.length)
    var digest = try DigestStream(algorithm: .sha256)
    try file.forEachPiece(from: 0, upTo: begun.length) { try digest.update($0) }
    let result = try fill(
      entries.dropFirst(begun.entries), VolumeSink(file: file, offset: begun.length, digest: digest), &begun.parts)
    return VolumeRecord(sha256: result.sha256, parts: begun.parts)
  }

  private func fill(
    _ entries: Slice<VolumeEntries>, _ sink: VolumeSink, _ parts: inout [InlineSHA256]
  ) throws -> VolumeSink.Result {
    defer { sink.stop() }
    var stream = try VolumeStream(sink)
    var form = layout.form
    for entry in entries {
      if let part = try write(entry, &form, &stream) { parts.append(part) }
      try report(entry.size)
    }
    try stream.put(UstarHeader.end)
    stream.end()
    return try sink.finish()
  }

  /// - Returns: the digest of the entry when it is a part.
  private func write(
    _ entry: VolumeEntry, _ form: inout UstarForm, _ stream: inout VolumeStream
  ) throws -> InlineSHA256? {
    let object = layout.object(of: entry)
    let file = try source.open(entry.name, size: object.size)
    var current = try open.take() ?? OpenObject(name: entry.name)
    if current.name != entry.name || current.offset != entry.offset {
      current = try OpenObject(name: entry.name, reading: file, upTo: entry.offset)
    }
    if entry.part > 0 { try current.digests.beginPart() }
    form.fill(entry.entryName, size: entry.size)
    try stream.put(form.block)
    let copied = try stream.copy(entry.size, of: file, from: entry.offset, &current.digests)
    guard copied == entry.size else {
      throw changed(entry.name, "length", "\(object.size)", "\(entry.offset + copied)")
    }
    try stream.putZeros(UstarHeader.padding(after: entry.size))
    current.offset += copied
    let part = try current.digests.endPart()
    if current.offset < object.size {
      open = consume current
    } else {
      try close(current, object)
    }
    return part
  }

  private func close(_ current: consuming OpenObject, _ object: VolumeLayout.Object) throws {
    let name = current.name
    let found = try current.digests.endObject()
    if found != object.sha256 { throw changed(name, "SHA-256", object.sha256.hex, found.hex) }
  }

  private func changed(_ name: ObjectName, _ what: String, _ expected: String, _ found: String) -> ExportError {
    guard let digest = name.fileDigest else {
      return .damagedFile(path: "\(planFolder.path): \(name.text)", expected: "\(what) \(expected)", found: found)
    }
    return .rottenContent(digest: digest, what: what, expected: expected, found: found)
  }
}

/// An object between two of its entries.
private struct OpenObject: ~Copyable {
  let name: ObjectName
  var offset: Int64 = 0
  var digests: EntryDigests

  init(name: ObjectName) throws {
    self.name = name
    digests = try EntryDigests()
  }

  /// The state behind the first `offset` bytes of `file`.
  init(name: ObjectName, reading file: borrowing OwnedDescriptor, upTo offset: Int64) throws {
    self.name = name
    var digests = try EntryDigests()
    try file.forEachPiece(from: 0, upTo: offset) { try digests.update($0) }
    self.digests = digests
    self.offset = offset
  }
}
