import Glibc
import Platform
import Synchronization
import UpdateModel

/// Verified content of one archive, waiting in `STATE/staging/import/<name>/` until it is published.
///
/// Files are written without a sync each. A checkpoint puts everything finished so far on disk and then says so in
/// the journal: what the journal lists is whole and verified, whatever happens. docs/content-store.md has the order
/// of operations. Dropping the object, or ``leave()``, gives up the
/// lock and keeps what the last checkpoint covered.
public final class ImportStaging: Sendable {
  static let lockName = "lock"

  public let name: String
  let store: ContentStore
  let folder: Folder
  let index: StoredIndex
  let ledger: Mutex<ImportLedger>
  /// Held by whoever adds lines.
  let journal: Mutex<ImportJournal>
  private let lock: ImportLock

  init(
    name: String, store: ContentStore, folder: Folder, lock: ImportLock, ledger: ImportLedger,
    journal: ImportJournal
  ) {
    self.name = name
    self.store = store
    self.folder = folder
    self.lock = lock
    self.ledger = Mutex(ledger)
    self.journal = Mutex(journal)
    index = StoredIndex(store)
  }

  /// Whole files that are here, not those that the store has.
  public var tally: ContentStatistics.Tally {
    ledger.withLock { ContentStatistics.Tally(files: $0.whole.count, bytes: $0.whole.bytes) }
  }

  /// Files and parts that no checkpoint covers yet.
  public var pending: ContentStatistics.Tally {
    ledger.withLock { ContentStatistics.Tally(files: $0.pending.count, bytes: $0.pendingBytes) }
  }

  /// Where each of `files` is, in their order. Cheap for many at once.
  ///
  /// - Throws: ``ContentStoreError/importClosed(name:)``, what the disk refused.
  public func places(of files: [ImportFile]) async throws -> [ImportPlace] {
    try checkUsable()
    return try await store.blocking { try files.map { try self.place(of: $0) } }
  }

  func place(of file: ImportFile) throws -> ImportPlace {
    if let here = ledger.withLock({ $0.place(of: file.key) }) { return here }
    return try index.find(file) == nil ? .absent : .stored
  }

  /// Puts everything finished so far on disk, then into the journal.
  ///
  /// Call it now and then (``pending``) and before the process ends; files may be added meanwhile, and count with the
  /// next one. A failure closes the import:
  /// nobody knows then what of the files since the last checkpoint is on disk, and the next ``ContentStore/beginImport(_:)``
  /// removes them.
  public func checkpoint() async throws {
    try checkUsable()
    try await closingOnFailure { try self.sync() }
  }

  /// A checkpoint, then the lock is given up: another run may go on.
  public func close() async throws {
    try await checkpoint()
    end()
  }

  /// Gives up the lock at once, without a checkpoint: what the last one covered stays. For ways out after an error.
  public func leave() { end() }

  /// Removes everything that waits here. What was published stays.
  public func discard() async throws {
    try checkUsable()
    try await closingOnFailure { try self.removeEverything() }
    end()
  }

  func checkUsable() throws {
    if ledger.withLock({ $0.isClosed }) { throw ContentStoreError.importClosed(name: name) }
  }

  func end() {
    ledger.withLock { $0.isClosed = true }
    lock.descriptor.unlock()
  }

  /// Runs blocking work; when it fails the import is over, and can be begun again.
  func closingOnFailure<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    do {
      return try await store.blocking(work)
    } catch {
      let error = await store.named(error, remaining: 0)
      end()
      throw error
    }
  }
}

extension ImportStaging {
  /// Files that are cheaper to sync one by one than the whole file system.
  private static let fewFiles = 16

  /// What ``checkpoint()`` does. Blocks.
  func sync() throws {
    try journal.withLock { journal in
      let (facts, bytes) = ledger.withLock { ($0.pending, $0.pendingBytes) }
      if facts.isEmpty { return }
      if facts.count > Self.fewFiles {
        try folder.syncFileSystem()
      } else {
        for name in Set(facts.map(\.name.text)) { try syncFile(name) }
        try folder.sync()
      }
      try journal.append(facts)
      ledger.withLock { ledger in
        ledger.pending.removeFirst(facts.count)
        ledger.pendingBytes -= bytes
      }
    }
  }

  private func syncFile(_ name: String) throws(SystemError) {
    try folder.openFile(name, flags: O_RDONLY).sync()
  }

  /// Forgets a file for good: its bytes, and the lines about it.
  func forget(_ name: ContentName) throws {
    try journal.withLock { journal in
      try folder.remove(name.text)
      let isListed = ledger.withLock { ledger in
        let pending = ledger.pending.count
        ledger.pending.removeAll { $0.name.digest == name.digest }
        let isListed = ledger.partial[DigestKey(name.digest)] != nil || ledger.pending.count != pending
        ledger.remove(DigestKey(name.digest))
        return isListed
      }
      if isListed { try journal.append([.gone(name)]) }
    }
  }

  /// The journal goes first: a kill in between leaves files that nobody trusts.
  func removeEverything() throws {
    try folder.remove(ImportJournal.name)
    for name in try folder.names() where name != Self.lockName { try folder.remove(name) }
    try removeFolder()
  }

  /// Removes the empty folder under the lock that is held.
  func removeFolder() throws {
    try folder.remove(ImportJournal.name)
    try folder.remove(Self.lockName)
    let imports = try store.staging.openFolder(ContentStore.importsName)
    do throws(SystemError) {
      try imports.removeFolder(name)
    } catch  where error.code == ENOTEMPTY {
      // Another run was faster than we: it has the folder now.
    }
  }
}
