internal import GRDB
public import UpdateModel

/// What an archive carries, all of one moment. Valid only in the body that gets it.
///
/// Keeps 8 bytes for each revision and some bits for each file; documents pass one after the other.
public final class ExportSnapshot {
  private let db: Database
  private let closure: ExportClosure
  private let groups: GroupSelection
  /// Selected revisions as they were published: what an importing site stages in this order, it lists in this order.
  private let order: [Int64]
  private var fileSets: ExportedFileSets?

  init(_ selection: ExportSelection, _ db: Database) throws {
    self.db = db
    groups = try GroupSelection(selection.groups, db)
    closure = try ExportClosure(selection, groups, db)
    order = try Self.publicationOrder(closure.selected, db)
  }

  /// How many revisions are selected.
  public var revisionCount: Int { order.count }

  /// The identities in the order of publication. No document is read.
  public func forEachIdentity(_ body: (UpdateIdentity) throws -> Void) throws {
    let select = try RawStatement(db, Self.selectRevision)
    for revisionID in order { try body(try Self.row(select, revisionID).identity) }
  }

  /// The revisions in the order of publication; documents are read only of those that `isWanted` takes.
  ///
  /// - Throws: ``CatalogError/damagedDocument(revisionID:text:)``, and whatever the closures throw.
  public func forEachRevision(
    where isWanted: (UpdateIdentity) throws -> Bool = { _ in true }, _ body: (ExportedRevision) throws -> Void
  ) throws {
    let select = try RawStatement(db, Self.selectRevision)
    let selectFiles = try RawStatement(db, Self.selectFiles)
    let documents = try DocumentReader(db)
    for revisionID in order {
      let (identity, needsKeys) = try Self.row(select, revisionID)
      guard try isWanted(identity) else { continue }
      let (files, allKnown) = try Self.files(selectFiles, revisionID)
      try body(
        ExportedRevision(
          identity: identity, document: try documents.document(revisionID), files: files,
          keysKnown: needsKeys && allKnown && !files.isEmpty))
    }
  }

  /// Groups, deployments of selected revisions, all declines and accepted EULAs, languages and settings.
  public func state() throws -> ExportedState {
    let condition = """
      isDead = 0 AND isResolved = 1 AND action BETWEEN 0 AND 3 AND \(groups.condition) ORDER BY deploymentKey
      """
    let deployments = try DeploymentRows.fetch(db, where: condition).filter { deployment in
      try Catalog.publishedID(deployment.identity, db).map { closure.selected.contains($0) } ?? false
    }
    return ExportedState(
      groups: groups.groups, deployments: deployments,
      declined: try Catalog.guids(db, "SELECT updateID FROM knownUpdate WHERE isHidden = 1 ORDER BY updateID"),
      acceptedEULAs: try Catalog.guids(db, "SELECT eulaID FROM eula WHERE isAccepted = 1 ORDER BY eulaID"),
      languages: try Catalog.languages(db, since: -1), settings: try Catalog.settings(db))
  }

  /// Files of the selected revisions by digest, absent ones too. Files of declined updates alone are left out.
  public func forEachContentFile(_ body: (ExportedFile) throws -> Void) throws {
    let sets = try files()
    let reader = try ContentFileReader(db)
    try RawStatement(db, "SELECT fileID, digest, size, isPresent FROM file ORDER BY digest").forEach { row in
      guard let fileID = row.int64(0), sets.offered.contains(fileID) else { return }
      let file = try reader.file(fileID, digest: try row.digest(1), size: row.int64(2))
      try body(ExportedFile(file: file, isPresent: row.int64(3) == 1))
    }
  }

  /// What the selection needs and an archive of this moment does not carry, by reason.
  public func leftOut() throws -> [LeftOut] {
    var tally = LeftOutTally()
    try tally.add(try files(), hostsExpress: try Catalog.settings(db).hostsPSFFiles, db)
    for identity in closure.missingMembers.sorted() { tally.add(.missingBundleMember, "\(identity)") }
    for updateID in closure.missingPrerequisites.sorted() { tally.add(.missingPrerequisite, "\(updateID)") }
    for deployment in try Catalog.unresolved(db) where groups.contains(deployment.targetGroupID) || !groups.isLimited {
      tally.add(.unresolvedDeployment, "\(deployment.identity)")
    }
    return tally.leftOut
  }

  private func files() throws -> ExportedFileSets {
    if let fileSets { return fileSets }
    let sets = try ExportedFileSets(closure.selected, db)
    fileSets = sets
    return sets
  }
}

extension ExportSnapshot {
  private static let selectRevision = """
    SELECT updateID, revisionNumber, flags FROM revision JOIN knownUpdate USING (updateKey) WHERE revisionID = ?
    """
  private static let selectFiles = """
    SELECT digest, muURL, decryptionKey.bytes, decryptionKey.fileID FROM revisionFile JOIN file USING (fileID)
      LEFT JOIN decryptionKey USING (revisionID, fileID)
    WHERE revisionFile.revisionID = ? ORDER BY position
    """

  private static func publicationOrder(_ selected: KeySet, _ db: Database) throws -> [Int64] {
    var rows: [(sequence: Int64, revisionID: Int64)] = []
    rows.reserveCapacity(selected.count)
    let sql = "SELECT revisionID, changeSequence FROM revision WHERE changeSequence IS NOT NULL"
    try RawStatement(db, sql).forEach { row in
      guard let revisionID = row.int64(0), selected.contains(revisionID) else { return }
      rows.append((row.int64(1) ?? 0, revisionID))
    }
    rows.sort { $0 < $1 }
    return rows.map(\.revisionID)
  }

  private static func row(
    _ select: RawStatement, _ revisionID: Int64
  ) throws -> (identity: UpdateIdentity, needsKeys: Bool) {
    select.bind(1, revisionID)
    let found = try select.fetch { row in
      let identity = UpdateIdentity(updateID: try row.guid(0), revisionNumber: Int32(row.int64(1) ?? 0))
      return (identity, RevisionFlags(rawValue: Int(row.int64(2) ?? 0)).contains(.needsDecryptionKeys))
    }
    guard let found else { throw CatalogError.damagedRow(table: "revision", key: revisionID, column: "updateKey") }
    return found
  }

  private static func files(
    _ select: RawStatement, _ revisionID: Int64
  ) throws -> (files: [FileLocation], allKnown: Bool) {
    var files: [FileLocation] = []
    var allKnown = true
    select.bind(1, revisionID)
    try select.forEach { row in
      let key = row.blob(2)
      files.append(
        FileLocation(
          digest: try row.digest(0), muURL: row.text(1), decryptionKey: key.isEmpty ? nil : copyBytes(key)))
      if row.int64(3) == nil { allKnown = false }
    }
    return (files, allKnown)
  }
}
