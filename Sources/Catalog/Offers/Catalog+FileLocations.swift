internal import GRDB
public import UpdateModel

/// A file that clients are told the location of.
public struct ClientFile: Hashable, Sendable {
  /// Digest, name and size; its extension is part of the name below `/Content`.
  public let file: ContentFile
  /// Whether its verified bytes are here.
  public let isPresent: Bool
  /// Where the publisher has it, for a server without content.
  public let muURL: String?
}

extension Catalog {
  /// All files of visible revisions, each digest once, in the order of the revisions (WUSP-288). Bundles own none.
  public func clientFiles(of revisionIDs: [RevisionID]) async throws -> [ClientFile] {
    try await read("files of revisions") { db in
      let sql = """
        SELECT fileName, modified, patchingType, isEncrypted, additionalDigests, digest, size, isPresent, muURL
        FROM revisionFile JOIN file USING (fileID) JOIN revision USING (revisionID)
        WHERE revisionID = ? AND changeSequence IS NOT NULL ORDER BY position
        """
      let statement = try db.cachedStatement(sql: sql)
      var seen: Set<FileDigest> = []
      var files: [ClientFile] = []
      for revisionID in revisionIDs {
        for row in try Row.fetchAll(statement, arguments: [revisionID.value]) {
          let digest = try row.digest(5)
          guard seen.insert(digest).inserted else { continue }
          files.append(
            ClientFile(
              file: try ContentFileReader.file(row, from: 0, digest: digest, size: row[6]), isPresent: row[7],
              muURL: row[8]))
        }
      }
      return files
    }
  }

  /// Files by SHA-1, in the order asked for; what no visible revision lists is left out (WUSP-308, WUSP-309).
  public func clientFiles(_ digests: [FileDigest]) async throws -> [ClientFile] {
    try await read("files by digest") { db in
      let sql = """
        SELECT fileID, size, isPresent, muURL FROM file WHERE digest = ? AND EXISTS (
          SELECT 1 FROM revisionFile JOIN revision USING (revisionID)
          WHERE revisionFile.fileID = file.fileID AND changeSequence IS NOT NULL)
        """
      let statement = try db.cachedStatement(sql: sql)
      let reader = try ContentFileReader(db)
      return try digests.compactMap { digest in
        guard let row = try Row.fetchOne(statement, arguments: [digest.sql]) else { return nil }
        return ClientFile(
          file: try reader.file(row[0], digest: digest, size: row[1]), isPresent: row[2], muURL: row[3])
      }
    }
  }
}
