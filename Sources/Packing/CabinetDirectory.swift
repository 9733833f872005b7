/// The header and the member table of a Cabinet on disk, read and checked before any decoder sees the file.
struct CabinetDirectory {
  /// In the order of the table.
  let members: [CabinetMember]

  private static let setFlags = 0b11
  /// Folder numbers from here mean that a member continues in another Cabinet.
  private static let firstSpanningFolder = 0xFFFD

  init(of file: borrowing CabinetFile, limits: CabinetLimits) throws(PackingError) {
    let header = try file.read(CabinetHeader.byteCount, at: 0)
    try Self.check(header, fileLength: file.length)
    let folders = header.field16(26)
    let count = header.field16(28)
    guard count <= limits.members else { throw .tooManyMembers(limit: limits.members, found: count) }
    guard folders <= count else { throw .folderCount(expected: count, found: folders) }
    let start = header.field32(16)
    guard start >= CabinetHeader.byteCount, start <= file.length else {
      throw .unreadable(operation: "read the member table", reason: "offset \(start) of \(file.length) bytes")
    }
    let longest = count * (CabinetTables.fileFieldsByteCount + CabinetTables.nameLimit + 1)
    let table = try file.read(min(longest, file.length - start), at: start)
    members = try Self.members(table, count: count, folders: folders)
    try limits.check(members, packed: file.length)
  }

  private static func check(_ header: [UInt8], fileLength: Int) throws(PackingError) {
    guard header.count == CabinetHeader.byteCount, header.starts(with: "MSCF".utf8) else {
      throw .notACabinet(found: Array(header.prefix(4)))
    }
    let version = "\(header[25]).\(header[24])"
    guard version == "1.3" else { throw .unsupportedVersion(expected: "1.3", found: version) }
    let declared = header.field32(8)
    guard declared == fileLength else { throw .lengthMismatch(declared: declared, found: fileLength) }
    guard header.field16(30) & setFlags == 0 else { throw .partOfASet }
  }

  private static func members(_ table: [UInt8], count: Int, folders: Int) throws(PackingError) -> [CabinetMember] {
    var members: [CabinetMember] = []
    var offset = 0
    for index in 0..<count {
      let nameStart = offset + CabinetTables.fileFieldsByteCount
      guard nameStart < table.count,
        let end = table[nameStart...].prefix(CabinetTables.nameLimit + 1).firstIndex(of: 0), end > nameStart
      else {
        throw .unreadable(operation: "read the member table", reason: "no name of 1 to 255 bytes in entry \(index + 1)")
      }
      let folder = table.field16(offset + 8)
      guard folder < firstSpanningFolder else { throw .partOfASet }
      guard folder < folders else {
        throw .unreadable(operation: "read the member table", reason: "folder \(folder) of \(folders)")
      }
      let name = String(decoding: table[nameStart..<end], as: UTF8.self)
      members.append(CabinetMember(name: name, length: table.field32(offset)))
      offset = end + 1
    }
    return members
  }

  /// Checks that there is each of `expected` once and nothing else; names that differ in letter case are the same.
  ///
  /// - Returns: the members under their expected names.
  func matched(with expected: [String]) throws(PackingError) -> [CabinetMember] {
    var found: [CabinetMember] = []
    for member in members {
      guard let name = expected.first(where: { $0.lowercased() == member.name.lowercased() }) else {
        throw .unexpectedMember(member.name, expected: expected)
      }
      guard !found.contains(where: { $0.name == name }) else { throw .duplicateMember(name) }
      found.append(CabinetMember(name: name, length: member.length))
    }
    for name in expected where !found.contains(where: { $0.name == name }) { throw .missingMember(name) }
    return found
  }
}
