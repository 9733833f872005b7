internal import GRDB
public import UpdateModel

/// Archives that were imported and exported here, and receipts.
extension Catalog {
  /// The newest imports first, rolled-back ones too.
  public func importRecords(limit: Int) async throws -> [ImportRecord] {
    try await read("import records") { db in
      try ImportRecordRows.fetch(db, "true ORDER BY importID DESC LIMIT ?", [limit])
    }
  }

  public func importRecord(_ archiveID: GUID) async throws -> ImportRecord? {
    try await read("import record") { db in try ImportRecordRows.record(archiveID, db) }
  }

  /// The last import that counts: not rolled back.
  ///
  /// - Parameter source: only archives of this server; nil: of any.
  public func lastImport(source: GUID? = nil) async throws -> ImportRecord? {
    try await read("last import") { db in try ImportRecordRows.last(source: source, db) }
  }

  /// Adds or replaces the record of an archive that this server writes. On disk when it returns: the number is
  /// taken from then on.
  ///
  /// - Throws: ``CatalogError/exportSequenceTaken(_:by:)`` when another archive has the number.
  public func recordExport(_ record: ExportRecord) async throws {
    try await writeDurably("record export") { db in
      let sql = "SELECT archiveID FROM exportRecord WHERE sequence = ?"
      if let row = try Row.fetchOne(db, sql: sql, arguments: [record.sequence]) {
        let owner = try row.guid(0, table: "exportRecord")
        guard owner == record.archiveID else {
          throw CatalogError.exportSequenceTaken(record.sequence, by: owner)
        }
      }
      try ExportRecordRows.insert(record, db)
    }
  }

  /// The highest number first.
  public func exportRecords(limit: Int) async throws -> [ExportRecord] {
    try await read("export records") { db in
      try ExportRecordRows.fetch(db, "true ORDER BY sequence DESC LIMIT ?", [limit])
    }
  }

  public func exportRecord(_ archiveID: GUID) async throws -> ExportRecord? {
    try await read("export record") { db in
      try ExportRecordRows.fetch(db, "archiveID = ?", [archiveID.sql]).first
    }
  }

  /// Higher than the number of every recorded export, finished or not; 1 and up.
  public func nextExportSequence() async throws -> Int64 {
    try await read("next export sequence") { db in
      try Int64.fetchOne(db, sql: "SELECT coalesce(max(sequence), 0) + 1 FROM exportRecord") ?? 1
    }
  }

  /// Remembers a receipt of this server, before anybody gets it.
  public func recordReceipt(_ id: GUID, created: Timestamp) async throws {
    try await writeDurably("record receipt") { db in
      try db.execute(
        sql: "INSERT OR IGNORE INTO receiptRecord VALUES (?, ?)", arguments: [id.sql, created.ticks])
    }
  }

  /// Whether this server made the receipt.
  public func isOwnReceipt(_ id: GUID) async throws -> Bool {
    try await read("own receipt") { db in
      let sql = "SELECT 1 FROM receiptRecord WHERE receiptID = ?"
      return try Int.fetchOne(db, sql: sql, arguments: [id.sql]) != nil
    }
  }
}
