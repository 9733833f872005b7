import Catalog
import ContentStore
import Glibc
import Logging
import Platform
import UpdateModel

/// Finds the file for a digest, and sees to files that are not as they should be.
struct ContentLibrary: Sendable {
  let catalog: Catalog
  let store: ContentStore
  let pool: BlockingPool
  let clock: @Sendable () -> Timestamp
  let logger: Logger

  func now() -> Timestamp { clock() }

  /// Opens a verified file of the length that its metadata declares (SSS-273).
  ///
  /// - Returns: nil when there is none: the answer is 404, and a file that should be here is queued.
  func open(_ digest: FileDigest) async throws -> OpenContent? {
    // Without a content service there is nothing here (SSS-267).
    guard try await !catalog.recentSettings().isCatalogOnly else { return nil }
    let record = try await catalog.files([digest]).first
    do {
      let modified = record?.file.modified
      let content = try await pool.run { [store] in
        try OpenContent(try store.open(digest, fileExtension: record?.file.fileExtension), modified: modified)
      }
      if let size = record?.file.size, size != content.card.size {
        throw ContentStoreError.lengthMismatch(digest: digest, expected: size, actual: content.card.size)
      }
      return content
    } catch ContentStoreError.notFound, ContentStoreError.notRegular {
      try await ask(for: record)
    } catch let error as ContentStoreError {
      guard case .lengthMismatch = error else { throw error }
      try await withdraw(digest, because: error)
    } catch let error as ContentReadError {
      try await withdraw(digest, because: ContentStoreError(error))
    }
    return nil
  }

  /// The digest of the only file in a folder of `/Content` with this `FileName` (SSS-271).
  func digest(folder: UInt8, fileName: String) async throws -> FileDigest? {
    try await catalog.contentFile(folder: folder, fileName: fileName)
  }

  /// Takes a file out of sight whose bytes are not what they should be, and has it fetched again.
  ///
  /// The catalogue hears of it first: whoever is killed between fetches a file that is still there.
  func withdraw(_ digest: FileDigest, because reason: ContentStoreError) async throws {
    logger.error("content: withdrawn: \(reason)")
    try await catalog.markAbsent([digest])
    try await store.withdraw(digest, because: reason)
    _ = try await catalog.requestFiles([digest])
  }

  /// The same for a file that could not be read to the end of an answer. Nobody waits for it.
  func withdrawUnreadable(_ digest: FileDigest, because error: ContentReadError) async {
    do { try await withdraw(digest, because: ContentStoreError(error)) } catch {
      logger.error("content \(digest): cannot be withdrawn: \(error)")
    }
  }

  /// Queues a known file that is not stored.
  private func ask(for record: FileRecord?) async throws {
    guard let record else { return }
    let digest = record.file.digest
    if record.isPresent { try await catalog.markAbsent([digest]) }
    if !record.isRequestedByDownstream { _ = try await catalog.requestFiles([digest]) }
  }
}

extension ContentStoreError {
  init(_ error: ContentReadError) {
    switch error {
    case .failed(let path, let code): self = .system(SystemError(call: "pread", path: path, code: code))
    case .tooShort(let path, _): self = .system(SystemError(call: "pread", path: path, code: EIO))
    }
  }
}
