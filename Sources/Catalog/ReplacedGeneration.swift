internal import GRDB
internal import UpdateModel

/// What the last import replaced, in the tables `replaced...`: one generation, enough to undo the import and
/// nothing that was done after it.
struct ReplacedGeneration {
  private let hidden: Set<Int64>
  private let accepted: Set<GUID>
  private let limits: RequestLimits

  /// Forgets the generation before, and keeps this one. Before the import changes anything.
  static func keep(_ area: StagingArea?, _ db: Database) throws -> ReplacedGeneration {
    try forget(db)
    for table in ReplacedTable.all { try table.copy(db) }
    if let area { try keepFiles(area, db) }
    return ReplacedGeneration(
      hidden: try Self.hidden(db), accepted: try Self.accepted(db), limits: try Catalog.settings(db).limits)
  }

  private static func forget(_ db: Database) throws {
    let others = ["replacedGeneration", "replacedHidden", "replacedEULA", "replacedFile", "replacedLimits"]
    for table in others + ReplacedTable.all.map(\.copyName) { try db.execute(sql: "DELETE FROM \(table)") }
  }

  /// Files that published revisions list; the others have nothing that anybody sees.
  private static func keepFiles(_ area: StagingArea, _ db: Database) throws {
    try db.execute(
      sql: """
        INSERT INTO replacedFile SELECT fileID, size, flags, muURL FROM file
        WHERE fileID IN (SELECT fileID FROM stagedFile JOIN revision USING (revisionID) WHERE stagedFor = ?)
          AND \(isPublished)
        """,
      arguments: [area.code])
  }

  /// A condition on `file`.
  static let isPublished = """
    EXISTS (SELECT 1 FROM revisionFile JOIN revision USING (revisionID)
      WHERE revisionFile.fileID = file.fileID AND changeSequence IS NOT NULL)
    """

  /// Drops from the copies what did not change.
  func finish(importID: Int64, _ db: Database) throws {
    for table in ReplacedTable.all { try table.dropUnchanged(db) }
    let hiddenNow = try Self.hidden(db)
    for key in hidden.symmetricDifference(hiddenNow) {
      try db.execute(sql: "INSERT INTO replacedHidden VALUES (?, ?)", arguments: [key, hidden.contains(key)])
    }
    for id in try Self.accepted(db).subtracting(accepted) {
      try db.execute(sql: "INSERT INTO replacedEULA VALUES (?)", arguments: [id.sql])
    }
    if try Catalog.settings(db).limits != limits {
      try db.execute(
        sql: "INSERT INTO replacedLimits VALUES (1, ?, ?, ?, ?, ?)",
        arguments: [
          limits.updates, limits.driverSets, limits.computerIDs, limits.pnpHardwareIDs, limits.decryptionUpdates,
        ])
    }
    try db.execute(sql: "INSERT INTO replacedGeneration VALUES (1, ?)", arguments: [importID])
  }

  private static func hidden(_ db: Database) throws -> Set<Int64> {
    Set(try Int64.fetchAll(db, sql: "SELECT updateKey FROM knownUpdate WHERE isHidden = 1"))
  }

  private static func accepted(_ db: Database) throws -> Set<GUID> {
    Set(try Catalog.guids(db, "SELECT eulaID FROM eula WHERE isAccepted = 1"))
  }
}

extension ReplacedGeneration {
  /// Whether the generation before this import is kept.
  static func isKept(_ archiveID: GUID, _ db: Database) throws -> Bool {
    let sql = "SELECT 1 FROM replacedGeneration JOIN importRecord USING (importID) WHERE archiveID = ?"
    return try Int.fetchOne(db, sql: sql, arguments: [archiveID.sql]) != nil
  }

  /// Brings back the generation before the import that took `sequence`, but for its revisions, and forgets it.
  static func restore(_ sequence: Int64?, _ db: Database) throws {
    if let sequence { for table in ReplacedTable.all { try table.restore(changedWith: sequence, db) } }
    try db.execute(
      sql: """
        UPDATE knownUpdate SET isHidden = replacedHidden.isHidden FROM replacedHidden
        WHERE replacedHidden.updateKey = knownUpdate.updateKey
        """)
    try db.execute(sql: "UPDATE eula SET isAccepted = 0 WHERE eulaID IN (SELECT eulaID FROM replacedEULA)")
    try db.execute(
      sql: """
        UPDATE server SET (maxUpdates, maxDriverSets, maxComputerIDs, maxPnpHardwareIDs, maxDecryptionUpdates) =
          (SELECT maxUpdates, maxDriverSets, maxComputerIDs, maxPnpHardwareIDs, maxDecryptionUpdates FROM replacedLimits)
        WHERE EXISTS (SELECT 1 FROM replacedLimits)
        """)
    try db.execute(
      sql: "UPDATE deployment SET isResolved = 0 WHERE isResolved = 1 AND isDead = 0 AND NOT (\(Catalog.isResolvable))")
    try restoreFiles(db)
    try forget(db)
  }

  private static func restoreFiles(_ db: Database) throws {
    try db.execute(
      sql: """
        UPDATE file SET size = replacedFile.size, flags = replacedFile.flags, muURL = replacedFile.muURL
        FROM replacedFile WHERE replacedFile.fileID = file.fileID
        """)
    try db.execute(
      sql: """
        UPDATE file SET size = NULL, flags = \(FileFlags.isExpress.rawValue), muURL = NULL, isRequested = 0
        WHERE (size IS NOT NULL OR muURL IS NOT NULL OR isRequested = 1 OR flags <> \(FileFlags.isExpress.rawValue))
          AND NOT \(isPublished)
        """)
  }
}

/// A table whose rows carry the sequence of their last change, and the copy of what an import replaced.
struct ReplacedTable {
  static let all = [
    ReplacedTable(
      name: "targetGroup", copyName: "replacedGroup", key: "targetGroupID",
      columns: "targetGroupID, name, parentGroupID, isBuiltin, changeSequence"),
    ReplacedTable(
      name: "deployment", copyName: "replacedDeployment", key: "deploymentKey",
      columns: """
        deploymentKey, deploymentID, updateKey, revisionNumber, targetGroupID, action, adminName, deadline, isAssigned,
        goLiveTime, downloadPriority, isDead, isResolved, changeSequence
        """),
    ReplacedTable(
      name: "language", copyName: "replacedLanguage", key: "languageID",
      columns: "languageID, shortName, longName, isEnabled, changeSequence"),
  ]

  let name: String
  let copyName: String
  let key: String
  let columns: String

  func copy(_ db: Database) throws {
    try db.execute(sql: "INSERT INTO \(copyName) (\(columns)) SELECT \(columns) FROM \(name)")
  }

  func dropUnchanged(_ db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM \(copyName) WHERE EXISTS (SELECT 1 FROM \(name) AS now
          WHERE now.\(key) = \(copyName).\(key) AND now.changeSequence = \(copyName).changeSequence)
        """)
  }

  /// Rows that something changed after the import stay as they are.
  func restore(changedWith sequence: Int64, _ db: Database) throws {
    try db.execute(sql: "DELETE FROM \(name) WHERE changeSequence = ?", arguments: [sequence])
    try db.execute(
      sql: "INSERT OR IGNORE INTO \(name) (\(columns)) SELECT \(columns) FROM \(copyName)")
  }
}
