internal import GRDB
internal import Synchronization
public import UpdateModel

extension Catalog {
  /// Makes the generation before the last import visible again, in one transaction that is on disk when it returns.
  ///
  /// Revisions that became visible with the import are staged for its archive again. Groups, deployments,
  /// declines, EULAs, languages and limits that it changed are as before, unless something changed them since.
  /// Content stays. The change log starts a new life, so that downstream servers ask again from the start.
  ///
  /// One generation is kept: two imports cannot be rolled back one after the other.
  ///
  /// - Parameter archiveID: the archive that is expected to be the last one; naming it makes repeating harmless.
  /// - Returns: the record of the import that does not count any more.
  /// - Throws: ``CatalogError/nothingToRollBack``, ``CatalogError/notLastImport(_:last:)``,
  ///   ``CatalogError/unknownImport(_:)``.
  @discardableResult
  public func rollbackImport(_ archiveID: GUID? = nil) async throws -> ImportRecord {
    let now = clock()
    defer { settingsMemory.withLock { $0.forget() } }
    return try await writeDurably("roll back import") { db in
      if let archiveID {
        guard let named = try ImportRecordRows.record(archiveID, db) else {
          throw CatalogError.unknownImport(archiveID)
        }
        if named.rolledBack != nil { return named }
      }
      guard let last = try ImportRecordRows.last(source: nil, db) else { throw CatalogError.nothingToRollBack }
      if let archiveID, archiveID != last.archive.archiveID {
        throw CatalogError.notLastImport(archiveID, last: last.archive.archiveID)
      }
      guard try ReplacedGeneration.isKept(last.archive.archiveID, db) else { throw CatalogError.nothingToRollBack }
      return try Self.rollBack(last, at: now, db)
    }
  }

  private static func rollBack(_ record: ImportRecord, at now: Timestamp, _ db: Database) throws -> ImportRecord {
    let archiveID = record.archive.archiveID
    if let sequence = record.changeSequence {
      let area = try StagingArea.makeForImport(archiveID, at: now, db)
      try hide(area, publishedWith: sequence, db)
    }
    try ReplacedGeneration.restore(record.changeSequence, db)
    try resetAnchors(db)
    _ = try ChangeLog.next(db, at: now, .archive)
    try db.execute(sql: "UPDATE server SET epoch = ?", arguments: [newEpoch()])
    try db.execute(
      sql: "UPDATE importRecord SET rolledBackAt = ? WHERE archiveID = ?", arguments: [now.ticks, archiveID.sql])
    return ImportRecord(
      archive: record.archive, applied: record.applied, changeSequence: record.changeSequence,
      revisions: record.revisions, rolledBack: now)
  }

  /// The opposite of publishing: the revisions are staged again, with what they say of their files, and the highest of
  /// the remaining ones is the latest of each update.
  private static func hide(_ area: StagingArea, publishedWith sequence: Int64, _ db: Database) throws {
    try db.execute(
      sql: "UPDATE revision SET changeSequence = NULL, isLatest = 0, stagedFor = ? WHERE changeSequence = ?",
      arguments: [area.code, sequence])
    try NamedUpdates.removeUnnamed(since: sequence, db)
    try db.execute(
      sql: """
        UPDATE revision SET isLatest = 1 WHERE changeSequence IS NOT NULL AND isLatest = 0
          AND updateKey IN (SELECT updateKey FROM revision WHERE stagedFor = ?)
          AND NOT EXISTS (SELECT 1 FROM revision AS other WHERE other.updateKey = revision.updateKey
            AND other.revisionNumber > revision.revisionNumber AND other.changeSequence IS NOT NULL)
        """,
      arguments: [area.code])
    try db.execute(
      sql: """
        INSERT INTO stagedFile SELECT revisionID, position, fileID, size,
          (file.flags & \(FileFlags.hasSHA256.rawValue))
            | CASE patchingType WHEN 'Express' THEN \(FileFlags.isExpress.rawValue) ELSE 0 END, muURL
        FROM revision JOIN revisionFile USING (revisionID) JOIN file USING (fileID) WHERE stagedFor = ?
        """,
      arguments: [area.code])
  }
}
