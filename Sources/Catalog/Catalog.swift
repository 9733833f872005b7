internal import Foundation
internal import GRDB
internal import Synchronization
public import UpdateModel

/// Everything this server remembers: one SQLite database, its change log and its snapshots.
///
/// Every method is one transaction or one snapshot. Several processes may have the
/// same catalogue open; a lock of the caller keeps sync runs apart. Writers
/// wait for each other, readers wait for nobody (docs/catalog.md).
public final class Catalog: Sendable {
  public let path: String
  let pool: DatabasePool
  let clock: @Sendable () -> Timestamp
  /// Keys of updates that many revisions name; they are never deleted.
  let keyCache = Mutex(UpdateKeyCache())
  let settingsMemory = Mutex(SettingsMemory())
  /// Raised when files are asked for or get lost.
  let requestSignal = RequestSignal()
  /// What client computers are answered for.
  let clientWrites = GroupCommit(heaviest: ClientLimits.waitingEvents)

  init(path: String, pool: DatabasePool, clock: @escaping @Sendable () -> Timestamp) {
    self.path = path
    self.pool = pool
    self.clock = clock
  }

  /// How much of the file ``open(path:clock:check:)`` reads before it trusts it.
  public enum OpenCheck: Hashable, Sendable {
    /// Header and schema always; the whole file when it is below 64 MiB.
    case automatic
    /// The whole file (`PRAGMA quick_check`), about a second for each GiB.
    case whole
  }

  /// Opens the catalogue at `path`, or makes an empty one.
  ///
  /// - Throws: ``CatalogError/corrupted(path:text:)``, ``CatalogError/newerSchema(path:found:)``.
  public static func open(
    path: String, clock: @escaping @Sendable () -> Timestamp, check: OpenCheck = .automatic
  ) async throws -> Catalog {
    try await open(path: path, clock: clock, check: check, trace: nil)
  }

  /// - Parameter trace: called with each statement before it runs; tests stop the process there.
  package static func open(
    path: String, clock: @escaping @Sendable () -> Timestamp, check: OpenCheck, trace: (@Sendable () -> Void)?
  ) async throws -> Catalog {
    try await onOwnThread {
      do {
        let pool = try DatabasePool(path: path, configuration: configuration(trace: trace))
        let catalog = Catalog(path: path, pool: pool, clock: clock)
        try catalog.checkOnOpen(check)
        try catalog.migrate()
        return catalog
      } catch let error as DatabaseError {
        throw CatalogError(error, path: path, operation: "open")
      }
    }
  }

  /// Ends all reads and writes and merges the log into the database file.
  public func close() throws {
    do {
      // GRDB closes the writer before the readers, and then SQLite merges nothing by itself.
      try pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
      // Another process still reads; the log stays and is merged later.
    } catch let error as DatabaseError {
      throw CatalogError(error, path: path, operation: "close")
    }
    do { try pool.close() } catch let error as DatabaseError {
      throw CatalogError(error, path: path, operation: "close")
    }
  }

  /// Reads every page: nil when sound, otherwise what SQLite found, at most 100 lines.
  public func quickCheck() async throws -> String? {
    try await read("check") { db in try Self.quickCheck(db) }
  }

  static func quickCheck(_ db: Database) throws -> String? {
    let lines = try String.fetchAll(db, sql: "PRAGMA quick_check(100)")
    return lines == ["ok"] ? nil : lines.joined(separator: "; ")
  }
}

extension Catalog {
  /// In KiB. There are several readers, and few of them gain from a large cache.
  static let readerCache = 4_000
  private static let writerCache = 16_000

  private static func configuration(trace: (@Sendable () -> Void)?) -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(60)
    configuration.maximumReaderCount = 8
    configuration.prepareDatabase { db in
      let cache = db.configuration.readonly ? readerCache : writerCache
      try db.execute(
        sql: """
          PRAGMA synchronous = NORMAL; PRAGMA page_size = 8192; PRAGMA cache_size = -\(cache); PRAGMA temp_store = MEMORY;
          PRAGMA journal_size_limit = 134217728; PRAGMA wal_autocheckpoint = 16384; PRAGMA trusted_schema = OFF;
          """)
      db.add(function: .containsFolded)
      if let trace { db.trace(options: .statement) { _ in trace() } }
    }
    return configuration
  }

  private func checkOnOpen(_ check: OpenCheck) throws {
    try pool.read { db in
      let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      let pageSize = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
      guard check == .whole || pages * pageSize < 64 << 20 else { return }
      if let text = try Self.quickCheck(db) { throw CatalogError.corrupted(path: path, text: text) }
    }
  }

  private func migrate() throws {
    let migrator = Schema.migrator
    let (applied, isComplete) = try pool.read { db in
      (try migrator.appliedIdentifiers(db), try migrator.hasCompletedMigrations(db))
    }
    let unknown = applied.subtracting(migrator.migrations)
    guard unknown.isEmpty else { throw CatalogError.newerSchema(path: path, found: unknown.sorted()) }
    // Nothing to write: do not wait for another process that writes.
    if isComplete, try pool.read({ db in try Int.fetchOne(db, sql: "SELECT 1 FROM server") }) != nil { return }
    try migrator.migrate(pool)
    let now = clock()
    try pool.write { db in try Self.makeServer(db, at: now) }
  }

  /// Runs `work` on a thread of its own: opening may read the whole file.
  private static func onOwnThread<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
    }
  }
}

extension Catalog {
  /// One snapshot.
  func read<T: Sendable>(_ operation: String, _ work: @escaping @Sendable (Database) throws -> T) async throws -> T {
    do { return try await pool.read(work) } catch let error as DatabaseError {
      throw CatalogError(error, path: path, operation: operation)
    }
  }

  /// One transaction that a power loss may undo, whole; nothing given out depends on it.
  func write<T: Sendable>(_ operation: String, _ work: @escaping @Sendable (Database) throws -> T) async throws -> T {
    do { return try await pool.write(work) } catch let error as DatabaseError {
      throw CatalogError(error, path: path, operation: operation)
    }
  }

  /// One transaction that is on disk when this returns: whatever moves an anchor or the change log.
  func writeDurably<T: Sendable>(
    _ operation: String, _ work: @escaping @Sendable (Database) throws -> T
  ) async throws -> T {
    do {
      return try await pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = FULL")
        defer { Self.relaxSynchronous(db) }
        var result: T?
        try db.inTransaction(.immediate) {
          result = try work(db)
          return .commit
        }
        guard let result else {
          throw CatalogError.database(operation: operation, text: "transaction without a result")
        }
        return result
      }
    } catch let error as DatabaseError {
      throw CatalogError(error, path: path, operation: operation)
    }
  }

  /// Staying at FULL would only be slower, so a failure here changes nothing.
  private static func relaxSynchronous(_ db: Database) {
    do { try db.execute(sql: "PRAGMA synchronous = NORMAL") } catch { return }
  }
}
