internal import Foundation
internal import GRDB
internal import UpdateModel

/// Reads and writes rows of `importRecord`.
enum ImportRecordRows {
  private static let columns = """
    archiveID, sourceServerID, sourceName, sequence, createdAt, baseKind, baseID, baseSequence, manifestSHA256, signers,
    contentBytes, contentFiles, revisions, totalContentFiles, totalRevisions, appliedAt, changeSequence,
    publishedRevisions, rolledBackAt
    """

  static func fetch(
    _ db: Database, _ condition: String, _ arguments: StatementArguments = []
  ) throws -> [ImportRecord] {
    try Row.fetchAll(db, sql: "SELECT \(columns) FROM importRecord WHERE \(condition)", arguments: arguments)
      .map(record)
  }

  static func record(_ archiveID: GUID, _ db: Database) throws -> ImportRecord? {
    try fetch(db, "archiveID = ?", [archiveID.sql]).first
  }

  /// The last one that is not rolled back.
  static func last(source: GUID?, _ db: Database) throws -> ImportRecord? {
    try fetch(
      db, "rolledBackAt IS NULL AND coalesce(sourceServerID = ?, true) ORDER BY importID DESC LIMIT 1", [source?.sql]
    ).first
  }

  /// Replaces an earlier, rolled-back record of the archive.
  ///
  /// - Returns: its number.
  static func insert(_ record: ImportRecord, _ db: Database) throws -> Int64 {
    let archive = record.archive
    let places = Array(repeating: "?", count: 19).joined(separator: ", ")
    try db.execute(
      sql: "INSERT OR REPLACE INTO importRecord (\(columns)) VALUES (\(places))",
      arguments: [
        archive.archiveID.sql, archive.sourceServerID.sql, archive.sourceName, archive.sequence, archive.created.ticks,
        archive.base?.kind.rawValue, archive.base?.id.sql, archive.base?.sequence,
        Data(archive.manifestSHA256.bytes), WordList.text(archive.signers),
        archive.counts.contentBytes, archive.counts.contentFiles, archive.counts.revisions,
        archive.counts.totalContentFiles, archive.counts.totalRevisions, record.applied.ticks, record.changeSequence,
        record.revisions, record.rolledBack?.ticks,
      ])
    return db.lastInsertedRowID
  }

  private static func record(_ row: Row) throws -> ImportRecord {
    guard let manifest = try row.bytes(8).flatMap({ SHA256Digest(bytes: $0) }) else {
      throw CatalogError.damagedRow(table: "importRecord", key: row[3], column: "manifestSHA256")
    }
    let archive = ImportedArchive(
      archiveID: try row.guid(0, table: "importRecord"), sourceServerID: try row.guid(1, table: "importRecord"),
      sourceName: row[2], sequence: row[3], created: Timestamp(ticks: row[4]), base: try row.archiveBase(5),
      manifestSHA256: manifest, signers: WordList.words(row[9]), counts: row.archiveCounts(10))
    return ImportRecord(
      archive: archive, applied: Timestamp(ticks: row[15]), changeSequence: row[16], revisions: row[17],
      rolledBack: row.timestamp(18))
  }
}

/// Reads and writes rows of `exportRecord`.
enum ExportRecordRows {
  private static let columns = """
    archiveID, sequence, createdAt, finishedAt, target, baseKind, baseID, baseSequence, manifestSHA256, folder,
    contentBytes, contentFiles, revisions, totalContentFiles, totalRevisions
    """

  static func fetch(
    _ db: Database, _ condition: String, _ arguments: StatementArguments = []
  ) throws -> [ExportRecord] {
    try Row.fetchAll(db, sql: "SELECT \(columns) FROM exportRecord WHERE \(condition)", arguments: arguments)
      .map { row in
        ExportRecord(
          archiveID: try row.guid(0, table: "exportRecord"), sequence: row[1], created: Timestamp(ticks: row[2]),
          finished: row.timestamp(3), target: try row.optionalGUID(4), base: try row.archiveBase(5),
          manifestSHA256: try row.bytes(8).flatMap { SHA256Digest(bytes: $0) }, folder: row[9],
          counts: row.archiveCounts(10))
      }
  }

  static func insert(_ record: ExportRecord, _ db: Database) throws {
    let places = Array(repeating: "?", count: 15).joined(separator: ", ")
    let counts = record.counts
    try db.execute(
      sql: "INSERT OR REPLACE INTO exportRecord (\(columns)) VALUES (\(places))",
      arguments: [
        record.archiveID.sql, record.sequence, record.created.ticks, record.finished?.ticks, record.target?.sql,
        record.base?.kind.rawValue, record.base?.id.sql, record.base?.sequence,
        record.manifestSHA256.map { Data($0.bytes) }, record.folder, counts.contentBytes, counts.contentFiles,
        counts.revisions, counts.totalContentFiles, counts.totalRevisions,
      ])
  }
}

extension Row {
  /// From three columns: kind, identifier, sequence.
  fileprivate func archiveBase(_ index: Int) throws -> ArchiveBase? {
    guard let code = self[index] as Int?, let kind = ArchiveBase.Kind(rawValue: code) else { return nil }
    return ArchiveBase(kind: kind, id: try guid(index + 1, table: "archive record"), sequence: self[index + 2])
  }

  /// From five columns.
  fileprivate func archiveCounts(_ index: Int) -> ArchiveCounts {
    ArchiveCounts(
      contentBytes: self[index], contentFiles: self[index + 1], revisions: self[index + 2],
      totalContentFiles: self[index + 3], totalRevisions: self[index + 4])
  }
}
