internal import GRDB

/// What this server writes into archives and receipts.
extension Catalog {
  /// Shows `body` the revisions, files and administration that a selection names, all of one moment.
  ///
  /// The body runs on a thread of the database and may block. Writers go on meanwhile; the log grows until it ends.
  public func exportSnapshot<Result: Sendable>(
    _ selection: ExportSelection, _ body: @escaping @Sendable (ExportSnapshot) throws -> Result
  ) async throws -> Result {
    try await read("export") { db in try body(try ExportSnapshot(selection, db)) }
  }

  /// Shows `body` what this site holds, all of one moment; otherwise as ``exportSnapshot(_:_:)``.
  public func heldSnapshot<Result: Sendable>(
    _ body: @escaping @Sendable (HeldSnapshot) throws -> Result
  ) async throws -> Result {
    try await read("held") { db in try body(HeldSnapshot(db)) }
  }
}
