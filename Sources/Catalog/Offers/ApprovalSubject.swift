internal import GRDB
internal import UpdateModel

/// The latest revision of an update that somebody wants to approve, with all that comes along.
struct ApprovalSubject {
  let revisionID: Int64
  let updateKey: Int64
  let identity: UpdateIdentity
  let isDeclined: Bool
  let isDeployable: Bool

  /// - Throws: ``CatalogError/unknownUpdate(_:)``.
  init(_ updateID: GUID, _ db: Database) throws {
    let sql = """
      SELECT revisionID, updateKey, revisionNumber, isHidden, flags FROM knownUpdate JOIN revision USING (updateKey)
      WHERE updateID = ? AND isLatest = 1
      """
    guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [updateID.sql]) else {
      throw CatalogError.unknownUpdate(updateID)
    }
    revisionID = row[0]
    updateKey = row[1]
    identity = UpdateIdentity(updateID: updateID, revisionNumber: row[2])
    isDeclined = row[3]
    isDeployable = RevisionFlags(rawValue: row[4]).contains(.isExplicitlyDeployable)
  }

  /// The revision and what it bundles, at any depth, declined members left out.
  private static let parts = """
    WITH RECURSIVE part(revisionID) AS (
      SELECT ?1
      UNION
      SELECT member.revisionID FROM part JOIN bundle ON bundle.revisionID = part.revisionID
        JOIN revision AS member ON member.updateKey = bundle.updateKey AND member.revisionNumber = bundle.revisionNumber
        JOIN knownUpdate ON knownUpdate.updateKey = member.updateKey
      WHERE member.changeSequence IS NOT NULL AND isHidden = 0)
    """

  func bundled(_ db: Database) throws -> [UpdateIdentity] {
    let sql = """
      \(Self.parts) SELECT updateID, revisionNumber FROM part JOIN revision USING (revisionID)
        JOIN knownUpdate USING (updateKey) WHERE revisionID <> ?1 ORDER BY revisionID
      """
    return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [revisionID]).map { try $0.identity(0, 1) }
  }

  /// Licence terms of it and of what it bundles that are not accepted.
  func unacceptedEULAs(_ db: Database) throws -> [GUID] {
    let sql = """
      \(Self.parts) SELECT DISTINCT revision.eulaID FROM part JOIN revision USING (revisionID)
        LEFT JOIN eula ON eula.eulaID = revision.eulaID
      WHERE revision.eulaID IS NOT NULL AND coalesce(isAccepted, 0) = 0 ORDER BY revision.eulaID
      """
    return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [revisionID]).map { try $0.guid(0) }
  }

  /// Files of it and of what it bundles that this server would fetch and does not have, with their sizes.
  func missingFiles(hostsExpress: Bool, _ db: Database) throws -> [Int64: Int64] {
    let express = hostsExpress ? "" : " AND file.flags & \(FileFlags.isExpress.rawValue) = 0"
    let sql = """
      \(Self.parts) SELECT DISTINCT fileID, size FROM part JOIN revisionFile USING (revisionID)
        JOIN file USING (fileID) WHERE isPresent = 0\(express)
      """
    var files: [Int64: Int64] = [:]
    for row in try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [revisionID]) {
      files[row[0]] = (row[1] as Int64?) ?? 0
    }
    return files
  }
}

extension MissingContent {
  init(_ sizes: [Int64: Int64]) {
    self.init(files: sizes.count, bytes: sizes.values.reduce(0, +))
  }
}
