import Platform
import UpdateModel

/// A volume that was begun in an earlier run: how much of it is as the plan says.
struct PartialVolume {
  /// Whole and right entries at the start.
  private(set) var entries = 0
  /// Bytes up to the end of the last of them.
  private(set) var length: Int64 = 0
  /// The digests of those that are parts of objects.
  var parts: [InlineSHA256] = []

  /// Reads the volume entry by entry, up to the first that is not whole or not right.
  init(
    _ file: borrowing OwnedDescriptor, _ planned: VolumeEntries, _ layout: VolumeLayout, _ source: ObjectSource
  ) throws {
    let size = try file.status().size
    if size == 0 { return }
    var form = layout.form
    for entry in planned {
      let end = length + UstarHeader.entryLength(entry.size)
      guard end <= size, let digest = try Self.digest(of: entry, in: file, at: length, &form) else { return }
      let expected =
        entry.part == 0
        ? layout.object(of: entry).sha256 : try Self.digest(of: entry, in: source, size: layout.object(of: entry).size)
      guard digest == expected else { return }
      if entry.part > 0 { parts.append(digest) }
      entries += 1
      length = end
    }
  }

  /// The digest of an entry's bytes; nil when its header or padding is another.
  private static func digest(
    of entry: VolumeEntry, in file: borrowing OwnedDescriptor, at start: Int64, _ form: inout UstarForm
  ) throws -> InlineSHA256? {
    form.fill(entry.entryName, size: entry.size)
    let header = form.block
    let content = start + Int64(header.count)
    let end = start + UstarHeader.entryLength(entry.size)
    guard try file.bytes(from: start, upTo: content) == header else { return nil }
    guard try file.bytes(from: content + entry.size, upTo: end).allSatisfy({ $0 == 0 }) else { return nil }
    return try file.digest(from: content, upTo: content + entry.size)
  }

  /// The digest that a part should have, from the object itself: the plan does not know it.
  private static func digest(of entry: VolumeEntry, in source: ObjectSource, size: Int64) throws -> InlineSHA256 {
    let file = try source.open(entry.name, size: size)
    return try file.digest(from: entry.offset, upTo: entry.offset + entry.size)
  }
}
