internal import GRDB
internal import UpdateModel

/// For whom revisions are staged: `revision.stagedFor`.
///
/// 0 and 1 are the two listings of a sync; each archive on its way in has a code of its own from 2 on, so that its
/// publication makes visible what it names and nothing else.
struct StagingArea: Hashable {
  static let firstImport: Int64 = 2
  /// A condition on `revision`: published, or staged by a sync. An import's rows do not exist for a sync.
  static let isStoredForSync = "(stagedFor IS NULL OR stagedFor < \(firstImport))"

  let code: Int64

  init(_ kind: ListingKind) { code = Int64(kind.rawValue) }

  init(importCode code: Int64) { self.code = code }

  var isImport: Bool { code >= Self.firstImport }

  /// Whether a row that is staged for another area becomes this one's. The two listings of a sync leave
  /// each other's rows alone.
  func takesOver(_ other: StagingArea) -> Bool { other != self && (isImport || other.isImport) }

  /// The area of an archive; nil when nothing was staged for it.
  static func ofImport(_ archiveID: GUID, _ db: Database) throws -> StagingArea? {
    let sql = "SELECT stagedFor FROM stagedImport WHERE archiveID = ?"
    return try Int64.fetchOne(db, sql: sql, arguments: [archiveID.sql]).map(StagingArea.init(importCode:))
  }

  /// The area of an archive, made when it is first asked for.
  static func makeForImport(_ archiveID: GUID, at now: Timestamp, _ db: Database) throws -> StagingArea {
    if let known = try ofImport(archiveID, db) { return known }
    let next = "SELECT coalesce(max(stagedFor) + 1, \(firstImport)) FROM stagedImport"
    let code = try Int64.fetchOne(db, sql: next) ?? firstImport
    try db.execute(
      sql: "INSERT INTO stagedImport VALUES (?, ?, ?)", arguments: [code, archiveID.sql, now.ticks])
    return StagingArea(importCode: code)
  }

  /// Rows by revision, in the order in which they are removed.
  static let tables =
    FragmentWriter.tables + [
      "readiness", "document", "localizedText", "prerequisite", "membership", "supersedence", "bundle", "revisionFile",
      "stagedFile", "decryptionKey", "revision",
    ]

  /// Forgets everything staged for this area, and files that nothing lists any more.
  func removeAll(_ db: Database) throws {
    try SearchIndex.remove(where: "stagedFor = \(code)", db)
    let staged = "SELECT revisionID FROM revision WHERE stagedFor = \(code)"
    for table in Self.tables { try db.execute(sql: "DELETE FROM \(table) WHERE revisionID IN (\(staged))") }
    try SearchIndex.followRemoval(db)
    try db.execute(
      sql: """
        DELETE FROM file WHERE isPresent = 0
          AND NOT EXISTS (SELECT 1 FROM revisionFile WHERE revisionFile.fileID = file.fileID)
        """)
  }

  /// Forgets one staged revision; its files stay for the one that takes its place.
  static func remove(_ revisionID: Int64, _ db: Database) throws {
    try SearchIndex.remove(where: "revisionID = \(revisionID)", db)
    // No index leads from a revision to its memberships; its prerequisites name them.
    try db.execute(
      sql: """
        DELETE FROM membership WHERE revisionID = ?1
          AND categoryKey IN (SELECT updateKey FROM prerequisite WHERE revisionID = ?1)
        """,
      arguments: [revisionID])
    for table in tables where table != "membership" {
      try db.execute(sql: "DELETE FROM \(table) WHERE revisionID = ?", arguments: [revisionID])
    }
    try SearchIndex.followRemoval(db)
  }
}
