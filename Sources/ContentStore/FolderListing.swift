import Platform
import UpdateModel

/// One `content/XX`, sorted into stored names and others.
struct FolderListing {
  let folder: Folder
  /// Names of the one accepted form that belong in this folder.
  let names: [ContentName]
  /// Everything else, as `XX/name`.
  let foreign: [String]
}

extension ContentStore {
  /// Lists one folder after the other, 00 to FF. Blocks.
  ///
  /// - Returns: names in `content/` itself that are none of the 256 folders.
  @discardableResult
  func forEachFolder(_ body: (FolderListing) throws -> Void) throws -> [String] {
    var foreign: [String] = []
    for name in try content.names().sorted() {
      guard Self.isFolderName(name), try content.status(name)?.kind == .folder else {
        foreign.append(name)
        continue
      }
      try body(Self.listing(of: try content.openFolder(name), name: name))
    }
    return foreign
  }

  private static func listing(of folder: Folder, name: String) throws(SystemError) -> FolderListing {
    var names: [ContentName] = []
    var foreign: [String] = []
    for entry in try folder.names() {
      if let stored = ContentName(entry), stored.digest.folder == name, try folder.status(entry)?.kind == .regular {
        names.append(stored)
      } else {
        foreign.append("\(name)/\(entry)")
      }
    }
    return FolderListing(folder: folder, names: names, foreign: foreign.sorted())
  }

  private static func isFolderName(_ name: String) -> Bool {
    name.utf8.count == 2 && Hex.bytes(name).map { Hex.upper($0) } == name
  }
}
