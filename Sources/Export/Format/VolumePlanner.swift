/// A volume that will be written.
public struct PlannedVolume: Hashable, Sendable {
  /// Of the whole tar file.
  public var size: Int64
  /// Where its entries stand among all.
  public var entries: Range<Int>
}

/// An entry that will be written: some bytes of an object.
public struct PlannedEntry: Hashable, Sendable {
  public let name: ObjectName
  private let partNumber: UInt16
  /// Where its bytes begin in the object.
  public let offset: Int64
  public let size: Int64

  /// 1 to 9999; 0 for an object in one piece.
  public var part: Int { Int(partNumber) }

  init(name: ObjectName, part: Int, offset: Int64, size: Int64) {
    self.name = name
    partNumber = UInt16(truncatingIfNeeded: part)
    self.offset = offset
    self.size = size
  }
}

/// Lays objects into volumes (docs/archive-format.md section 3): each volume is filled before the next begins, and no
/// part of less than 1 MiB begins at its end. The same objects and limit give the same volumes.
public struct VolumePlanner: Sendable {
  /// The least that a volume may be limited to, in bytes: a part of 1 MiB fits into a new one.
  public static let minimumLimit: Int64 = 2 << 20

  public private(set) var volumes: [PlannedVolume] = []
  /// What ``add(_:size:)`` laid.
  public private(set) var entries: [PlannedEntry] = []
  private var entryCount = 0
  private let limit: Int64
  private let maximumEntrySize: Int64
  private var last: ObjectName?

  /// - Parameters:
  ///   - limit: bytes of a tar file; nil: one volume, as large as needed.
  ///   - maximumEntrySize: at most what a tar header holds; smaller in tests.
  /// - Throws: ``FormatError`` for a limit below ``minimumLimit``.
  public init(limit: Int64?, maximumEntrySize: Int64 = ArchiveEntry.maximumSize) throws(FormatError) {
    let most = limit ?? Int64.max / 2
    guard most >= Self.minimumLimit else {
      throw FormatError(
        place: "the size of a volume", expected: "at least \(Self.minimumLimit) bytes", found: "\(most)")
    }
    self.limit = most - most % Self.block
    self.maximumEntrySize = max(min(maximumEntrySize, ArchiveEntry.maximumSize), ArchiveEntry.minimumPartSize)
  }

  /// Lays the next object; objects come in the order of their names.
  ///
  /// - Throws: ``FormatError`` when the archive would have too many parts, entries or volumes, or the name is not
  ///   behind the last one.
  public mutating func add(_ name: ObjectName, size: Int64) throws(FormatError) {
    entries += try lay(name, size: size)
  }

  /// As ``add(_:size:)``, but keeps no entries.
  ///
  /// - Returns: the entries of this object, usually one.
  mutating func lay(_ name: ObjectName, size: Int64) throws(FormatError) -> [PlannedEntry] {
    if let last, last >= name {
      throw FormatError(place: "the order of objects", expected: "one after \(last)", found: "\(name)")
    }
    last = name
    var offset: Int64 = 0
    var part = 0
    var pieces: [PlannedEntry] = []
    repeat {
      let piece = try nextPiece(of: size - offset)
      if piece < size - offset || part > 0 { part += 1 }
      try check(part, ArchiveManifest.maximumParts, "parts of \(name)")
      pieces.append(PlannedEntry(name: name, part: part, offset: offset, size: piece))
      count(piece)
      try check(entryCount, ArchiveManifest.maximumEntries, "entries")
      offset += piece
    } while offset < size
    return pieces
  }

  /// How many of `rest` bytes go into the volume that is being filled; begins a new one when none should.
  private mutating func nextPiece(of rest: Int64) throws(FormatError) -> Int64 {
    if let piece = volumes.last.flatMap({ piece(of: rest, used: $0.size) }) { return piece }
    volumes.append(PlannedVolume(size: UstarHeader.endLength, entries: entryCount..<entryCount))
    try check(volumes.count, ArchiveManifest.maximumVolumes, "volumes")
    // A new volume takes 1 MiB of anything: the limit is at least twice that.
    return piece(of: rest, used: UstarHeader.endLength) ?? rest
  }

  private func piece(of rest: Int64, used: Int64) -> Int64? {
    let room = limit - used - Self.block
    guard room >= 0 else { return nil }
    if rest <= maximumEntrySize, rest + Int64(UstarHeader.padding(after: rest)) <= room { return rest }
    let most = min(room, maximumEntrySize)
    let piece = min(most - most % Self.block, rest)
    return piece >= ArchiveEntry.minimumPartSize ? piece : nil
  }

  private mutating func count(_ size: Int64) {
    entryCount += 1
    let index = volumes.count - 1
    volumes[index].size += UstarHeader.entryLength(size)
    volumes[index].entries = volumes[index].entries.lowerBound..<entryCount
  }

  private func check(_ count: Int, _ limit: Int, _ what: String) throws(FormatError) {
    if count > limit {
      throw FormatError(place: "the plan of volumes", expected: "at most \(limit) \(what)", found: "more")
    }
  }

  private static let block = Int64(UstarHeader.blockSize)
}
