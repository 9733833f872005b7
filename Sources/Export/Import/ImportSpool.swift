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

  /// Keeps an entry whose digest was compared; it is on disk when this returns.
  func write(_ entry: VolumeEntry, _ bytes: [UInt8]) throws {
    let above = try Folder(path: state).makeFolder(Self.folderName, permissions: 0o700)
    let folder = try above.makeFolder("\(archiveID)", permissions: 0o700)
    try DurableFile.write(bytes, to: Self.fileName(entry), in: folder)
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
      bytes += try folder.openFile(name, flags: O_RDONLY).contents(limit: Int(entry.size))
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

  private func folder() throws -> Folder? {
    try Folder(path: state).openFolderIfPresent(Self.folderName)?.openFolderIfPresent(archiveID.description)
  }
}
