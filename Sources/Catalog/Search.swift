internal import GRDB
internal import UpdateModel

extension DatabaseFunction {
  /// `containsFolded(text, needle)`: whether `text` holds the lower-case `needle` in any letter case.
  static let containsFolded = DatabaseFunction("containsFolded", argumentCount: 2, pure: true) { values in
    guard let text = String.fromDatabaseValue(values[0]), let needle = String.fromDatabaseValue(values[1]) else {
      return false
    }
    return text.lowercased().contains(needle)
  }
}

/// The words of a search, in lower case; `KB123` is searched as `123`, as the metadata spells it.
struct SearchWords {
  let words: [String]

  init(_ text: String) {
    words = text.lowercased().split(whereSeparator: \.isWhitespace).prefix(20).map { word in
      let digits = word.hasPrefix("kb") ? word.dropFirst(2) : ""
      return String(!digits.isEmpty && digits.allSatisfy(\.isNumber) ? digits : word)
    }
  }

  /// An FTS5 expression: all trigrams of all words of three and more letters; nil without one.
  var match: String? {
    let trigrams = words.flatMap { word -> [String] in
      let scalars = Array(word.unicodeScalars)
      guard scalars.count >= 3 else { return [] }
      return (0...(scalars.count - 3)).map { start in
        let letters = scalars[start..<(start + 3)].map(String.init).joined()
        return "\"\(letters.replacing("\"", with: "\"\""))\""
      }
    }
    return trigrams.isEmpty ? nil : trigrams.joined(separator: " AND ")
  }
}

extension Catalog {
  /// Adds published revisions to the text index, at most `limit` in one transaction.
  ///
  /// Search is right before, too: it reads the texts that are not indexed yet, only slower.
  /// A revision above the lowest one that a sync staged waits, so that none is passed over.
  ///
  /// - Returns: how many are still to do.
  @discardableResult
  public func indexText(limit: Int) async throws -> Int {
    try await write("index text") { db in
      let rows = try Row.fetchAll(db, sql: SearchIndex.textToIndex, arguments: [limit])
      let insert = try RawStatement(db, "INSERT INTO searchText (rowid, text) VALUES (?, ?)")
      for row in rows {
        insert.bind(1, row[0] as Int64)
        insert.bind(2, row[1] as String?)
        try insert.run()
      }
      if let last = rows.last {
        try db.execute(sql: "UPDATE searchProgress SET indexedUpTo = ?", arguments: [last[0] as Int64])
      }
      return try Int.fetchOne(db, sql: "SELECT count(*) FROM revision WHERE \(SearchIndex.isToIndex)") ?? 0
    }
  }
}

/// Which texts the index holds.
///
/// It also takes revisions that are staged for an import: a rolled-back generation may stay staged for long, and
/// must not stop it. Only what a sync staged is waited for.
enum SearchIndex {
  static let isToIndex = """
    revisionID > (SELECT indexedUpTo FROM searchProgress) AND kind > 5
      AND (changeSequence IS NOT NULL OR stagedFor >= \(StagingArea.firstImport))
      AND revisionID < coalesce(
        (SELECT min(revisionID) FROM revision WHERE stagedFor < \(StagingArea.firstImport)), 9223372036854775807)
    """
  private static let text = """
    SELECT revisionID, coalesce(kbArticles, '') || char(10) || coalesce(securityBulletins, '') || char(10) || coalesce(
      (SELECT group_concat(title || char(10) || coalesce(description, ''), char(10)) FROM localizedText
        WHERE localizedText.revisionID = revision.revisionID), '')
    FROM revision
    """
  static let textToIndex = "\(text) WHERE \(isToIndex) ORDER BY revisionID LIMIT ?"

  /// Takes staged revisions out of the index before their rows go. The index keeps no texts, so it is told them.
  static func remove(where condition: String, _ db: Database) throws {
    let delete = try RawStatement(db, "INSERT INTO searchText (searchText, rowid, text) VALUES ('delete', ?, ?)")
    let indexed = "kind > 5 AND revisionID <= (SELECT indexedUpTo FROM searchProgress)"
    let rows = try Row.fetchCursor(db, sql: "\(text) WHERE stagedFor IS NOT NULL AND \(indexed) AND \(condition)")
    while let row = try rows.next() {
      delete.bind(1, row[0] as Int64)
      delete.bind(2, row[1] as String?)
      try delete.run()
    }
  }

  /// After rows went: their numbers may be given again, so the index must not count them as done.
  static func followRemoval(_ db: Database) throws {
    try db.execute(
      sql: """
        UPDATE searchProgress SET indexedUpTo = last.revisionID
        FROM (SELECT coalesce(max(revisionID), 0) AS revisionID FROM revision) AS last
        WHERE indexedUpTo > last.revisionID
        """)
  }
}
