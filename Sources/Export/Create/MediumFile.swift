import Glibc
import Platform

/// Files on a medium: durable as ``DurableFile``, but without permissions, which FAT file systems do not have.
enum MediumFile {
  /// Replaces `name` by `bytes`: temporary file, fsync, rename, fsync of the folder.
  static func write(_ bytes: [UInt8], to name: String, in folder: Folder) throws(SystemError) {
    let temporary = name + ".new"
    do {
      let file = try folder.openFile(temporary, flags: O_WRONLY | O_CREAT | O_TRUNC, permissions: 0o644)
      try bytes.withUnsafeBufferPointer { (all) throws(SystemError) in
        try file.write(UnsafeRawBufferPointer(all), at: 0)
      }
      try file.sync()
      try folder.rename(temporary, to: name, in: folder)
    } catch {
      try folder.remove(temporary)
      throw error
    }
    try folder.sync()
  }

  /// The whole of a file; nil when there is none.
  static func read(_ name: String, in folder: Folder, limit: Int) throws(SystemError) -> [UInt8]? {
    guard try folder.status(name) != nil else { return nil }
    return try folder.openFile(name, flags: O_RDONLY).contents(limit: limit)
  }
}

extension Folder {
  /// A folder inside; nil when there is nothing of this name.
  func openFolderIfPresent(_ name: String) throws(SystemError) -> Folder? {
    guard try status(name) != nil else { return nil }
    return try openFolder(name)
  }
}
