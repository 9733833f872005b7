import Glibc
import Platform
import UpdateModel

extension ArchiveFolders {
  /// Step `folder`: nothing unlisted, everything of one archive, the two texts as listed.
  ///
  /// - Throws: ``ArchiveRefusal``, step `folder`.
  func check(_ manifest: ArchiveManifest) throws {
    for disk in disks.all { try checkNames(disk, manifest) }
    for disk in disks.all { try checkManifest(disk) }
    for disk in disks.all {
      try checkText(ArchiveManifest.readmeName, manifest.readme, on: disk)
      try checkText(ArchiveManifest.sumsName, manifest.sums, on: disk)
    }
  }

  private func checkNames(_ disk: Disk, _ manifest: ArchiveManifest) throws {
    let files = [
      ArchiveManifest.name, ArchiveManifest.signatureName, ArchiveManifest.sumsName, ArchiveManifest.readmeName,
    ]
    for name in try disk.folder.names().sorted() {
      if name == ArchiveManifest.volumeFolder {
        try require(.folder, name, in: disk.folder, disk)
      } else {
        guard files.contains(name) else { throw unlisted(name, disk) }
        try require(.regular, name, in: disk.folder, disk)
      }
    }
    guard let folder = try disk.folder.openFolderIfPresent(ArchiveManifest.volumeFolder) else { return }
    let listed = Set((1...max(1, manifest.volumes.count)).map(VolumeLayout.fileName))
    for name in try folder.names().sorted() {
      guard listed.contains(name) else { throw unlisted("\(ArchiveManifest.volumeFolder)/\(name)", disk) }
      try require(.regular, name, in: folder, disk)
    }
  }

  private func require(_ kind: FileStatus.Kind, _ name: String, in folder: Folder, _ disk: Disk) throws {
    guard let found = try folder.status(name)?.kind, found != kind else { return }
    throw ArchiveRefusal(.folder, what: "\(folder.path)/\(name)", expected: kind.words, found: found.words)
  }

  private func unlisted(_ name: String, _ disk: Disk) -> ArchiveRefusal {
    ArchiveRefusal(
      .folder, what: disk.path, expected: "the files of the archive and nothing else",
      found: ForeignText.quoted(name), hint: "move it away, or copy the archive's files into a folder of their own")
  }

  /// On every disk that has one.
  private func checkManifest(_ disk: Disk) throws {
    let name = ArchiveManifest.name
    guard try disk.folder.status(name) != nil else { return }
    let file = try disk.folder.openFile(name, flags: O_RDONLY)
    let size = try file.status().size
    let isEqual = try size == manifest.size && file.digest(from: 0, upTo: size) == manifest.sha256
    guard isEqual else {
      throw ArchiveRefusal(
        .folder, what: "\(disk.path)/\(name)", expected: "the same bytes on every disk", found: "another manifest",
        hint: "these disks are of two archives: import them one after the other")
    }
  }

  private func checkText(_ name: String, _ listed: ListedFile, on disk: Disk) throws {
    let what = "\(disk.path)/\(name)"
    guard let status = try disk.folder.status(name) else {
      // A folder with nothing but volumes is enough beside a complete one.
      if try disk.folder.status(ArchiveManifest.name) == nil { return }
      throw ArchiveRefusal(.folder, what: what, expected: "a file of \(listed.size) bytes", found: "none")
    }
    guard status.size == listed.size else {
      throw ArchiveRefusal(.folder, what: what, expected: "\(listed.size) bytes", found: "\(status.size)")
    }
    let found = try disk.folder.openFile(name, flags: O_RDONLY).digest(from: 0, upTo: listed.size)
    guard found == listed.sha256 else {
      throw ArchiveRefusal(.folder, what: what, expected: "SHA-256 \(listed.sha256)", found: "\(found)")
    }
  }
}
