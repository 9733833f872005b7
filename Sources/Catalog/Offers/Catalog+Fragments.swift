internal import GRDB
internal import Packing
public import UpdateModel

/// Fragments for clients: derived once for each revision and version of the transformer, stored packed
/// (docs/catalog.md, "What clients are offered").
extension Catalog {
  /// Visible revisions whose document this version of the transformer has not read, those that clients need first
  /// coming first: what is deployed, what it bundles, and what either has as prerequisite.
  ///
  /// - Returns: at most `limit`; empty when nothing is to do.
  public func revisionsWithoutFragments(version: Int, limit: Int) async throws -> [RevisionID] {
    try await read("revisions without fragments") { db in
      let lacking = "changeSequence IS NOT NULL AND fragmentVersion < ?"
      let any = "SELECT revisionID FROM revision WHERE \(lacking) LIMIT ?"
      let some = try Int64.fetchAll(db, sql: any, arguments: [version, limit])
      // Less than asked for: they are all there is, and the order is nobody's concern for long.
      guard some.count == limit else { return some.map(RevisionID.init) }
      let needed = """
        WITH RECURSIVE \(Offered.closure) SELECT revisionID FROM offered JOIN revision USING (revisionID)
        WHERE \(lacking) ORDER BY revisionID LIMIT ?
        """
      let first = try Int64.fetchAll(db, sql: needed, arguments: [version, limit])
      let known = Set(first)
      return (first + some.filter { !known.contains($0) }.prefix(limit - first.count)).map(RevisionID.init)
    }
  }

  /// The documents of visible revisions, in the order asked for; what is unknown is left out.
  ///
  /// - Parameter maximumBytes: stops before the sum of lengths passes this, but never before the first one.
  public func documents(
    _ revisionIDs: [RevisionID], maximumBytes: Int
  ) async throws -> [(revisionID: RevisionID, document: [UInt8])] {
    try await read("documents") { db in
      let isPublished = try RawStatement(
        db, "SELECT 1 FROM revision WHERE revisionID = ? AND changeSequence IS NOT NULL")
      let reader = try DocumentReader(db)
      var documents: [(revisionID: RevisionID, document: [UInt8])] = []
      var bytes = 0
      for revisionID in revisionIDs {
        isPublished.bind(1, revisionID.value)
        guard try isPublished.fetchInt64() != nil else { continue }
        let document = try reader.document(revisionID.value)
        bytes += document.count
        guard documents.isEmpty || bytes <= maximumBytes else { break }
        documents.append((revisionID, document))
      }
      return documents
    }
  }

  /// Stores what was derived, in one transaction, in place of what an older transformer derived.
  ///
  /// Revisions that are not visible any more are passed over.
  ///
  /// - Parameter version: of the transformer, from 1.
  /// - Returns: how many were stored.
  @discardableResult
  public func storeFragments(_ derived: [DerivedRevision], version: Int) async throws -> Int {
    guard !derived.isEmpty else { return 0 }
    var frames = try FrameWriter()
    let packed = try derived.map { try PackedRevision($0, &frames) }
    return try await write("store fragments") { db in
      let writer = try FragmentWriter(db, version: version)
      let stored = try packed.count { try writer.write($0) }
      if stored > 0 { try Self.countDerivation(db) }
      return stored
    }
  }

  /// Fragments in the order asked for: all of the first kind by revision, then those of the next.
  ///
  /// Revisions that are unknown or not derived yet are left out. Languages as wusp.md 8.7 has them: each
  /// locale or its primary language, and English always (WUSP-284 to WUSP-287).
  ///
  /// - Parameter geoID: ISO 3166 alpha-3; selects among EULAs.
  public func fragments(
    _ revisionIDs: [RevisionID], kinds: [FragmentKind], locales: [String] = [], geoID: String? = nil
  ) async throws -> [Fragment] {
    try await read("fragments") { db in
      let reader = try FragmentReader(db, locales: locales, geoID: geoID)
      var fragments: [Fragment] = []
      for kind in kinds {
        for revisionID in revisionIDs { try reader.append(kind, of: revisionID.value, to: &fragments) }
      }
      return fragments
    }
  }

  /// Visible revisions whose documents cannot be transformed; `doctor` tells of them.
  public func fragmentFailures(limit: Int) async throws -> [FragmentFailure] {
    try await read("fragment failures") { db in
      let sql = """
        SELECT revisionID, updateID, revisionNumber, reason
        FROM fragmentFailure JOIN revision USING (revisionID) JOIN knownUpdate USING (updateKey)
        WHERE changeSequence IS NOT NULL ORDER BY revisionID LIMIT ?
        """
      return try Row.fetchAll(db, sql: sql, arguments: [limit]).map { row in
        FragmentFailure(revisionID: RevisionID(row[0]), identity: try row.identity(1, 2), reason: row[3])
      }
    }
  }

  private static func countDerivation(_ db: Database) throws {
    try db.execute(sql: "UPDATE offering SET derivationCounter = derivationCounter + 1")
  }
}

/// What clients may be sent, as parts of a query.
enum Offered {
  /// Revisions with a live deployment, what they bundle, and the latest revisions of their prerequisites.
  static let closure = """
    offered(revisionID) AS (
      SELECT revisionID FROM deployment JOIN revision USING (updateKey, revisionNumber)
      WHERE isDead = 0 AND isResolved = 1 AND revision.changeSequence IS NOT NULL
      UNION
      SELECT named.revisionID FROM offered JOIN prerequisite ON prerequisite.revisionID = offered.revisionID
        JOIN revision AS named ON named.updateKey = prerequisite.updateKey AND named.isLatest = 1
      UNION
      SELECT member.revisionID FROM offered JOIN bundle ON bundle.revisionID = offered.revisionID
        JOIN revision AS member ON member.updateKey = bundle.updateKey AND member.revisionNumber = bundle.revisionNumber
      WHERE member.changeSequence IS NOT NULL)
    """
}
