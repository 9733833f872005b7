extension CabinetReader {
  private static let chunkByteCount = 256 << 10

  /// Unpacks the members of a Cabinet on disk, in the order of its table: stored, MSZIP and LZX; less than 4 MiB
  /// in memory.
  ///
  /// Header, names, lengths and limits are checked before anything is unpacked. Checksums, where the Cabinet has
  /// them, are checked while unpacking: what `take` got is not whole before its member ended, and damage in a later
  /// member shows later. Blocks the calling thread: run it on a blocking pool.
  ///
  /// - Parameters:
  ///   - names: the members that must be there, each once, in any order and letter case; any other is refused.
  ///   - take: gets the bytes of a member in order. An empty chunk ends the member: it has its declared length.
  ///     A chunk is valid during the call only.
  /// - Returns: the members in their order.
  /// - Throws: ``PackingError``, and what `take` throws.
  @discardableResult
  public static func read(
    file path: String, expecting names: [String], limits: CabinetLimits = CabinetLimits(),
    take: (CabinetMember, UnsafeRawBufferPointer) throws -> Void
  ) throws -> [CabinetMember] {
    let file = try CabinetFile(path)
    let members = try CabinetDirectory(of: file, limits: limits).matched(with: names)
    let archive = try ArchiveHandle.open(descriptor: file.descriptor)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkByteCount, alignment: 16)
    defer { buffer.deallocate() }
    for member in members {
      guard let length = try archive.advanceToMember() else {
        throw PackingError.missingMember(member.name)
      }
      guard length == member.length else {
        throw PackingError.memberLengthMismatch(declared: member.length, found: length)
      }
      try unpack(member, from: archive, buffer, take)
    }
    guard try archive.advanceToMember() == nil else {
      throw PackingError.memberCount(expected: members.count, found: members.count + 1)
    }
    return members
  }

  private static func unpack(
    _ member: CabinetMember, from archive: borrowing ArchiveHandle, _ buffer: UnsafeMutableRawBufferPointer,
    _ take: (CabinetMember, UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var unpacked = 0
    while true {
      let count = try archive.read(into: buffer)
      if count == 0 { break }
      unpacked += count
      guard unpacked <= member.length else { break }
      try take(member, UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
    guard unpacked == member.length else {
      throw PackingError.memberLengthMismatch(declared: member.length, found: unpacked)
    }
    try take(member, UnsafeRawBufferPointer(start: nil, count: 0))
  }
}
