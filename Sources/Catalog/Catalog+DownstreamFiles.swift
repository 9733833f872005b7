internal import GRDB
public import UpdateModel

/// What a DSS asks of files by digest or by name.
extension Catalog {
  /// Those of the digests that no published revision lists (FileDigestsMissing, SSS-235).
  public func unpublishedFiles(among digests: [FileDigest]) async throws -> [FileDigest] {
    try await read("unpublished files") { db in
      let sql = """
        SELECT 1 FROM file JOIN revisionFile USING (fileID) JOIN revision USING (revisionID)
        WHERE digest = ? AND changeSequence IS NOT NULL LIMIT 1
        """
      let statement = try RawStatement(db, sql)
      return try digests.filter { digest in
        statement.bind(1, digest.bytes)
        return try statement.fetchInt64() == nil
      }
    }
  }
}
