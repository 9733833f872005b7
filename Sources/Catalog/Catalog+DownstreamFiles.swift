internal import Foundation
internal import GRDB
public import UpdateModel

/// What a DSS asks of files by digest or by name.
extension Catalog {
  /// Records that a DSS asked for files (DownloadFiles, SSS-249), and wakes those who listen to ``fileRequests()``.
  ///
  /// - Returns: the digests that no published revision lists (FileDigestsMissing).
  public func requestFiles(_ digests: [FileDigest]) async throws -> [FileDigest] {
    defer { requestSignal.raise() }
    return try await write("request files") { db in
      let update = try RawStatement(db, "UPDATE file SET isRequested = 1 WHERE \(Self.isPublishedFile)")
      return try digests.filter { digest in
        update.bind(1, digest.bytes)
        try update.run()
        return update.changes == 0
      }
    }
  }

  /// Those of the digests that no published revision lists (FileDigestsMissing, SSS-235).
  public func unpublishedFiles(among digests: [FileDigest]) async throws -> [FileDigest] {
    try await read("unpublished files") { db in
      let statement = try RawStatement(db, "SELECT 1 FROM file WHERE \(Self.isPublishedFile)")
      return try digests.filter { digest in
        statement.bind(1, digest.bytes)
        return try statement.fetchInt64() == nil
      }
    }
  }

  /// A condition on `file`: this digest, and a revision that readers see lists it.
  private static let isPublishedFile = """
    digest = ? AND EXISTS (SELECT 1 FROM revisionFile JOIN revision USING (revisionID)
      WHERE revisionFile.fileID = file.fileID AND changeSequence IS NOT NULL)
    """

  /// The file that a `FileName` of the metadata means below a folder of `/Content` (AMB-02, SSS-271).
  ///
  /// Letter case does not matter, as on the servers that DSSs know. Published revisions count, whether
  /// the file is stored here or not.
  ///
  /// - Parameters:
  ///   - folder: last byte of the file's SHA-1.
  ///   - fileName: as the request has it.
  /// - Returns: nil when no file or more than one of the folder has the name.
  public func contentFile(folder: UInt8, fileName: String) async throws -> FileDigest? {
    try await read("content file") { db in
      // The order of the joins is given: a folder holds one file in 256, a name stands in no index.
      let sql = """
        SELECT DISTINCT digest FROM file CROSS JOIN revisionFile USING (fileID) CROSS JOIN revision USING (revisionID)
        WHERE substr(digest, 20, 1) = ? AND fileName = ? COLLATE NOCASE AND changeSequence IS NOT NULL LIMIT 2
        """
      let digests = try Row.fetchAll(
        db.cachedStatement(sql: sql), arguments: [Foundation.Data([folder]), fileName]
      ).map { try $0.digest(0) }
      return digests.count == 1 ? digests[0] : nil
    }
  }
}
