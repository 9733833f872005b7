import Platform
import UpdateModel

/// One pass over a volume, compared with what the manifest says (docs/archive-format.md, section 4).
///
/// No header is interpreted: each must be the one that follows from the manifest. Contents are handed on in pieces.
/// All calls block. `@unchecked`: one caller at a time, as the pool runs one call after the other for its owner.
final class VolumeReader: @unchecked Sendable {
  /// Entries up to this size are handed on whole, several together.
  static let smallEntry: Int64 = 1 << 20
  private static let batchBytes = 4 << 20
  private static let batchEntries = 2_000

  let number: Int
  private let entries: VolumeEntries
  private let volume: ArchiveVolume
  /// Positions in `entries` that are read, and where each begins.
  private let wanted: [(index: Int, offset: Int64)]
  private let source: VolumeSource
  private let found: Int64

  private var next = 0
  private var stream: VolumeInput
  private var form: UstarForm
  /// The large entry that is being handed on, and how many of its bytes were.
  private var open: (at: Int, done: Int64)?
  private var isEnded = false
  /// What ended the pass; thrown again and again.
  private var failure: (any Error)?

  /// Opens a volume.
  ///
  /// - Parameters:
  ///   - isWanted: of each entry of the volume in its order; what is not wanted is not read.
  ///   - takesDigest: also compare the SHA-256 of the whole volume; everything must then be wanted.
  /// - Throws: ``ArchiveRefusal``, step `volume`, when it is longer than listed.
  init(
    _ opened: consuming OpenedVolume, number: Int, manifest: ArchiveManifest, layout: VolumeLayout,
    takesDigest: Bool, medium: MediumReads = MediumReads(), isWanted: (VolumeEntry) -> Bool = { _ in true }
  ) throws {
    self.number = number
    entries = layout.entries(of: number)
    form = layout.form
    volume = manifest.volumes[number - 1]
    found = opened.size
    var offset: Int64 = 0
    var wanted: [(index: Int, offset: Int64)] = []
    var ranges: [Range<Int64>] = []
    for (index, entry) in entries.enumerated() {
      let end = offset + UstarHeader.entryLength(entry.size)
      if isWanted(entry) {
        wanted.append((index, offset))
        Self.add(offset..<end, to: &ranges)
      }
      offset = end
    }
    Self.add(offset..<offset + UstarHeader.endLength, to: &ranges)
    self.wanted = wanted
    let file = opened.takeFile()
    if found > volume.size {
      try Self.refuseLonger(file, number, entries, form, expected: volume.size, found: found)
    }
    source = try VolumeSource(file: file, ranges: ranges, takesDigest: takesDigest, medium: medium)
    stream = VolumeInput(source)
  }

  deinit { source.stop() }

  private static func add(_ range: Range<Int64>, to ranges: inout [Range<Int64>]) {
    if let last = ranges.last, last.upperBound == range.lowerBound {
      ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
    } else {
      ranges.append(range)
    }
  }

  /// The next piece; nil at the end, when everything was compared.
  ///
  /// - Throws: ``ArchiveRefusal``, step `volume`; ``ImportError/unreadable(volume:entry:offset:_:)``.
  func nextPiece() throws -> VolumePiece? {
    if let failure { throw failure }
    do { return try piece() } catch {
      failure = error
      throw error
    }
  }

  private func piece() throws -> VolumePiece? {
    if let open { return .chunk(try chunk(of: open.at, from: open.done)) }
    if next < wanted.count, entries[wanted[next].index].size > Self.smallEntry {
      try compareHeader(next)
      return .chunk(try chunk(of: next, from: 0))
    }
    let batch = batch()
    if !batch.isEmpty { return .whole(batch) }
    if let failure { throw failure }
    try end()
    return nil
  }

  /// Small entries up to the next large one. A fault ends the batch; what stood before it is good.
  private func batch() -> [WholeEntry] {
    var batch: [WholeEntry] = []
    var bytes = 0
    while next < wanted.count, bytes < Self.batchBytes, batch.count < Self.batchEntries {
      let entry = entries[wanted[next].index]
      if entry.size > Self.smallEntry { break }
      do {
        try compareHeader(next)
        let content = try take(Int(entry.size), at: next, done: 0)
        try comparePadding(next)
        batch.append(WholeEntry(entry: entry, place: place(next), bytes: content))
      } catch {
        failure = error
        break
      }
      bytes += Int(entry.size)
      next += 1
    }
    return batch
  }

  // MARK: What must be there

  private func compareHeader(_ at: Int) throws {
    let entry = entries[wanted[at].index]
    form.fill(entry.entryName, size: entry.size)
    if stream.skip(form.block) { return }
    let found = try take(UstarHeader.blockSize, at: at, done: -Int64(UstarHeader.blockSize))
    if found == form.block { return }
    throw place(at).refusal(
      expected: UstarHeader.describe(form.block), found: UstarHeader.difference(expected: form.block, found: found))
  }

  private func comparePadding(_ at: Int) throws {
    let size = entries[wanted[at].index].size
    let count = UstarHeader.padding(after: size)
    if stream.skipZeros(count) { return }
    let padding = try take(count, at: at, done: size)
    if let index = padding.firstIndex(where: { $0 != 0 }) {
      throw place(at, size + Int64(index)).refusal(expected: "zeros up to the next block", found: "something else")
    }
  }

  private func chunk(of at: Int, from done: Int64) throws -> EntryChunk {
    let entry = entries[wanted[at].index]
    let bytes = try take(Int(min(Self.smallEntry, entry.size - done)), at: at, done: done)
    let isLast = done + Int64(bytes.count) == entry.size
    if isLast {
      try comparePadding(at)
      open = nil
      next = at + 1
    } else {
      open = (at, done + Int64(bytes.count))
    }
    return EntryChunk(entry: entry, place: place(at), bytes: bytes, isFirst: done == 0, isLast: isLast)
  }

  private func end() throws {
    if isEnded { return }
    let start = volume.size - UstarHeader.endLength
    let place = VolumePlace(volume: number, entry: nil, name: nil, offset: start)
    let found = try take(Int(UstarHeader.endLength), place)
    guard found.allSatisfy({ $0 == 0 }) else {
      let first = Array(found.prefix(UstarHeader.blockSize))
      throw place.refusal(expected: "the end of the archive", found: UstarHeader.describe(first))
    }
    isEnded = true
    guard try source.next() == nil, let digest = source.digest, digest != volume.sha256 else { return }
    throw ArchiveRefusal(
      .volume, what: place.volumeName, expected: "SHA-256 \(volume.sha256)", found: "\(digest)")
  }

  // MARK: Bytes

  private func place(_ at: Int, _ done: Int64 = 0) -> VolumePlace {
    let (index, offset) = wanted[at]
    return VolumePlace(
      volume: number, entry: index + 1, name: entries[index].entryName,
      offset: offset + Int64(UstarHeader.blockSize) + done)
  }

  private func take(_ count: Int, at: Int, done: Int64) throws -> [UInt8] { try take(count, place(at, done)) }

  private func take(_ count: Int, _ place: @autoclosure () -> VolumePlace) throws -> [UInt8] {
    do {
      if let bytes = try stream.take(count) { return bytes }
    } catch let error as SystemError {
      let place = place()
      throw ImportError.unreadable(volume: place.volumeName, entry: place.entryWords, offset: place.offset, error)
    }
    throw place().refusal(
      expected: "a volume of \(volume.size) bytes", found: "its end after \(min(found, volume.size))",
      hint: "the volume is truncated: copy it again; the same command then continues")
  }

  /// Says what a volume that is too long has where another thing should be.
  private static func refuseLonger(
    _ file: borrowing OwnedDescriptor, _ number: Int, _ entries: VolumeEntries, _ form: UstarForm,
    expected size: Int64, found: Int64
  ) throws {
    var offset: Int64 = 0
    var form = form
    for (index, entry) in entries.enumerated() {
      form.fill(entry.entryName, size: entry.size)
      let expected = form.block
      let header = try file.bytes(from: offset, upTo: offset + Int64(UstarHeader.blockSize))
      guard header == expected else {
        throw VolumePlace(volume: number, entry: index + 1, name: entry.entryName, offset: offset).refusal(
          expected: UstarHeader.describe(expected), found: UstarHeader.difference(expected: expected, found: header))
      }
      offset += UstarHeader.entryLength(entry.size)
    }
    let rest = try file.bytes(from: offset, upTo: offset + Int64(UstarHeader.blockSize))
    throw VolumePlace(volume: number, entry: nil, name: nil, offset: offset).refusal(
      expected: "a volume of \(size) bytes", found: "\(found) bytes; \(UstarHeader.describe(rest))")
  }
}

/// Takes bytes out of the buffers of a ``VolumeSource``, in order.
private struct VolumeInput {
  private let source: VolumeSource
  private var buffer: VolumeBuffer?
  private var position = 0

  init(_ source: VolumeSource) { self.source = source }

  /// - Returns: nil when fewer than `count` are left.
  mutating func take(_ count: Int) throws -> [UInt8]? {
    var done = 0
    var failure: (any Error)?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      do {
        while done < count, let piece = try piece(upTo: count - done) {
          UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[done...])
            .copyMemory(from: piece)
          done += piece.count
          position += piece.count
        }
      } catch {
        failure = error
      }
      initialized = done
    }
    if let failure { throw failure }
    return bytes.count == count ? bytes : nil
  }

  /// Passes over `expected` when it comes next and lies in one buffer.
  ///
  /// - Returns: false, and nothing is passed, otherwise.
  mutating func skip(_ expected: [UInt8]) -> Bool {
    skip(expected.count) { $0.elementsEqual(expected) }
  }

  /// The same for zeros.
  mutating func skipZeros(_ count: Int) -> Bool {
    skip(count) { $0.allSatisfy { $0 == 0 } }
  }

  private mutating func skip(_ count: Int, _ isExpected: (UnsafeRawBufferPointer) -> Bool) -> Bool {
    if count == 0 { return true }
    do {
      guard let piece = try piece(upTo: count), piece.count == count, isExpected(piece) else { return false }
    } catch {
      // `take`, which the caller asks next, meets it again.
      return false
    }
    position += count
    return true
  }

  /// What lies next in a buffer; nil at the end.
  private mutating func piece(upTo count: Int) throws -> UnsafeRawBufferPointer? {
    if let full = buffer, position == full.count {
      source.recycle(full)
      buffer = nil
    }
    if buffer == nil {
      buffer = try source.next()
      position = 0
    }
    guard let buffer else { return nil }
    return UnsafeRawBufferPointer(rebasing: buffer.bytes[position..<min(buffer.count, position + count)])
  }
}
