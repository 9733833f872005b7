internal import GRDB
public import UpdateModel

/// What people ask.
extension Catalog {
  /// The latest revisions that match, in the order of their arrival.
  public func updates(_ query: UpdateQuery) async throws -> [UpdateRow] {
    try await read("updates") { db in
      let (condition, arguments) = try UpdateConditions(query, db).sql()
      let sql = "\(UpdateRowReader.select) WHERE isLatest = 1 AND \(condition) ORDER BY revisionID LIMIT ?"
      let limit = min(10_000, max(1, query.limit))
      let reader = try UpdateRowReader(db, language: query.language)
      return try Row.fetchAll(db, sql: sql, arguments: arguments + [limit]).map(reader.row)
    }
  }

  /// The published metadata document, byte for byte; nil when unknown.
  public func document(_ identity: UpdateIdentity) async throws -> [UInt8]? {
    try await read("document") { db in
      guard let revisionID = try Self.publishedID(identity, db) else { return nil }
      return try DocumentReader(db).document(revisionID)
    }
  }

  /// Categories and classifications with their names.
  ///
  /// - Parameter countsUpdates: also count the updates of each, which reads every membership; else the count is 0.
  public func categories(language: String? = nil, countsUpdates: Bool = true) async throws -> [CategoryRow] {
    try await read("categories") { db in
      let count = """
        (SELECT count(*) FROM membership JOIN revision AS member USING (revisionID)
          WHERE categoryKey = revision.updateKey AND member.isLatest = 1 AND member.kind > 5)
        """
      let sql = """
        SELECT revisionID, updateKey, updateID, kind, kindText, \(countsUpdates ? count : "0")
        FROM revision JOIN knownUpdate USING (updateKey) WHERE isLatest = 1 AND kind BETWEEN 1 AND 5 AND kind <= 5
        ORDER BY kind, revisionID
        """
      let parents = """
        SELECT updateID FROM prerequisite JOIN knownUpdate USING (updateKey)
        WHERE revisionID = ? AND isCategory = 1 ORDER BY clause, position
        """
      let titles = try TitleReader(db, language: language)
      return try Row.fetchAll(db, sql: sql).compactMap { row in
        guard case .category(let type) = UpdateKind(code: row[3], text: row[4]) else { return nil }
        let above = try Row.fetchAll(db.cachedStatement(sql: parents), arguments: [row[0] as Int64])
        return CategoryRow(
          updateID: try row.guid(2), type: type, title: try titles.title(row[0]) ?? "",
          parents: try above.map { try $0.guid(0) }, updates: row[5])
      }
    }
  }

  /// Names of categories, or of classifications, nearest to `name`: first those that hold it, then by edit distance.
  public func nearestCategoryNames(
    to name: String, classifications: Bool, limit: Int = 5
  ) async throws -> [String] {
    let rows = try await categories(countsUpdates: false)
    let names = Set(rows.filter { ($0.type == .updateClassification) == classifications }.map(\.title))
    return EditDistance.nearest(to: name, in: names, limit: limit)
  }

  public func counts() async throws -> CatalogCounts {
    try await read("counts") { db in
      let sql = """
        SELECT
          (SELECT count(*) FROM revision WHERE isLatest = 1 AND kind IN (1, 2, 3, 5) AND kind <= 5),
          (SELECT count(*) FROM revision WHERE isLatest = 1 AND kind = 4 AND kind <= 5),
          (SELECT count(*) FROM revision WHERE isLatest = 1 AND kind = 0 AND kind <= 5),
          (SELECT count(*) FROM revision WHERE isLatest = 1 AND kind > 5),
          (SELECT count(*) FROM revision WHERE changeSequence IS NOT NULL AND kind > 5),
          (SELECT count(*) FROM revision WHERE stagedFor IS NOT NULL),
          (SELECT count(*) FROM knownUpdate WHERE isHidden = 1),
          (SELECT count(*) FROM revision WHERE isLatest = 1 AND kind > 5 AND \(UpdateRowReader.isSuperseded)),
          (SELECT count(*) FROM targetGroup),
          (SELECT count(*) FROM deployment WHERE isDead = 0),
          (SELECT count(*) FROM deployment WHERE isResolved = 0 AND isDead = 0),
          (SELECT count(*) FROM unavailableRevision AS entry WHERE NOT EXISTS (\(Self.entryIsStored))),
          (SELECT coalesce(max(sequence), 0) FROM change)
        """
      guard let row = try Row.fetchOne(db, sql: sql) else {
        throw CatalogError.database(operation: "counts", text: "no row")
      }
      return CatalogCounts(
        categories: row[0], classifications: row[1], detectoids: row[2], updates: row[3], revisions: row[4],
        stagedRevisions: row[5], hiddenUpdates: row[6], supersededUpdates: row[7], groups: row[8],
        liveDeployments: row[9], unresolvedDeployments: row[10], unavailableRevisions: row[11], lastSequence: row[12])
    }
  }
}
