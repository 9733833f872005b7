import Glibc
import Platform
import UpdateModel

/// `STATE/imports/<archiveId>/`: state, lists and metadata of an archive on its way in, packed as they came.
///
/// Volumes may come in any order, revisions are staged in the order of the source: so they wait here. All calls block.
struct ImportSpool: Sendable {
  let archiveID: GUID
  let path: String
  private let state: String
  private static let folderName = "imports"
  /// Entries that are cheaper to sync one by one than the whole file system.
  private static let fewEntries = 16

  init(state: String, archiveID: GUID) {
    self.state = state
    self.archiveID = archiveID
    path = "\(state)/\(Self.folderName)/\(archiveID)"
  }

  /// Archives with a folder here, in no order.
  static func all(state: String) throws -> [ImportSpool] {
    guard let folder = try Folder(path: state).openFolderIfPresent(folderName) else { return [] }
    return try folder.names().compactMap { GUID($0) }.map { ImportSpool(state: state, archiveID: $0) }
  }

  /// The sizes of the entries that are here, by file name.
  func sizes() throws -> [String: Int64] {
    guard let folder = try folder() else { return [:] }
    var sizes: [String: Int64] = [:]
    for name in try folder.names() { sizes[name] = try folder.status(name)?.size }
    return sizes
  }

  /// Writes an entry whose digest was compared. It is here from ``commit(_:)`` on.
  func write(_ entry: VolumeEntry, _ bytes: [UInt8]) throws {
    let above = try Folder(path: state).makeFolder(Self.folderName, permissions: 0o700)
    let folder = try above.makeFolder("\(archiveID)", permissions: 0o700)
    let file = try folder.openFile(Self.temporaryName(entry), flags: O_WRONLY | O_CREAT | O_TRUNC)
    try bytes.withUnsafeBytes { try file.write($0, at: 0) }
    file.startWriting(0..<Int64(bytes.count))
  }

  /// Waits until these entries are on disk, then gives them their names: many wait together for one sync of the disk.
  func commit(_ entries: [VolumeEntry]) throws {
    guard let folder = try folder() else {
      throw ImportError.damagedStaging(path: path, expected: "a folder", found: "none")
    }
    if entries.count > Self.fewEntries {
      try folder.syncFileSystem()
    } else {
      for entry in entries { try folder.openFile(Self.temporaryName(entry), flags: O_RDONLY).sync() }
    }
    for entry in entries { try folder.rename(Self.temporaryName(entry), to: Self.fileName(entry), in: folder) }
    try folder.sync()
  }

  /// The packed bytes of an object; nil unless all its entries are here.
  ///
  /// An object whose bytes have rotted is removed, so that it is read again.
  func object(_ entries: [VolumeEntry], sha256: InlineSHA256) throws -> [UInt8]? {
    guard let folder = try folder() else { return nil }
    var bytes: [UInt8] = []
    for entry in entries {
      let name = Self.fileName(entry)
      guard let status = try folder.status(name), status.size == entry.size else { return nil }
      let piece = try folder.openFile(name, flags: O_RDONLY).contents(limit: Int(entry.size))
      if entries.count == 1 { bytes = piece } else { bytes += piece }
    }
    let found = try InlineSHA256(digesting: bytes)
    if found == sha256 { return bytes }
    for entry in entries { try folder.remove(Self.fileName(entry)) }
    throw ImportError.damagedStaging(
      path: "\(path)/\(entries.first.map(Self.fileName) ?? "")", expected: "SHA-256 \(sha256)", found: "\(found)")
  }

  /// Forgets everything.
  func remove() throws {
    guard let above = try Folder(path: state).openFolderIfPresent(Self.folderName) else { return }
    guard let folder = try above.openFolderIfPresent(archiveID.description) else { return }
    for name in try folder.names() { try folder.remove(name) }
    try above.removeFolder(archiveID.description)
  }

  static func fileName(_ entry: VolumeEntry) -> String {
    String(EntryName(object: entry.name, part: entry.part).text.map { $0 == "/" ? "-" : $0 })
  }

  private static func temporaryName(_ entry: VolumeEntry) -> String { fileName(entry) + ".new" }

  private func folder() throws -> Folder? {
    try Folder(path: state).openFolderIfPresent(Self.folderName)?.openFolderIfPresent(archiveID.description)
  }
}
