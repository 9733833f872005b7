import UpdateModel

/// The headers of one archive, one after the other: only name, size and checksum differ from entry to entry.
struct UstarForm {
  private typealias Field = UstarHeader.Field

  /// The header that was filled in last.
  private(set) var block = [UInt8](repeating: 0, count: UstarHeader.blockSize)
  /// The sum of all bytes but those of name and size.
  private let fixedSum: Int64
  private var name: [UInt8] = []

  /// - Parameter created: of the archive; 1970 or later.
  init(created: Timestamp) {
    Self.putOctal(0o444, 7, at: Field.mode.start, &block)
    for field in [Field.uid, .gid, .deviceMajor, .deviceMinor] { Self.putOctal(0, 7, at: field.start, &block) }
    Self.putOctal(Self.seconds(created), 11, at: Field.mtime.start, &block)
    block[Field.type.start] = UInt8(ascii: "0")
    Self.put(Array("ustar\u{0}00".utf8), at: Field.magic.start, &block)
    fixedSum = UstarHeader.checksum(block)
    name.reserveCapacity(Field.name.range.count)
  }

  /// Makes ``block`` the header of an entry.
  ///
  /// - Parameter size: 0 to 8 GiB - 1.
  mutating func fill(_ entry: EntryName, size: Int64) {
    let last = name.count
    name.removeAll(keepingCapacity: true)
    entry.append(to: &name)
    Self.put(name, at: Field.name.start, &block)
    for index in name.count..<max(name.count, last) { block[Field.name.start + index] = 0 }
    Self.putOctal(size, 11, at: Field.size.start, &block)
    let sizeSum = block[Field.size.range].reduce(Int64(0)) { $0 + Int64($1) }
    let sum = name.reduce(fixedSum + sizeSum) { $0 + Int64($1) }
    Self.putOctal(sum, 6, at: Field.checksum.start, &block)
    block[Field.checksum.start + 7] = UInt8(ascii: " ")
  }

  /// Whole seconds since 1970, at least 0.
  private static func seconds(_ time: Timestamp) -> Int64 {
    max(0, (time.ticks - Timestamp.unixEpochTicks) / Timestamp.ticksPerSecond)
  }

  private static func putOctal(_ value: Int64, _ width: Int, at start: Int, _ block: inout [UInt8]) {
    var rest = value
    for index in (start..<start + width).reversed() {
      block[index] = UInt8(ascii: "0") + UInt8(rest & 7)
      rest >>= 3
    }
  }

  private static func put(_ bytes: [UInt8], at start: Int, _ block: inout [UInt8]) {
    for (index, byte) in bytes.enumerated() { block[start + index] = byte }
  }
}
