import Glibc
import Platform
import Sealing
import UpdateModel

/// The folders of one archive: several disks may hold its volumes (docs/archive-format.md, section 1).
///
/// Files are opened inside their folder, never through a link and never for writing. All calls block.
struct ArchiveFolders: Sendable {
  typealias Disk = ArchiveDisks.Disk

  let disks: ArchiveDisks
  let manifest: ManifestCopy
  let signature: [UInt8]

  /// Opens the folders and reads the two files that everything hangs on (step `size`).
  ///
  /// - Parameter state: the state directory of the site that reads; nil: nobody's.
  /// - Throws: ``ArchiveRefusal``, step `size`; ``ImportError/noFolder(_:)``.
  static func open(_ paths: [String], state: String? = nil) throws -> ArchiveFolders {
    let disks = try paths.map { Disk(path: $0, folder: try opened($0)) }
    let first = try disks.first { try $0.folder.status(ArchiveManifest.name) != nil }
    guard let first = first ?? disks.first else { throw ImportError.noFolder("(none given)") }
    let manifest = try read(ArchiveManifest.name, on: first, limit: ArchiveManifest.maximumSize) { file, size in
      let copy = try ManifestCopy(file, state: state)
      guard copy.size == size else { throw another("\(first.path)/\(ArchiveManifest.name)") }
      return copy
    }
    let signature = try read(ArchiveManifest.signatureName, on: first, limit: DetachedSignature.maximumSize) {
      try $0.contents(limit: Int($1))
    }
    return ArchiveFolders(disks: ArchiveDisks(all: disks), manifest: manifest, signature: signature)
  }

  private static func opened(_ path: String) throws -> Folder {
    do {
      return try Folder(path: path)
    } catch {
      throw ImportError.noFolder(path, error)
    }
  }

  private static func another(_ what: String) -> ArchiveRefusal {
    ArchiveRefusal(.size, what: what, expected: "one file that stays", found: "another one meanwhile")
  }

  private static func read<Contents>(
    _ name: String, on disk: Disk, limit: Int, _ contents: (borrowing OwnedDescriptor, Int64) throws -> Contents
  ) throws -> Contents {
    let what = "\(disk.path)/\(name)"
    guard let status = try disk.folder.status(name) else {
      throw ArchiveRefusal(
        .size, what: what, expected: "a file", found: "none",
        hint: "without the signature an archive is not finished; is this its folder?")
    }
    guard status.kind == .regular else {
      throw ArchiveRefusal(.size, what: what, expected: "a regular file", found: status.kind.words)
    }
    guard status.size <= Int64(limit) else {
      throw ArchiveRefusal(.size, what: what, expected: "at most \(limit) bytes", found: "\(status.size)")
    }
    let file = try disk.folder.openFile(name, flags: O_RDONLY)
    let found = try file.status()
    guard found.kind == .regular, found.size == status.size else { throw another(what) }
    return try contents(file, status.size)
  }
}

/// The folders alone: what is left to read once the manifest was checked.
struct ArchiveDisks: Sendable {
  struct Disk: Sendable {
    let path: String
    let folder: Folder
  }

  let all: [Disk]

  /// Opens a volume, wherever it is; nil when no folder has it. The first volume is 1.
  func volume(_ number: Int) throws -> OpenedVolume? {
    let name = VolumeLayout.fileName(number)
    for disk in all {
      guard let folder = try disk.folder.openFolderIfPresent(ArchiveManifest.volumeFolder) else { continue }
      guard let status = try folder.status(name) else { continue }
      guard status.kind == .regular else {
        throw ArchiveRefusal(
          .folder, what: ArchiveManifest.volumeName(number), expected: "a regular file", found: status.kind.words)
      }
      let file = try folder.openFile(name, flags: O_RDONLY)
      let size = try file.status().size
      return OpenedVolume(file: file, size: size)
    }
    return nil
  }

  /// The numbers of the volumes that are here, of `count`.
  func volumes(of count: Int) throws -> [Int] {
    var present: Set<String> = []
    for disk in all {
      guard let folder = try disk.folder.openFolderIfPresent(ArchiveManifest.volumeFolder) else { continue }
      present.formUnion(try folder.names())
    }
    return count == 0 ? [] : (1...count).filter { present.contains(VolumeLayout.fileName($0)) }
  }
}

/// An open volume and how long it was when it was opened.
struct OpenedVolume: ~Copyable, Sendable {
  let file: OwnedDescriptor
  let size: Int64

  consuming func takeFile() -> OwnedDescriptor { file }
}

extension FileStatus.Kind {
  /// For people.
  var words: String {
    switch self {
    case .regular: "a regular file"
    case .folder: "a folder"
    case .symbolicLink: "a symbolic link"
    case .other: "a device, pipe or socket"
    }
  }
}
