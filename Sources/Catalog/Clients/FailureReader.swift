internal import GRDB
internal import UpdateModel

/// Names the updates of failures.
struct FailureReader {
  private let titles: TitleReader
  private let update: Statement

  init(_ db: Database, language: String?) throws {
    titles = try TitleReader(db, language: language)
    update = try db.cachedStatement(
      sql: """
        SELECT updateID, revisionID FROM knownUpdate LEFT JOIN revision
          ON revision.updateKey = knownUpdate.updateKey AND isLatest = 1
        WHERE knownUpdate.updateKey = ?
        """)
  }

  func row(_ row: Row) throws -> FailureRow {
    let named = try (row[1] as Int64?).flatMap { try Row.fetchOne(update, arguments: [$0]) }
    return FailureRow(
      errorCode: row[0], updateID: try named?.guid(0),
      title: try (named?[1] as Int64?).flatMap { try titles.title($0) }, computers: row[2],
      lastChange: row.timestamp(3) ?? Timestamp(ticks: 0))
  }
}
