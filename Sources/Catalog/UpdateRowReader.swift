internal import GRDB
internal import UpdateModel

/// Titles of revisions in a wanted language, else in the default one, else in any.
struct TitleReader {
  private let statement: Statement
  private let language: String?

  init(_ db: Database, language: String?) throws {
    self.language = language?.lowercased()
    statement = try db.cachedStatement(
      sql: """
        SELECT language, title, defaultLanguage FROM localizedText JOIN revision USING (revisionID)
        WHERE revisionID = ? ORDER BY position
        """)
  }

  func title(_ revisionID: Int64) throws -> String? {
    let rows = try Row.fetchAll(statement, arguments: [revisionID])
    guard let first = rows.first else { return nil }
    let wanted = [language, (first[2] as String?)?.lowercased(), "en"].compactMap { $0 }
    for candidate in wanted {
      if let match = rows.first(where: { ($0[0] as String).lowercased() == candidate }) { return match[1] }
    }
    return first[1]
  }
}

/// Reads lines of `updates list`.
struct UpdateRowReader {
  static let select = """
    SELECT revisionID, updateID, revisionNumber, kind, kindText, kbArticles, creationDate,
      (SELECT changedAt FROM change WHERE sequence = changeSequence), \(isSuperseded), isHidden,
      (SELECT count(*) FROM deployment
        WHERE deployment.updateKey = revision.updateKey AND isDead = 0 AND isResolved = 1 AND action = 0)
    FROM revision JOIN knownUpdate USING (updateKey)
    """

  /// A latest revision of another update names this one.
  static let isSuperseded = """
    EXISTS (SELECT 1 FROM supersedence JOIN revision AS successor ON successor.revisionID = supersedence.revisionID
      WHERE supersedence.updateKey = revision.updateKey AND successor.isLatest = 1)
    """

  /// Files of the revision and of all that it bundles.
  private static let own = """
    own(revisionID) AS (
      SELECT revision.revisionID
      UNION
      SELECT member.revisionID FROM own JOIN bundle ON bundle.revisionID = own.revisionID
        JOIN revision AS member ON member.updateKey = bundle.updateKey AND member.revisionNumber = bundle.revisionNumber
      WHERE member.changeSequence IS NOT NULL)
    """

  static let needsFiles = """
    EXISTS (WITH RECURSIVE \(own) SELECT 1 FROM own JOIN revisionFile ON revisionFile.revisionID = own.revisionID
      JOIN file ON file.fileID = revisionFile.fileID WHERE isPresent = 0)
    """

  private let titles: TitleReader
  private let classification: Statement
  private let files: Statement

  init(_ db: Database, language: String?) throws {
    titles = try TitleReader(db, language: language)
    classification = try db.cachedStatement(
      sql: """
        SELECT named.revisionID FROM prerequisite JOIN revision AS named ON named.updateKey = prerequisite.updateKey
        WHERE prerequisite.revisionID = ? AND isCategory = 1 AND named.isLatest = 1
          AND named.kind = \(UpdateKind.classificationCode) LIMIT 1
        """)
    files = try db.cachedStatement(
      sql: """
        WITH RECURSIVE \(Self.own.replacing("SELECT revision.revisionID", with: "SELECT ?1"))
        SELECT count(DISTINCT fileID), count(DISTINCT fileID) FILTER (WHERE isPresent = 0)
        FROM own JOIN revisionFile USING (revisionID) JOIN file USING (fileID)
        """)
  }

  func row(_ row: Row) throws -> UpdateRow {
    let revisionID: Int64 = row[0]
    let counts = try Row.fetchOne(files, arguments: [revisionID])
    let classificationID = try Int64.fetchOne(classification, arguments: [revisionID])
    return UpdateRow(
      revisionID: RevisionID(revisionID), identity: try row.identity(1, 2),
      kind: UpdateKind(code: row[3], text: row[4]), title: try titles.title(revisionID) ?? "",
      kbArticles: WordList.words(row[5]), classification: try classificationID.flatMap { try titles.title($0) },
      creationDate: row.timestamp(6), arrivalDate: row.timestamp(7) ?? Timestamp(ticks: 0), isSuperseded: row[8],
      isHidden: row[9], installApprovals: row[10], files: counts?[0] ?? 0, missingFiles: counts?[1] ?? 0)
  }
}
