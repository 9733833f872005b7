import Glibc
import Platform
public import UpdateModel

extension ContentStore {
  /// Opens a stored file for reading. Blocks: a few system calls, so call it on a ``BlockingPool``.
  ///
  /// - Parameter fileExtension: where to look first; any extension is found.
  /// - Throws: ``ContentStoreError/notFound(digest:)``, ``ContentStoreError/notRegular(path:)`` for a link or
  ///   anything else that is no file.
  public func open(_ digest: FileDigest, fileExtension: String? = nil) throws -> OpenFile {
    guard let folder = try translatingErrors({ try contentFolder(digest) }) else {
      throw ContentStoreError.notFound(digest: digest)
    }
    return try open(digest, fileExtension: fileExtension, in: folder)
  }

  /// As ``open(_:fileExtension:)``, in the open folder of the digest.
  func open(_ digest: FileDigest, fileExtension: String?, in folder: Folder) throws -> OpenFile {
    if let hinted = hintedName(digest, fileExtension), let file = try open(hinted, in: folder) { return file }
    for name in likelyNames(digest) {
      if let file = try open(name, in: folder) { return file }
    }
    let listed = try translatingErrors { try folder.names() }.compactMap(ContentName.init)
    for name in listed where name.digest == digest {
      if let file = try open(name, in: folder) { return file }
    }
    throw ContentStoreError.notFound(digest: digest)
  }

  /// The stored file, or nil when there is none.
  public func stored(_ digest: FileDigest, fileExtension: String? = nil) async throws -> StoredFile? {
    try await blocking { try self.find(digest, fileExtension: fileExtension) }
  }

  public func contains(_ digest: FileDigest) async throws -> Bool {
    try await stored(digest) != nil
  }

  /// Every digest with a file, in no order. 100,000 files take some 15 MB.
  public func allDigests() async throws -> [FileDigest] {
    try await blocking {
      var digests: [FileDigest] = []
      try self.forEachFolder { listing in digests += listing.names.map(\.digest) }
      return digests
    }
  }

  func find(_ digest: FileDigest, fileExtension: String? = nil) throws -> StoredFile? {
    do {
      return try open(digest, fileExtension: fileExtension).file
    } catch ContentStoreError.notFound {
      return nil
    }
  }

  /// The folder of a digest, or nil when there is none yet.
  func contentFolder(_ digest: FileDigest) throws(SystemError) -> Folder? {
    do {
      return try content.openFolder(digest.folder)
    } catch  where error.isNotFound {
      return nil
    }
  }

  /// Opens `name` if it is there.
  func open(_ name: ContentName, in folder: Folder) throws -> OpenFile? {
    do {
      let descriptor = try folder.openFile(name.text, flags: O_RDONLY)
      let status = try descriptor.status()
      guard status.kind == .regular else { throw ContentStoreError.notRegular(path: descriptor.path) }
      learn(name)
      let file = StoredFile(name: name, path: descriptor.path, size: status.size, modified: status.modified)
      return OpenFile(file: file, descriptor: descriptor)
    } catch let error as SystemError {
      if error.isNotFound { return nil }
      if error.code == ELOOP { throw ContentStoreError.notRegular(path: error.path) }
      throw ContentStoreError.system(error)
    }
  }
}
