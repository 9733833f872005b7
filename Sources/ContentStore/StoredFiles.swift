import Platform
import Synchronization
public import UpdateModel

/// Opens many stored files one after the other: each folder of `content/` is opened once and stays open.
///
/// All calls block.
public final class StoredFiles: Sendable {
  private let store: ContentStore
  private let folders = Mutex<[UInt8: Folder]>([:])

  public init(_ store: ContentStore) { self.store = store }

  /// As ``ContentStore/open(_:fileExtension:)``.
  public func open(_ digest: FileDigest, fileExtension: String? = nil) throws -> OpenFile {
    guard let folder = try folder(of: digest) else { throw ContentStoreError.notFound(digest: digest) }
    return try store.open(digest, fileExtension: fileExtension, in: folder)
  }

  /// nil while there is none.
  private func folder(of digest: FileDigest) throws -> Folder? {
    let number = digest.bytes[FileDigest.byteCount - 1]
    if let known = folders.withLock({ $0[number] }) { return known }
    guard let folder = try translatingErrors({ try store.contentFolder(digest) }) else { return nil }
    folders.withLock { $0[number] = folder }
    return folder
  }
}
