import ContentStore
import Platform
import UpdateModel

/// Opens the objects of a plan: packed ones from its folder, content from the update content directory.
struct ObjectSource: Sendable {
  let store: ContentStore
  let folder: PlanFolder

  /// - Throws: ``ExportError/contentGone(digest:)``, ``ExportError/rottenContent(digest:what:expected:found:)``
  ///   when the length differs.
  func open(_ name: ObjectName, size: Int64?) throws -> OwnedDescriptor {
    guard let digest = name.fileDigest else { return try folder.openObject(name) }
    let file: OwnedDescriptor
    do {
      let open = try store.open(digest, fileExtension: name.fileExtension)
      file = OwnedDescriptor(taking: open.takeDescriptor(), path: name.text)
    } catch let error as ContentStoreError {
      guard case .notFound = error else { throw error }
      throw ExportError.contentGone(digest: digest)
    }
    let length = try file.status().size
    guard let size, length != size else {
      file.adviseSequential()
      return file
    }
    throw ExportError.rottenContent(digest: digest, what: "length", expected: "\(size)", found: "\(length)")
  }
}
