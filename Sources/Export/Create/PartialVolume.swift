import Platform
import Sealing
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
    _ file: borrowing OwnedDescriptor, _ planned: [VolumeEntry], _ layout: VolumeLayout, _ source: ObjectSource
  ) throws {
    let size = try file.status().size
    for entry in planned {
      let end = length + UstarHeader.entryLength(entry.size)
      guard end <= size, let digest = try Self.digest(of: entry, in: file, at: length, layout) else { return }
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
    of entry: VolumeEntry, in file: borrowing OwnedDescriptor, at start: Int64, _ layout: VolumeLayout
  ) throws -> InlineSHA256? {
    let header = layout.header(of: entry)
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

extension OwnedDescriptor {
  /// Shows `body` the bytes of a range in pieces of up to 1 MiB; fewer when the file ends before.
  func forEachPiece(from start: Int64, upTo end: Int64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { buffer.deallocate() }
    var offset = start
    while offset < end {
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(min(Int64(buffer.count), end - offset))))
      let got = try read(into: target, at: offset)
      if got == 0 { return }
      try body(UnsafeRawBufferPointer(rebasing: target[..<got]))
      offset += Int64(got)
    }
  }

  func digest(from start: Int64, upTo end: Int64) throws -> InlineSHA256 {
    var digest = try DigestStream(algorithm: .sha256)
    try forEachPiece(from: start, upTo: end) { try digest.update($0) }
    return try InlineSHA256(finishing: digest)
  }

  /// A few bytes; fewer when the file ends before.
  func bytes(from start: Int64, upTo end: Int64) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try forEachPiece(from: start, upTo: end) { bytes.append(contentsOf: $0) }
    return bytes
  }
}
