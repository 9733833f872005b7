/// Writes a Cabinet of several members while their bytes come: compressed with MSZIP, about 1 MiB in memory.
///
/// The names are given first, because the tables stand before the content; lengths are found while writing and
/// the tables are written last, at offset 0. A Cabinet that was not finished has no signature and looks like none.
/// Every member with content has a folder of its own, so each may reach the limit of the format. MSZIP rather than stored
/// blocks: metadata shrinks to about a tenth, and every reader of Cabinets knows it. The same input gives the
/// same bytes. After an error throw the Cabinet away. Not thread-safe: one owner feeds it.
public final class CabinetWriter {
  /// A member to be written.
  public struct Entry: Hashable, Sendable {
    /// A plain file name of 1 to 255 bytes; a name beyond ASCII is marked as UTF-8.
    public let name: String
    public let modified: CabinetTime

    public init(name: String, modified: CabinetTime) {
      self.name = name
      self.modified = modified
    }
  }

  /// Puts `bytes` at `offset` of the Cabinet: a `pwrite`. Offsets ascend, but for the last call, at 0.
  public typealias Sink = (_ bytes: [UInt8], _ offset: Int64) throws -> Void

  /// The most bytes of one member: 65,535 blocks of 32 KiB.
  public static let memberLimit = 0xFFFF * MSZIPEncoder.blockByteCount
  /// The most bytes of the Cabinet that Windows reads.
  public static let cabinetLimit = 0x7FFF_FFFF

  private static let batchByteCount = 256 << 10

  private let entries: [Entry]
  private let sink: Sink
  private let encoder: MSZIPEncoder
  private let mostBlocks: Int
  private let mostBytes: Int
  /// One for each member that was begun.
  private var folders: [CabinetTables.Folder]
  private var isMemberOpen = true
  private var block: [UInt8] = []
  /// Packed bytes that belong at `offset`.
  private var output: [UInt8] = []
  private var offset: Int

  /// - Parameters:
  ///   - entries: all members, in the order in which they are written; at least one.
  ///   - level: 1 (fast) to 9 (small).
  /// - Throws: ``PackingError/memberName(_:)`` or ``PackingError/duplicateMember(_:)``.
  public convenience init(_ entries: [Entry], level: Int = 6, sink: @escaping Sink) throws(PackingError) {
    try self.init(entries, level: level, mostBlocks: 0xFFFF, mostBytes: Self.cabinetLimit, sink: sink)
  }

  /// With other limits than those of the format, for tests.
  init(
    _ entries: [Entry], level: Int = 6, mostBlocks: Int, mostBytes: Int, sink: @escaping Sink
  ) throws(PackingError) {
    try CabinetTables.check(entries)
    self.entries = entries
    self.sink = sink
    self.mostBlocks = mostBlocks
    self.mostBytes = mostBytes
    encoder = try MSZIPEncoder(level: level)
    offset = CabinetTables.byteCount(of: entries)
    folders = [CabinetTables.Folder(offset: offset)]
  }

  /// Takes the next bytes of the current member, the first one at the start.
  ///
  /// - Throws: ``PackingError/memberAboveLimit(name:limit:found:)``, ``PackingError/cabinetTooLarge(limit:)``,
  ///   ``PackingError/memberCount(expected:found:)`` after the last member, and what the sink throws.
  public func write(_ bytes: [UInt8]) throws {
    try openMember()
    var rest = bytes[...]
    while !rest.isEmpty {
      if block.count == MSZIPEncoder.blockByteCount { try writeBlock() }
      let piece = rest.prefix(MSZIPEncoder.blockByteCount - block.count)
      block.append(contentsOf: piece)
      rest = rest.dropFirst(piece.count)
    }
  }

  /// Ends the current member, which may be empty; what is written next belongs to the next one.
  public func endMember() throws {
    try openMember()
    if !block.isEmpty { try writeBlock() }
    isMemberOpen = false
  }

  /// Ends the Cabinet: writes the tables. Call it once, after every member was ended.
  ///
  /// - Returns: the length of the Cabinet in bytes.
  /// - Throws: ``PackingError/missingMember(_:)`` when a member was not ended, and what the sink throws.
  public func finish() throws -> Int64 {
    let ended = isMemberOpen ? folders.count - 1 : folders.count
    guard ended == entries.count else { throw PackingError.missingMember(entries[ended].name) }
    try flush()
    try sink(CabinetTables.encode(entries, folders: folders, totalLength: offset), 0)
    return Int64(offset)
  }

  private func openMember() throws(PackingError) {
    guard !isMemberOpen else { return }
    guard folders.count < entries.count else {
      throw .memberCount(expected: entries.count, found: entries.count + 1)
    }
    folders.append(CabinetTables.Folder(offset: offset + output.count))
    encoder.startFolder()
    isMemberOpen = true
  }

  /// One CFDATA: checksum, both lengths, the packed block.
  private func writeBlock() throws {
    let current = folders.count - 1
    guard folders[current].blocks < mostBlocks else {
      let limit = mostBlocks * MSZIPEncoder.blockByteCount
      throw PackingError.memberAboveLimit(name: entries[current].name, limit: limit, found: limit + block.count)
    }
    let start = output.count
    for field in [0, 0, 0, block.count] { output.append16(field) }
    try encoder.append(block, to: &output)
    output.replace16(output.count - start - 8, at: start + 4)
    output.replace32(Int(CabinetChecksum.of(output[(start + 4)...])), at: start)
    folders[current].blocks += 1
    folders[current].memberLength += block.count
    block.removeAll(keepingCapacity: true)
    guard offset + output.count <= mostBytes else { throw PackingError.cabinetTooLarge(limit: mostBytes) }
    if output.count >= Self.batchByteCount { try flush() }
  }

  private func flush() throws {
    guard !output.isEmpty else { return }
    try sink(output, Int64(offset))
    offset += output.count
    output.removeAll(keepingCapacity: true)
  }
}
