import Platform
import Synchronization
import UpdateModel

extension ImportStaging {
  /// Gives every whole file its name in `content/`. When it returns they are on disk, and the import is over.
  ///
  /// A file that the store has meanwhile stays as it is; the staged copy is dropped. A stored file of another length
  /// goes to quarantine. Killed at any point, or cancelled, the same can be done again: ``ContentStore/beginImport(_:)``
  /// and ``publish(progress:)``. The folder goes too, unless it has parts of files that are not whole.
  public func publish(
    progress: @escaping @Sendable (ImportProgress) -> Void = { _ in }
  ) async throws -> ImportSummary {
    try checkUsable()
    try await closingOnFailure { try self.sync() }
    var summary = ImportSummary()
    let tally = tally
    var state = ImportProgress(totalFiles: tally.files, totalBytes: tally.bytes)
    for number in UInt8.min...UInt8.max {
      let files = ledger.withLock { $0.whole.entries(inFolder: number) }
      if files.isEmpty { continue }
      try Task.checkCancellation()
      let part = try await closingOnFailure { try self.publish(files, folder: Hex.upper([number])) }
      summary.add(part)
      state.files += files.count
      state.bytes = tally.bytes - self.tally.bytes
      progress(state)
    }
    try await closingOnFailure { try self.endPublication() }
    end()
    return summary
  }

  /// One folder of `content/`. Blocks.
  private func publish(_ files: [WholeFiles.Entry], folder name: String) throws -> ImportSummary {
    var summary = ImportSummary()
    let target = try store.content.makeFolder(name, isSynced: false)
    let names = try store.names(inFolder: name).map { (DigestKey($0.digest), $0) }
    let stored = Dictionary(names, uniquingKeysWith: { first, _ in first })
    // From the last: the ledger's records behind each need not move up.
    for file in files.reversed() {
      guard let staged = file.name else { continue }
      let text = staged.text
      if let found = stored[file.key], try isGood(found, size: file.size, in: target) {
        try folder.remove(text)
        summary.present.add(file.size)
      } else {
        try folder.rename(text, to: text, in: target)
        store.learn(staged)
        summary.published.add(file.size)
      }
      ledger.withLock { $0.remove(file.key) }
    }
    return summary
  }

  /// Whether the stored file stays; one that cannot be right goes to quarantine.
  private func isGood(_ found: ContentName, size: Int64, in target: Folder) throws -> Bool {
    if try store.endWithdrawal(of: found.digest, found) { return false }
    guard let status = try target.status(found.text), status.kind == .regular else { return false }
    if status.size == size { return true }
    let error = ContentStoreError.lengthMismatch(digest: found.digest, expected: size, actual: status.size)
    try store.withdraw(found, because: error)
    return false
  }

  /// Names on disk first: only then may the journal go that would bring them here again.
  private func endPublication() throws {
    try store.content.syncFileSystem()
    if ledger.withLock({ $0.partial.isEmpty }) { try removeFolder() }
  }
}

extension ImportSummary {
  mutating func add(_ other: ImportSummary) {
    published.files += other.published.files
    published.bytes += other.published.bytes
    present.files += other.present.files
    present.bytes += other.present.bytes
  }
}
