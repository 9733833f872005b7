/// What stands before the content of a Cabinet: CFHEADER, a CFFOLDER for each member with content, a CFFILE for each
/// member.
///
/// Readers refuse a folder without blocks among others, so an empty member stands at the end of the folder before it.
/// The room of the folders that are not needed stays free behind the tables.
enum CabinetTables {
  /// One member and its blocks.
  struct Folder {
    /// Of its first block.
    let offset: Int
    var blocks = 0
    var memberLength = 0

    init(offset: Int) { self.offset = offset }
  }

  static let fileFieldsByteCount = 16
  static let nameLimit = 255
  private static let mszip = 1
  private static let archiveAttribute = 0x20
  private static let nameIsUTF8Attribute = 0x80
  private static let mostFolders = 0xFFFF

  /// - Throws: ``PackingError/memberName(_:)`` for a path or another name that is not plain.
  static func check(_ entries: [CabinetWriter.Entry]) throws(PackingError) {
    guard (1...mostFolders).contains(entries.count) else {
      throw .memberCount(expected: max(1, min(entries.count, mostFolders)), found: entries.count)
    }
    var names = Set<String>()
    for entry in entries {
      guard isPlain(entry.name) else { throw .memberName(entry.name) }
      guard names.insert(entry.name.lowercased()).inserted else { throw .duplicateMember(entry.name) }
    }
  }

  private static func isPlain(_ name: String) -> Bool {
    let isSafe = name.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") }
    return isSafe && (1...nameLimit).contains(name.utf8.count) && name != "." && name != ".."
  }

  static func byteCount(of entries: [CabinetWriter.Entry]) -> Int {
    entries.reduce(CabinetHeader.byteCount) {
      $0 + CabinetHeader.folderByteCount + fileFieldsByteCount + $1.name.utf8.count + 1
    }
  }

  /// - Parameter folders: one for each entry.
  static func encode(_ entries: [CabinetWriter.Entry], folders: [Folder], totalLength: Int) -> [UInt8] {
    let used = folders.contains { $0.blocks > 0 } ? folders.filter { $0.blocks > 0 } : Array(folders.prefix(1))
    let fileTable = CabinetHeader.byteCount + CabinetHeader.folderByteCount * used.count
    var bytes = Array("MSCF".utf8)
    for field in [0, totalLength, 0, fileTable, 0] { bytes.append32(field) }
    bytes += [3, 1]
    for field in [used.count, entries.count, 0, 0, 0] { bytes.append16(field) }
    for folder in used {
      bytes.append32(folder.offset)
      bytes.append16(folder.blocks)
      bytes.append16(mszip)
    }
    appendFiles(entries, folders, to: &bytes)
    return bytes + [UInt8](repeating: 0, count: byteCount(of: entries) - bytes.count)
  }

  private static func appendFiles(_ entries: [CabinetWriter.Entry], _ folders: [Folder], to bytes: inout [UInt8]) {
    var begun = 0
    var lastLength = 0
    for (entry, folder) in zip(entries, folders) {
      let isEmpty = folder.blocks == 0
      bytes.append32(folder.memberLength)
      bytes.append32(isEmpty ? lastLength : 0)
      bytes.append16(isEmpty ? max(0, begun - 1) : begun)
      append(entry, to: &bytes)
      if !isEmpty {
        begun += 1
        lastLength = folder.memberLength
      }
    }
  }

  private static func append(_ entry: CabinetWriter.Entry, to bytes: inout [UInt8]) {
    let isASCII = entry.name.utf8.allSatisfy { $0 < 0x80 }
    bytes.append16(entry.modified.date)
    bytes.append16(entry.modified.time)
    bytes.append16(archiveAttribute | (isASCII ? 0 : nameIsUTF8Attribute))
    bytes += entry.name.utf8
    bytes.append(0)
  }
}
