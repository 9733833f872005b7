internal import GRDB
public import UpdateModel

/// Between the names that the world uses and the numbers that clients and offers use.
extension Catalog {
  /// The keys of updates in their order; nil for those that nobody ever named. A key is never given again.
  public func updateKeys(_ updateIDs: [GUID]) async throws -> [Int32?] {
    try await read("update keys") { db in
      let select = try RawStatement(db, "SELECT updateKey FROM knownUpdate WHERE updateID = ?")
      return try updateIDs.map { updateID in
        select.bind(1, updateID)
        return try select.fetch { row in try row.key(0, of: "knownUpdate") }
      }
    }
  }

  /// The numbers of visible revisions in their order; nil for those that are unknown.
  public func revisionIDs(_ identities: [UpdateIdentity]) async throws -> [RevisionID?] {
    try await read("revision ids") { db in
      try identities.map { try Self.publishedID($0, db).map(RevisionID.init) }
    }
  }
}
