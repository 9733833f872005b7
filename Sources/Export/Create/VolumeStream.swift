import Platform
import Sealing
import UpdateModel

/// Fills the buffers of a ``VolumeSink``: headers, contents and padding one behind the other.
struct VolumeStream: ~Copyable {
  private let sink: VolumeSink
  private var buffer: VolumeBuffer

  init(_ sink: VolumeSink) throws {
    self.sink = sink
    buffer = try sink.emptyBuffer()
  }

  mutating func put(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { all in
      var rest = all[...]
      while !rest.isEmpty {
        if buffer.room == 0 { try passOn() }
        let piece = rest.prefix(buffer.room)
        buffer.rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece))
        buffer.count += piece.count
        rest = rest.dropFirst(piece.count)
      }
    }
  }

  mutating func putZeros(_ count: Int) throws {
    var left = count
    while left > 0 {
      if buffer.room == 0 { try passOn() }
      let piece = min(left, buffer.room)
      _ = buffer.rest.prefix(piece).initializeMemory(as: UInt8.self, repeating: 0)
      buffer.count += piece
      left -= piece
    }
  }

  /// Copies `count` bytes of `file` from `offset` on; each piece is shown to `digests` on the way.
  ///
  /// - Returns: how many there were; fewer than `count` when the file ends before.
  mutating func copy(
    _ count: Int64, of file: borrowing OwnedDescriptor, from offset: Int64, _ digests: inout EntryDigests
  ) throws -> Int64 {
    var done: Int64 = 0
    while done < count {
      if buffer.room == 0 { try passOn() }
      let target = UnsafeMutableRawBufferPointer(
        rebasing: buffer.rest.prefix(Int(min(Int64(buffer.room), count - done))))
      let got = try file.read(into: target, at: offset + done)
      if got == 0 { break }
      try digests.update(UnsafeRawBufferPointer(rebasing: target[..<got]))
      buffer.count += got
      done += Int64(got)
    }
    return done
  }

  /// Hands over what waits.
  consuming func end() { sink.write(buffer) }

  private mutating func passOn() throws {
    sink.write(buffer)
    buffer = try sink.emptyBuffer()
  }
}

/// The SHA-256 of an object, which may go on in the next entry, and of the part that is being written.
struct EntryDigests: ~Copyable {
  private var object: DigestStream
  private var part: DigestStream?

  init() throws(SealingError) { object = try DigestStream(algorithm: .sha256) }

  /// From here on the digest of a part is taken too.
  mutating func beginPart() throws(SealingError) { part = try DigestStream(algorithm: .sha256) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) throws(SealingError) {
    try object.update(bytes)
    try part?.update(bytes)
  }

  /// nil when no part was begun.
  mutating func endPart() throws(SealingError) -> InlineSHA256? {
    guard let ended = part.take() else { return nil }
    return try InlineSHA256(finishing: ended)
  }

  consuming func endObject() throws(SealingError) -> InlineSHA256 { try InlineSHA256(finishing: object) }
}
