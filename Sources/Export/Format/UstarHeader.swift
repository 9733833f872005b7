import UpdateModel

/// The one header that an entry of a volume can have (docs/archive-format.md section 4; POSIX.1 ustar).
enum UstarHeader {
  static let blockSize = 512
  /// Two blocks of zeros end a volume.
  static let endLength: Int64 = 1024
  static let end = [UInt8](repeating: 0, count: Int(endLength))

  /// The header of an entry.
  ///
  /// - Parameters:
  ///   - size: 0 to 8 GiB - 1.
  ///   - created: of the archive; 1970 or later.
  static func bytes(name: EntryName, size: Int64, created: Timestamp) -> [UInt8] {
    var form = UstarForm(created: created)
    form.fill(name, size: size)
    return form.block
  }

  static func bytes(of entry: ArchiveEntry, created: Timestamp) -> [UInt8] {
    bytes(name: EntryName(object: entry.name, part: entry.part), size: entry.size, created: created)
  }

  /// Zeros behind the contents of an entry.
  static func padding(after size: Int64) -> Int { Int((Int64(blockSize) - size % Int64(blockSize)) % Int64(blockSize)) }

  /// Header, contents and padding.
  static func entryLength(_ size: Int64) -> Int64 { Int64(blockSize) + size + Int64(padding(after: size)) }

  /// Where a field stands in a header.
  enum Field: CaseIterable {
    case name, mode, uid, gid, size, mtime, checksum, type, linkName, magic, owner, group, deviceMajor, deviceMinor
    case prefix

    var start: Int { range.lowerBound }

    var range: Range<Int> {
      switch self {
      case .name: 0..<100
      case .mode: 100..<108
      case .uid: 108..<116
      case .gid: 116..<124
      case .size: 124..<136
      case .mtime: 136..<148
      case .checksum: 148..<156
      case .type: 156..<157
      case .linkName: 157..<257
      case .magic: 257..<265
      case .owner: 265..<297
      case .group: 297..<329
      case .deviceMajor: 329..<337
      case .deviceMinor: 337..<345
      case .prefix: 345..<512
      }
    }
  }

  /// The sum of all bytes, those of the checksum counted as blanks.
  static func checksum(_ block: [UInt8]) -> Int64 {
    let field = Field.checksum.range
    return block.indices.reduce(Int64(0)) { $0 + (field.contains($1) ? 0x20 : Int64(block[$1])) }
  }
}
