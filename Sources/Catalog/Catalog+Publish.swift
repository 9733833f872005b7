internal import GRDB
internal import UpdateModel

extension Catalog {
  /// The one commit that makes the staged revisions of a kind visible and moves the kind's anchor
  /// (SSS-146, guide 8 step g). On disk when it returns.
  ///
  /// Works without a listing too, for generated revisions; the anchor then stays.
  ///
  /// - Throws: ``CatalogError/listingIncomplete(_:pending:)`` when a listed identity is neither
  ///   stored nor recorded as unavailable; nothing changes.
  @discardableResult
  public func publish(_ kind: ListingKind) async throws -> PublishSummary {
    let now = clock()
    return try await writeDurably("publish \(kind)") { db in
      let listing = try Self.progress(kind, db)
      if let listing, listing.pending > 0 { throw CatalogError.listingIncomplete(kind, pending: listing.pending) }
      var sequence = LazySequence(at: now, .revisions)
      let area = StagingArea(kind)
      let updates = try Self.newUpdates(area, db)
      let revisions = try Self.reveal(area, &sequence, db)
      let resolved = try Self.resolveDeployments(&sequence, db)
      if let listing { try Self.finish(listing, db) }
      return PublishSummary(
        kind: kind, sequence: sequence.value, revisions: revisions, updates: updates, resolvedDeployments: resolved,
        unavailable: listing?.unavailable ?? 0)
    }
  }

  /// Updates of which nothing was visible before.
  static func newUpdates(_ area: StagingArea, _ db: Database) throws -> Int {
    let sql = """
      SELECT count(DISTINCT updateKey) FROM revision AS new WHERE stagedFor = ? AND NOT EXISTS (
        SELECT 1 FROM revision AS old WHERE old.updateKey = new.updateKey AND old.changeSequence IS NOT NULL)
      """
    return try Int.fetchOne(db, sql: sql, arguments: [area.code]) ?? 0
  }

  /// Gives the staged revisions a sequence and moves `isLatest` to the highest of each update (SSS-135).
  static func reveal(_ area: StagingArea, _ sequence: inout LazySequence, _ db: Database) throws -> Int {
    let staged = try Int.fetchOne(db, sql: "SELECT 1 FROM revision WHERE stagedFor = ?", arguments: [area.code])
    guard staged != nil else { return 0 }
    try applyStagedFiles(area, db)
    let revealed = try sequence.take(db)
    try NamedUpdates.add(area, db, sequence: revealed)
    try db.execute(
      sql: """
        UPDATE revision SET isLatest = 0 WHERE revisionID IN (
          SELECT old.revisionID FROM revision AS new JOIN revision AS old
            ON old.updateKey = new.updateKey AND old.revisionNumber < new.revisionNumber
          WHERE new.stagedFor = ? AND old.isLatest = 1)
        """,
      arguments: [area.code])
    try db.execute(
      sql: """
        UPDATE revision SET changeSequence = ?1, stagedFor = NULL, isLatest = NOT EXISTS (
          SELECT 1 FROM revision AS other
          WHERE other.updateKey = revision.updateKey AND other.revisionNumber > revision.revisionNumber
            AND (other.changeSequence IS NOT NULL OR other.stagedFor = ?2))
        WHERE stagedFor = ?2
        """,
      arguments: [revealed, area.code])
    return db.changesCount
  }

  /// Files take over what the revisions say of them: the first size, the last location. A file is express
  /// only while every revision says so; it has a SHA-256 once one declares it.
  private static func applyStagedFiles(_ area: StagingArea, _ db: Database) throws {
    let update = try RawStatement(
      db,
      """
      UPDATE file SET size = coalesce(size, ?2), flags = (flags & ?3 & 2) | ((flags | ?3) & 1), muURL = coalesce(?4, muURL)
      WHERE fileID = ?1 AND (size IS NOT coalesce(size, ?2) OR muURL IS NOT coalesce(?4, muURL)
        OR flags <> ((flags & ?3 & 2) | ((flags | ?3) & 1)))
      """)
    let sql = """
      SELECT fileID, size, stagedFile.flags, muURL FROM stagedFile JOIN revision USING (revisionID)
      WHERE stagedFor = ? ORDER BY revisionID, position
      """
    let rows = try Row.fetchCursor(db, sql: sql, arguments: [area.code])
    while let row = try rows.next() {
      update.bind(1, row[0] as Int64)
      update.bind(2, row[1] as Int64?)
      update.bind(3, row[2] as Int64)
      update.bind(4, row[3] as String?)
      try update.run()
    }
    try db.execute(
      sql: "DELETE FROM stagedFile WHERE revisionID IN (SELECT revisionID FROM revision WHERE stagedFor = ?)",
      arguments: [area.code])
  }

  private static func finish(_ listing: ListingProgress, _ db: Database) throws {
    let column = listing.kind == .configuration ? "categoryAnchor" : "updateAnchor"
    try db.execute(sql: "UPDATE upstream SET \(column) = ?", arguments: [listing.anchor.text])
    try abandon(listing.kind, keepingStaged: true, db)
  }

  /// Deployments that waited for their revision or group come into effect: they enter the change log now,
  /// so that no DSS hears of them before it can list the revision (AMB-25, SSS-223).
  static func resolveDeployments(_ sequence: inout LazySequence, _ db: Database) throws -> Int {
    let ready = """
      SELECT deploymentKey FROM deployment WHERE isResolved = 0 AND isDead = 0 AND \(isResolvable)
      """
    guard try Int64.fetchOne(db, sql: ready + " LIMIT 1") != nil else { return 0 }
    try db.execute(
      sql: "UPDATE deployment SET isResolved = 1, changeSequence = ? WHERE deploymentKey IN (\(ready))",
      arguments: [try sequence.take(db)])
    return db.changesCount
  }

  static let isResolvable = """
    EXISTS (SELECT 1 FROM revision WHERE revision.updateKey = deployment.updateKey
        AND revision.revisionNumber = deployment.revisionNumber AND revision.changeSequence IS NOT NULL)
    AND EXISTS (SELECT 1 FROM targetGroup WHERE targetGroup.targetGroupID = deployment.targetGroupID)
    """
}
