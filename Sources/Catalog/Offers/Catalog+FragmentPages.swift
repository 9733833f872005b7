internal import GRDB
public import UpdateModel

/// Fragments as far as there is room for them.
public struct FragmentPage: Hashable, Sendable {
  /// In the order asked for.
  public var fragments: [Fragment] = []
  /// Of the revisions that were looked at those without a core fragment: not derived yet, or unknown.
  public var lacking: [RevisionID] = []
  /// Everything that was asked for was looked at.
  public var isComplete = true
}

extension Catalog {
  /// The core fragments of revisions.
  ///
  /// - Parameter maximumBytes: stops before the sum of lengths passes this, but never before the first one.
  public func coreFragments(_ revisionIDs: [RevisionID], maximumBytes: Int) async throws -> FragmentPage {
    try await read("core fragments") { db in
      let reader = try FragmentReader(db, locales: [], geoID: nil)
      var page = FragmentPage()
      var bytes = 0
      for revisionID in revisionIDs {
        let count = page.fragments.count
        try reader.append(.core, of: revisionID.value, to: &page.fragments)
        guard page.fragments.count > count else {
          page.lacking.append(revisionID)
          continue
        }
        bytes += page.fragments[count].bytes.count
        guard count == 0 || bytes <= maximumBytes else {
          page.fragments.removeLast()
          page.isComplete = false
          break
        }
      }
      return page
    }
  }

  /// The same as ``fragments(_:kinds:locales:geoID:)``, as far as there is room; `lacking` stays empty.
  public func fragments(
    _ revisionIDs: [RevisionID], kinds: [FragmentKind], locales: [String], geoID: String?, maximumBytes: Int
  ) async throws -> FragmentPage {
    try await read("fragments") { db in
      let reader = try FragmentReader(db, locales: locales, geoID: geoID)
      var page = FragmentPage()
      var bytes = 0
      for kind in kinds {
        for revisionID in revisionIDs {
          let count = page.fragments.count
          try reader.append(kind, of: revisionID.value, to: &page.fragments)
          bytes += page.fragments[count...].reduce(0) { $0 + $1.bytes.count }
          guard bytes <= maximumBytes else {
            page.isComplete = false
            return page
          }
        }
      }
      return page
    }
  }

  /// Which of the revisions have no fragments of this version of the transformer.
  public func revisionsWithoutFragments(
    among revisionIDs: [RevisionID], version: Int
  ) async throws -> [RevisionID] {
    try await read("revisions without fragments") { db in
      let lacks = try RawStatement(
        db, "SELECT 1 FROM revision WHERE revisionID = ? AND changeSequence IS NOT NULL AND fragmentVersion < ?")
      return try revisionIDs.filter { revisionID in
        lacks.bind(1, revisionID.value)
        lacks.bind(2, Int64(version))
        return try lacks.fetchInt64() != nil
      }
    }
  }

  /// What kinds of categories these are, in their order; nil for what is no category, or not in the catalogue.
  public func categoryTypes(_ updateIDs: [GUID]) async throws -> [CategoryType?] {
    try await read("category types") { db in
      let sql = """
        SELECT kind, kindText FROM revision JOIN knownUpdate USING (updateKey)
        WHERE updateID = ? AND isLatest = 1 AND changeSequence IS NOT NULL
        """
      let statement = try db.cachedStatement(sql: sql)
      return try updateIDs.map { updateID in
        guard let row = try Row.fetchOne(statement, arguments: [updateID.sql]),
          case .category(let type) = UpdateKind(code: row[0], text: row[1])
        else { return nil }
        return type
      }
    }
  }
}
