internal import GRDB
public import UpdateModel

extension Catalog {
  /// Starts the journal of a listing with the identities that are not stored yet (SSS-146, SSS-149).
  ///
  /// An identity that was unavailable before is asked for again.
  ///
  /// - Throws: ``CatalogError/listingInProgress(_:)`` while another one of this kind is open.
  public func beginListing(
    _ kind: ListingKind, anchor: SyncAnchor, identities: [UpdateIdentity]
  ) async throws -> ListingProgress {
    let now = clock()
    return try await write("begin listing") { db in
      guard try Self.progress(kind, db) == nil else { throw CatalogError.listingInProgress(kind) }
      let insert = try RawStatement(db, "INSERT INTO listingEntry VALUES (?, ?, ?, ?)")
      let isStored = try RawStatement(db, Self.isStoredSQL)
      let forget = try RawStatement(
        db, "DELETE FROM unavailableRevision WHERE updateID = ? AND revisionNumber = ?")
      var wanted: Int64 = 0
      for identity in identities {
        isStored.bind(1, identity.updateID)
        isStored.bind(2, identity.revisionNumber)
        if try isStored.fetchInt64() != nil { continue }
        wanted += 1
        insert.bind(1, Int64(kind.rawValue))
        insert.bind(2, wanted)
        insert.bind(3, identity.updateID)
        insert.bind(4, identity.revisionNumber)
        try insert.run()
        forget.bind(1, identity.updateID)
        forget.bind(2, identity.revisionNumber)
        try forget.run()
      }
      try db.execute(
        sql: "INSERT INTO listing VALUES (?, ?, ?, ?, ?)",
        arguments: [kind.rawValue, anchor.text, now.ticks, identities.count, wanted])
      return ListingProgress(
        kind: kind, anchor: anchor, begun: now, listed: identities.count, wanted: Int(wanted),
        pending: Int(wanted), unavailable: 0)
    }
  }

  /// The open listing of a kind, also after a restart; nil when there is none.
  public func pendingListing(_ kind: ListingKind) async throws -> ListingProgress? {
    try await read("pending listing") { db in try Self.progress(kind, db) }
  }

  /// The next identities to fetch, in the order of the listing. Start with `after` 0.
  public func pendingIdentities(_ kind: ListingKind, after: Int64, limit: Int) async throws -> [PendingIdentity] {
    try await read("pending identities") { db in
      let sql = """
        SELECT position, updateID, revisionNumber FROM listingEntry AS entry
        WHERE kind = ? AND position > ? AND NOT EXISTS (\(Self.entryIsStored))
          AND NOT EXISTS (\(Self.entryIsUnavailable))
        ORDER BY position LIMIT ?
        """
      return try Row.fetchAll(db, sql: sql, arguments: [kind.rawValue, after, limit]).map { row in
        PendingIdentity(position: row[0], identity: try row.identity(1, 2))
      }
    }
  }

  /// Records identities that the USS listed and does not deliver (AMB-17, SSS-169).
  public func markUnavailable(_ identities: [UpdateIdentity]) async throws {
    let now = clock()
    try await write("mark unavailable") { db in
      for identity in identities {
        try db.execute(
          sql: "INSERT OR IGNORE INTO unavailableRevision VALUES (?, ?, ?)",
          arguments: [identity.updateID.sql, identity.revisionNumber, now.ticks])
      }
    }
  }

  /// Recorded identities that are still not stored.
  public func unavailableIdentities(limit: Int = 1000) async throws -> [UpdateIdentity] {
    try await read("unavailable identities") { db in
      let sql = """
        SELECT updateID, revisionNumber FROM unavailableRevision AS entry
        WHERE NOT EXISTS (\(Self.entryIsStored)) ORDER BY updateID, revisionNumber LIMIT ?
        """
      return try Row.fetchAll(db, sql: sql, arguments: [limit]).map { try $0.identity(0, 1) }
    }
  }

  /// Drops the journal of a kind; its anchor stays as it was. Staged revisions stay
  /// invisible, are not fetched again and appear with the next publication, unless `keepingStaged` is false.
  public func abandonListing(_ kind: ListingKind, keepingStaged: Bool = true) async throws {
    try await write("abandon listing") { db in try Self.abandon(kind, keepingStaged: keepingStaged, db) }
  }
}

extension Catalog {
  static let isStoredSQL = """
    SELECT 1 FROM knownUpdate JOIN revision USING (updateKey) WHERE updateID = ? AND revisionNumber = ?
      AND \(StagingArea.isStoredForSync)
    """
  static let entryIsStored = """
    SELECT 1 FROM knownUpdate JOIN revision USING (updateKey)
    WHERE knownUpdate.updateID = entry.updateID AND revision.revisionNumber = entry.revisionNumber
      AND \(StagingArea.isStoredForSync)
    """
  static let entryIsUnavailable = """
    SELECT 1 FROM unavailableRevision AS other
    WHERE other.updateID = entry.updateID AND other.revisionNumber = entry.revisionNumber
    """

  static func progress(_ kind: ListingKind, _ db: Database) throws -> ListingProgress? {
    let sql = "SELECT anchor, begunAt, listed, wanted FROM listing WHERE kind = ?"
    guard let row = try Row.fetchOne(db, sql: sql, arguments: [kind.rawValue]) else { return nil }
    let counts = """
      SELECT count(*) FILTER (WHERE NOT isStored AND NOT isUnavailable),
        count(*) FILTER (WHERE NOT isStored AND isUnavailable)
      FROM (SELECT EXISTS (\(entryIsStored)) AS isStored, EXISTS (\(entryIsUnavailable)) AS isUnavailable
        FROM listingEntry AS entry WHERE kind = ?)
      """
    let count = try Row.fetchOne(db, sql: counts, arguments: [kind.rawValue])
    return ListingProgress(
      kind: kind, anchor: SyncAnchor(row[0]), begun: Timestamp(ticks: row[1]), listed: row[2], wanted: row[3],
      pending: count?[0] ?? 0, unavailable: count?[1] ?? 0)
  }

  static func abandon(_ kind: ListingKind, keepingStaged: Bool, _ db: Database) throws {
    try db.execute(sql: "DELETE FROM listing WHERE kind = ?", arguments: [kind.rawValue])
    try db.execute(sql: "DELETE FROM listingEntry WHERE kind = ?", arguments: [kind.rawValue])
    guard !keepingStaged else { return }
    try StagingArea(kind).removeAll(db)
  }
}
