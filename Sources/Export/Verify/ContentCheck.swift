import Sealing
import UpdateModel

/// Digests of the entries and objects of an archive, as they pass in the order of the volumes. Stores nothing.
struct ContentCheck: ~Copyable {
  private let layout: VolumeLayout
  /// The bytes of packed objects; content is not kept.
  private(set) var packed: [UInt8] = []
  private var object: RunningObject?
  private var part: DigestStream?

  init(_ layout: VolumeLayout) { self.layout = layout }

  /// - Returns: whether an object is whole and right now.
  mutating func take(_ entry: WholeEntry) throws -> Bool {
    try begin(entry.entry)
    try update(entry.bytes, entry.entry)
    return try end(entry.entry, entry.place)
  }

  mutating func take(_ chunk: EntryChunk) throws -> Bool {
    if chunk.isFirst { try begin(chunk.entry) }
    try update(chunk.bytes, chunk.entry)
    return chunk.isLast ? try end(chunk.entry, chunk.place) : false
  }

  private mutating func begin(_ entry: VolumeEntry) throws {
    part = entry.part > 0 ? try DigestStream(algorithm: .sha256) : nil
    let current = object.take()
    if let current, current.name == entry.name, current.bytes == entry.offset {
      object = consume current
      return
    }
    packed.removeAll(keepingCapacity: true)
    // A later part of an object whose begin lies in a volume that is not here.
    object = entry.offset == 0 ? try RunningObject(entry.name) : nil
  }

  private mutating func update(_ bytes: [UInt8], _ entry: VolumeEntry) throws {
    try part?.update(bytes)
    try object?.update(bytes)
    if entry.name.isPacked { packed += bytes }
  }

  private mutating func end(_ entry: VolumeEntry, _ place: VolumePlace) throws -> Bool {
    if let ended = part.take() {
      let found = try InlineSHA256(finishing: ended)
      if found != entry.sha256 { throw place.refusal(expected: "SHA-256 \(entry.sha256)", found: "\(found)") }
    }
    guard let current = object.take() else { return false }
    let expected = layout.object(of: entry)
    if current.bytes < expected.size {
      object = consume current
      return false
    }
    let name = current.name
    let (sha256, sha1) = try current.finish()
    guard sha256 == expected.sha256 else {
      throw place.refusal(expected: "SHA-256 \(expected.sha256)", found: "\(sha256)")
    }
    if let digest = name.fileDigest, digest != sha1 {
      throw place.refusal(expected: "SHA-1 \(digest)", found: sha1.map { "\($0)" } ?? "none")
    }
    return true
  }
}

/// An object between its first and last byte.
private struct RunningObject: ~Copyable {
  let name: ObjectName
  private(set) var bytes: Int64 = 0
  private var both: FileDigester?
  private var one: DigestStream?

  init(_ name: ObjectName) throws {
    self.name = name
    if name.isPacked { one = try DigestStream(algorithm: .sha256) } else { both = try FileDigester() }
  }

  mutating func update(_ piece: [UInt8]) throws {
    try both?.update(piece)
    try one?.update(piece)
    bytes += Int64(piece.count)
  }

  consuming func finish() throws -> (sha256: InlineSHA256, sha1: FileDigest?) {
    if let both = both.take() {
      let found = try both.finish()
      return (InlineSHA256(found.sha256), found.sha1)
    }
    guard let one = one.take() else { return (.unknown, nil) }
    return (try InlineSHA256(finishing: one), nil)
  }
}
