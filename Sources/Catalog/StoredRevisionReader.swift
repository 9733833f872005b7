internal import GRDB
internal import UpdateModel

/// Reads revisions as a DSS receives them; lives inside one snapshot.
struct StoredRevisionReader: ~Copyable {
  private let select: RawStatement
  private let selectFiles: RawStatement
  private let documents: DocumentReader

  init(_ db: Database) throws {
    let select = try RawStatement(db, Catalog.publishedIDSQL)
    let selectFiles = try RawStatement(
      db, "SELECT digest, muURL FROM revisionFile JOIN file USING (fileID) WHERE revisionID = ? ORDER BY position")
    let documents = try DocumentReader(db)
    self.select = select
    self.selectFiles = selectFiles
    self.documents = documents
  }

  /// nil for what is unknown or not published.
  func revision(_ identity: UpdateIdentity) throws -> StoredRevision? {
    select.bind(1, identity.updateID)
    select.bind(2, identity.revisionNumber)
    guard let revisionID = try select.fetchInt64() else { return nil }
    var locations: [FileLocation] = []
    selectFiles.bind(1, revisionID)
    try selectFiles.forEach { row in
      guard let digest = FileDigest(bytes: copyBytes(row.blob(0))) else {
        throw CatalogError.damagedRow(table: "file", key: revisionID, column: "digest")
      }
      locations.append(FileLocation(digest: digest, muURL: row.text(1)))
    }
    return StoredRevision(
      identity: identity, document: try documents.document(revisionID), fileDigests: locations.map(\.digest),
      locations: locations)
  }
}
