internal import GRDB
internal import Synchronization
internal import UpdateModel

/// Writes the rows of staged revisions; lives inside one transaction.
struct StagingWriter {
  private let area: StagingArea
  private let catalog: Catalog
  private let db: Database
  private let selectStaged: RawStatement
  private let insertUpdate: RawStatement
  private let selectUpdate: RawStatement
  private let insertRevision: RawStatement
  private let insertDocument: RawStatement
  private let insertText: RawStatement
  private let insertPrerequisite: RawStatement
  private let insertMembership: RawStatement
  private let insertSupersedence: RawStatement
  private let insertBundle: RawStatement
  private let insertEULA: RawStatement
  private let files: FileWriter

  init(_ db: Database, _ catalog: Catalog, area: StagingArea) throws {
    self.area = area
    self.catalog = catalog
    self.db = db
    selectStaged = try RawStatement(
      db,
      """
      SELECT revisionID, stagedFor FROM knownUpdate JOIN revision USING (updateKey)
      WHERE updateID = ? AND revisionNumber = ? AND stagedFor IS NOT NULL
      """)
    insertUpdate = try RawStatement(db, "INSERT OR IGNORE INTO knownUpdate (updateID) VALUES (?)")
    selectUpdate = try RawStatement(db, "SELECT updateKey FROM knownUpdate WHERE updateID = ?")
    insertRevision = try RawStatement(db, Self.revisionSQL)
    insertDocument = try RawStatement(db, "INSERT INTO document VALUES (?, ?, ?)")
    insertText = try RawStatement(db, "INSERT INTO localizedText VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    insertPrerequisite = try RawStatement(db, "INSERT INTO prerequisite VALUES (?, ?, ?, ?, ?)")
    insertMembership = try RawStatement(db, "INSERT OR IGNORE INTO membership VALUES (?, ?)")
    insertSupersedence = try RawStatement(db, "INSERT OR IGNORE INTO supersedence VALUES (?, ?)")
    insertBundle = try RawStatement(db, "INSERT INTO bundle VALUES (?, ?, ?, ?, ?)")
    insertEULA = try RawStatement(db, "INSERT OR IGNORE INTO eula (eulaID) VALUES (?)")
    files = try FileWriter(db)
    // Before the next transaction begins: it would name updates by keys that do not exist.
    db.afterNextTransaction(onCommit: { _ in }, onRollback: { _ in catalog.keyCache.withLock { $0.removeAll() } })
  }

  private static let revisionSQL = """
    INSERT OR IGNORE INTO revision (
      updateKey, revisionNumber, stagedFor, kind, kindText, flags, creationDate, compatibleVersion, eulaID,
      publicationState, defaultLanguage, msrcSeverity, handler, supportURL, maxDownloadSize, languages, kbArticles,
      securityBulletins)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  /// A row that is staged for somebody else gives way where the areas say so.
  ///
  /// - Returns: false when the revision is stored already.
  func stage(_ revision: StagedRevision, _ document: PackedDocument) throws -> Bool {
    let metadata = revision.metadata
    guard let revisionID = try insertRow(metadata) ?? takeOver(metadata) else { return false }
    insertDocument.bind(1, revisionID)
    insertDocument.bind(2, document.bytes)
    insertDocument.bind(3, document.length)
    try insertDocument.run()
    try insertTexts(metadata, revisionID)
    try insertPrerequisites(metadata, revisionID)
    try insertRelations(metadata, revisionID)
    try files.insert(metadata.files, locations: revision.locations, revisionID: revisionID)
    if let eulaID = metadata.eulaID {
      insertEULA.bind(1, eulaID)
      try insertEULA.run()
    }
    return true
  }

  /// Documents and locations may differ between sources, so the new one replaces all of the old.
  private func takeOver(_ metadata: UpdateMetadata) throws -> Int64? {
    selectStaged.bind(1, metadata.identity.updateID)
    selectStaged.bind(2, metadata.identity.revisionNumber)
    let known = try selectStaged.fetch { row in (row.int64(0) ?? 0, StagingArea(importCode: row.int64(1) ?? 0)) }
    guard let (revisionID, other) = known, area.takesOver(other) else { return nil }
    try StagingArea.remove(revisionID, db)
    return try insertRow(metadata)
  }

  private func insertRow(_ metadata: UpdateMetadata) throws -> Int64? {
    let row = insertRevision
    row.bind(1, try key(of: metadata.identity.updateID, isShared: false))
    row.bind(2, metadata.identity.revisionNumber)
    row.bind(3, area.code)
    row.bind(4, Int64(metadata.kind.code))
    row.bind(5, metadata.kind.text)
    row.bind(6, Int64(RevisionFlags(metadata).rawValue))
    row.bind(7, metadata.creationDate?.ticks)
    row.bind(8, metadata.compatibleProtocolVersion?.code)
    if let eulaID = metadata.eulaID { row.bind(9, eulaID) } else { row.bindNull(9) }
    row.bind(10, metadata.publicationState)
    row.bind(11, metadata.defaultLanguage)
    row.bind(12, metadata.msrcSeverity)
    row.bind(13, metadata.handler)
    row.bind(14, metadata.supportURL)
    row.bind(15, metadata.maxDownloadSize)
    row.bind(16, WordList.text(metadata.languages))
    row.bind(17, WordList.text(metadata.kbArticles))
    row.bind(18, WordList.text(metadata.securityBulletins))
    try row.run()
    return row.changes == 0 ? nil : row.lastInsertedRowID
  }

  private func insertTexts(_ metadata: UpdateMetadata, _ revisionID: Int64) throws {
    for (position, text) in metadata.localized.enumerated() {
      insertText.bind(1, revisionID)
      insertText.bind(2, Int64(position))
      insertText.bind(3, text.language)
      insertText.bind(4, text.title)
      insertText.bind(5, text.description)
      insertText.bind(6, text.uninstallNotes)
      insertText.bind(7, WordList.text(text.moreInfoURLs))
      insertText.bind(8, text.supportURL)
      try insertText.run()
    }
  }

  private func insertPrerequisites(_ metadata: UpdateMetadata, _ revisionID: Int64) throws {
    for (clauseIndex, clause) in metadata.prerequisites.enumerated() {
      for (position, updateID) in clause.updateIDs.enumerated() {
        let updateKey = try key(of: updateID, isShared: true)
        insertPrerequisite.bind(1, revisionID)
        insertPrerequisite.bind(2, Int64(clauseIndex))
        insertPrerequisite.bind(3, Int64(position))
        insertPrerequisite.bind(4, updateKey)
        insertPrerequisite.bind(5, clause.isCategory)
        try insertPrerequisite.run()
        guard clause.isCategory else { continue }
        insertMembership.bind(1, updateKey)
        insertMembership.bind(2, revisionID)
        try insertMembership.run()
      }
    }
  }

  private func insertRelations(_ metadata: UpdateMetadata, _ revisionID: Int64) throws {
    for updateID in metadata.supersededUpdates {
      insertSupersedence.bind(1, try key(of: updateID, isShared: false))
      insertSupersedence.bind(2, revisionID)
      try insertSupersedence.run()
    }
    for (clauseIndex, clause) in metadata.bundledUpdates.enumerated() {
      for (position, identity) in clause.identities.enumerated() {
        insertBundle.bind(1, revisionID)
        insertBundle.bind(2, Int64(clauseIndex))
        insertBundle.bind(3, Int64(position))
        insertBundle.bind(4, try key(of: identity.updateID, isShared: false))
        insertBundle.bind(5, identity.revisionNumber)
        try insertBundle.run()
      }
    }
  }

  /// The key of an update, made when it is first named. `isShared`: many revisions name it.
  private func key(of updateID: GUID, isShared: Bool) throws -> Int64 {
    if isShared, let known = catalog.keyCache.withLock({ $0[updateID] }) { return known }
    insertUpdate.bind(1, updateID)
    try insertUpdate.run()
    let key: Int64
    if insertUpdate.changes > 0 {
      key = insertUpdate.lastInsertedRowID
    } else {
      selectUpdate.bind(1, updateID)
      guard let known = try selectUpdate.fetchInt64() else { throw CatalogError.unknownUpdate(updateID) }
      key = known
    }
    if isShared { catalog.keyCache.withLock { $0.insert(key, for: updateID) } }
    return key
  }
}

/// Writes the file rows of staged revisions: one row for each digest, shared by its revisions.
struct FileWriter {
  private let insertFile: RawStatement
  private let selectFile: RawStatement
  private let insertStagedFile: RawStatement
  private let insertRevisionFile: RawStatement
  private let insertKey: RawStatement

  init(_ db: Database) throws {
    insertFile = try RawStatement(db, "INSERT OR IGNORE INTO file (digest) VALUES (?)")
    selectFile = try RawStatement(db, "SELECT fileID FROM file WHERE digest = ?")
    insertStagedFile = try RawStatement(db, "INSERT INTO stagedFile VALUES (?, ?, ?, ?, ?, ?)")
    insertRevisionFile = try RawStatement(db, "INSERT INTO revisionFile VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    insertKey = try RawStatement(db, "INSERT OR REPLACE INTO decryptionKey VALUES (?, ?, ?)")
  }

  func insert(_ files: [ContentFile], locations: [FileLocation], revisionID: Int64) throws {
    for (position, file) in files.enumerated() {
      let location = locations.first { $0.digest == file.digest }
      let fileID = try self.fileID(of: file.digest)
      let row = insertRevisionFile
      row.bind(1, revisionID)
      row.bind(2, Int64(position))
      row.bind(3, fileID)
      row.bind(4, file.fileName)
      row.bind(5, file.modified?.ticks)
      row.bind(6, file.patchingType?.text)
      row.bind(7, file.isEncrypted)
      row.bind(8, AdditionalDigestList.bytes(file.additionalDigests))
      try row.run()
      try stage(file, muURL: location?.muURL, revisionID: revisionID, position: Int64(position), fileID: fileID)
      guard let key = location?.decryptionKey else { continue }
      insertKey.bind(1, revisionID)
      insertKey.bind(2, fileID)
      insertKey.bind(3, key)
      try insertKey.run()
    }
  }

  private func fileID(of digest: FileDigest) throws -> Int64 {
    insertFile.bind(1, digest.bytes)
    try insertFile.run()
    if insertFile.changes > 0 { return insertFile.lastInsertedRowID }
    selectFile.bind(1, digest.bytes)
    guard let fileID = try selectFile.fetchInt64() else {
      throw CatalogError.database(operation: "stage", text: "file \(digest) vanished")
    }
    return fileID
  }

  /// Keeps what the revision says of the file itself until it is published: other revisions may show the file.
  private func stage(
    _ file: ContentFile, muURL: String?, revisionID: Int64, position: Int64, fileID: Int64
  ) throws {
    var flags: FileFlags = []
    if file.sha256 != nil { flags.insert(.hasSHA256) }
    if file.patchingType == .express { flags.insert(.isExpress) }
    insertStagedFile.bind(1, revisionID)
    insertStagedFile.bind(2, position)
    insertStagedFile.bind(3, fileID)
    insertStagedFile.bind(4, file.size)
    insertStagedFile.bind(5, Int64(flags.rawValue))
    insertStagedFile.bind(6, muURL)
    try insertStagedFile.run()
  }
}
