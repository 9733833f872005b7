import Platform
import UpdateModel

extension ContentStore {
  /// Checks a complete part file and gives it its final name. Blocks.
  func finish(_ part: PartFile, _ file: ContentFile, length: Int64, _ origin: IngestOrigin) throws -> StoredFile {
    let found = try part.digests()
    if let mismatch = Self.mismatch(file, length: length, found.sha1, found.sha256) {
      try quarantinePart(file, because: mismatch, length: length, origin)
      throw mismatch
    }
    return try publish(part, file, length: length)
  }

  /// What differs from the declaration: length first, then SHA-1, then every SHA-256.
  static func mismatch(
    _ file: ContentFile, length: Int64, _ sha1: FileDigest, _ sha256: SHA256Digest
  ) -> ContentStoreError? {
    if let size = file.size, size != length {
      return .lengthMismatch(digest: file.digest, expected: size, actual: length)
    }
    if sha1 != file.digest { return .digestMismatch(expected: file.digest, actual: sha1) }
    let declared = file.additionalDigests.filter { $0.algorithm.uppercased() == "SHA256" }
    for value in declared.compactMap({ SHA256Digest(bytes: $0.bytes) }) where value != sha256 {
      return .sha256Mismatch(digest: file.digest, expected: value, actual: sha256)
    }
    return nil
  }

  /// fsync, rename, fsync of the folder, read-only: in this order.
  private func publish(_ part: PartFile, _ file: ContentFile, length: Int64) throws -> StoredFile {
    let partName = Sidecar.partName(file.digest)
    do {
      try part.descriptor.sync()
    } catch {
      // After a failed fsync nobody knows which bytes are on disk: they are fetched again.
      try staging.remove(partName)
      try staging.remove(Sidecar.name(file.digest))
      throw error
    }
    let name = ContentName(file)
    let folder = try content.makeFolder(file.digest.folder)
    try staging.rename(partName, to: name.text, in: folder)
    try folder.sync()
    try part.descriptor.setPermissions(0o444)
    try staging.remove(Sidecar.name(file.digest))
    learn(name)
    let modified = try part.descriptor.status().modified
    return StoredFile(name: name, path: "\(folder.path)/\(name.text)", size: length, modified: modified)
  }
}
