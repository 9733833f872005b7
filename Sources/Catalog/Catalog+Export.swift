internal import GRDB

/// What this server writes into archives and receipts.
extension Catalog {
  /// Shows `body` the revisions, files and administration that a selection names, all of one moment.
  ///
  /// The body runs on a thread of the database and may block. Writers go on meanwhile; the log grows until it ends.
  public func exportSnapshot<Result: Sendable>(
    _ selection: ExportSelection, _ body: @escaping @Sendable (ExportSnapshot) throws -> Result
  ) async throws -> Result {
    try await read("export") { db in
      try Self.withLargeCache(db) { try body(try ExportSnapshot(selection, db)) }
    }
  }

  /// Shows `body` what this site holds, all of one moment; otherwise as ``exportSnapshot(_:_:)``.
  public func heldSnapshot<Result: Sendable>(
    _ body: @escaping @Sendable (HeldSnapshot) throws -> Result
  ) async throws -> Result {
    try await read("held") { db in try Self.withLargeCache(db) { try body(HeldSnapshot(db)) } }
  }

  /// Files are read in the order of their digests, all over the table: with the cache of a reader each would cost
  /// several pages.
  private static func withLargeCache<Result>(_ db: Database, _ body: () throws -> Result) throws -> Result {
    let usual = try Int.fetchOne(db, sql: "PRAGMA cache_size") ?? -readerCache
    try db.execute(sql: "PRAGMA cache_size = -\(exportCache)")
    let result = Swift.Result { try body() }
    try db.execute(sql: "PRAGMA cache_size = \(usual)")
    return try result.get()
  }

  /// In KiB.
  private static let exportCache = 24_000
}
