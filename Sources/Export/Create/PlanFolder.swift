import Glibc
import Platform
import UpdateModel

/// `STATE/archives/<archiveId>`: what this site knows of one archive that it writes or wrote
/// (docs/archive-format.md, section 9).
///
/// ```
/// request.json      for which folder and with which options it was begun
/// objects/          the packed objects; of a finished archive the two lists only
/// plan.json         the manifest but for what is known when volumes are written: the archive is begun
/// volume-0001.json  what is known of a finished volume
/// manifest.json     the archive is finished
/// ```
struct PlanFolder: Sendable {
  let archiveID: GUID
  let path: String

  init(state: String, archiveID: GUID) {
    self.archiveID = archiveID
    path = "\(state)/archives/\(archiveID)"
  }

  /// All archives with a folder here, in no order.
  static func all(state: String) throws -> [PlanFolder] {
    guard let folder = try Folder(path: state).openFolderIfPresent("archives") else { return [] }
    return try folder.names().compactMap { GUID($0) }.map { PlanFolder(state: state, archiveID: $0) }
  }

  // MARK: The steps

  /// Makes the folder and remembers the request.
  func begin(_ request: PlanRequest) throws {
    _ = try Folder.make(path: path + "/objects", permissions: 0o700)
    try DurableFile.write(request.bytes, to: path + "/request.json")
  }

  func request() throws -> PlanRequest? {
    guard let bytes = try read("request.json", limit: 1 << 20) else { return nil }
    return try checked("request.json") { try PlanRequest(bytes: bytes) }
  }

  /// Writes an object; it is on disk when the plan is.
  func writeObject(_ name: ObjectName, _ bytes: [UInt8]) throws {
    let file = try makeObject(name)
    try bytes.withUnsafeBufferPointer { (all) throws(SystemError) in
      try file.write(UnsafeRawBufferPointer(all), at: 0)
    }
    file.startWriting(0..<Int64(bytes.count))
  }

  func makeObject(_ name: ObjectName) throws -> OwnedDescriptor {
    try OwnedDescriptor(
      opening: objectPath(name), flags: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, permissions: 0o600)
  }

  /// A file without a name for a list before it is packed.
  func makeList() throws -> OwnedDescriptor {
    let listPath = path + "/objects/list"
    let file = try OwnedDescriptor(
      opening: listPath, flags: O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, permissions: 0o600)
    unlink(listPath)
    return file
  }

  func openObject(_ name: ObjectName) throws -> OwnedDescriptor {
    try OwnedDescriptor(opening: objectPath(name), flags: O_RDONLY | O_NOFOLLOW)
  }

  /// From here on the export continues instead of beginning anew.
  func commit(_ plan: ArchiveManifest) throws {
    let objects = try Folder(path: path + "/objects")
    for name in try objects.names() { try objects.openFile(name, flags: O_RDONLY).sync() }
    try objects.sync()
    try DurableFile.write(to: "plan.json", in: Folder(path: path)) { try plan.write(to: $0) }
  }

  func plan() throws -> ArchiveManifest? { try manifest("plan.json") }
  func finishedManifest() throws -> ArchiveManifest? { try manifest("manifest.json") }
  func finishedManifestBytes() throws -> [UInt8]? { try read("manifest.json", limit: ArchiveManifest.maximumSize) }

  /// The archive is complete on its medium. Keeps what later archives need.
  func finish(_ manifest: ArchiveManifest) throws {
    let folder = try Folder(path: path)
    try DurableFile.write(to: "manifest.json", in: folder) { try manifest.write(to: $0) }
    for name in try folder.names() where name == "plan.json" || name.hasPrefix("volume-") { try folder.remove(name) }
    let objects = try folder.openFolder("objects")
    let kept = [Self.fileName(.revisionList), Self.fileName(.contentList)]
    for name in try objects.names() where !kept.contains(name) { try objects.remove(name) }
  }

  /// Forgets an archive that was begun.
  func remove() throws {
    let above = try Folder(path: path + "/..")
    let folder = try above.openFolder(archiveID.description)
    // The plan first: what is left after a crash is then no plan.
    try folder.remove("plan.json")
    for sub in ["objects"] where try folder.status(sub) != nil {
      let objects = try folder.openFolder(sub)
      for name in try objects.names() { try objects.remove(name) }
    }
    for name in try folder.names() where name != "objects" { try folder.remove(name) }
    rmdir(path + "/objects")
    rmdir(path)
  }

  // MARK: Volumes

  func write(_ record: VolumeRecord, volume: Int) throws {
    try DurableFile.write(record.bytes, to: "\(path)/\(Self.volumeFile(volume))")
  }

  func volume(_ number: Int) throws -> VolumeRecord? {
    let name = Self.volumeFile(number)
    guard let bytes = try read(name, limit: 16 << 20) else { return nil }
    return try checked(name) { try VolumeRecord(bytes: bytes) }
  }

  func removeVolume(_ number: Int) throws { try Folder(path: path).remove(Self.volumeFile(number)) }

  // MARK: Pieces

  private static func volumeFile(_ number: Int) -> String { "volume-\(DecimalText.padded(number, 4)).json" }

  private static func fileName(_ name: ObjectName) -> String { name.text.replacingSlashes }

  private func objectPath(_ name: ObjectName) -> String { "\(path)/objects/\(Self.fileName(name))" }

  private func read(_ name: String, limit: Int) throws -> [UInt8]? {
    let above = try Folder(path: path + "/..")
    guard let folder = try above.openFolderIfPresent(archiveID.description) else { return nil }
    return try MediumFile.read(name, in: folder, limit: limit)
  }

  private func manifest(_ name: String) throws -> ArchiveManifest? {
    guard let bytes = try read(name, limit: ArchiveManifest.maximumSize) else { return nil }
    return try checked(name) { try ArchiveManifest.parse(bytes) }
  }

  /// Our own file in a form that we never write is damage.
  private func checked<Value>(_ name: String, _ parse: () throws -> Value) throws -> Value {
    do {
      return try parse()
    } catch let error as FormatError {
      throw ExportError.damagedFile(path: "\(path)/\(name)", expected: error.expected, found: error.found)
    }
  }
}

extension String {
  /// An object's name as one file name.
  fileprivate var replacingSlashes: String { String(map { $0 == "/" ? "-" : $0 }) }
}
