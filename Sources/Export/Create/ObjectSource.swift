import ContentStore
import Platform
import UpdateModel

/// Opens the objects of a plan: packed ones from its folder, content from the update content directory.
struct ObjectSource: Sendable {
  /// Shorter files are read in one call: a hint would cost as much.
  private static let longFile: Int64 = 1 << 20

  private let files: StoredFiles
  private let folder: PlanFolder

  init(store: ContentStore, folder: PlanFolder) {
    files = StoredFiles(store)
    self.folder = folder
  }

  /// - Throws: ``ExportError/contentGone(digest:)``, ``ExportError/rottenContent(digest:what:expected:found:)``
  ///   when the length differs.
  func open(_ name: ObjectName, size: Int64?) throws -> OwnedDescriptor {
    guard let digest = name.fileDigest else { return try folder.openObject(name) }
    let open: OpenFile
    do {
      open = try files.open(digest, fileExtension: name.fileExtension)
    } catch let error as ContentStoreError {
      guard case .notFound = error else { throw error }
      throw ExportError.contentGone(digest: digest)
    }
    let length = open.file.size
    if let size, length != size {
      throw ExportError.rottenContent(digest: digest, what: "length", expected: "\(size)", found: "\(length)")
    }
    let file = OwnedDescriptor(taking: open.takeDescriptor(), path: name.text)
    if length >= Self.longFile { file.adviseSequential() }
    return file
  }
}
