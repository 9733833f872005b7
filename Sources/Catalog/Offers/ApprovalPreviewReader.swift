internal import GRDB
internal import UpdateModel

/// Reads what an order would do; lives inside one snapshot.
struct ApprovalPreviewReader {
  private let order: ApprovalOrder
  private let now: Timestamp
  private let db: Database
  private let titles: TitleReader
  private let hostsExpress: Bool

  init(_ order: ApprovalOrder, now: Timestamp, language: String?, _ db: Database) throws {
    self.order = order
    self.now = now
    self.db = db
    titles = try TitleReader(db, language: language)
    hostsExpress = try Catalog.settings(db).hostsPSFFiles
  }

  func preview() throws -> ApprovalPreview {
    var entries: [ApprovalPreview.Entry] = []
    var missing: [Int64: Int64] = [:]
    for updateID in order.updateIDs {
      let subject = try ApprovalSubject(updateID, db)
      let files = try subject.missingFiles(hostsExpress: hostsExpress, db)
      missing.merge(files) { first, _ in first }
      entries.append(try entry(subject, missing: MissingContent(files)))
    }
    return ApprovalPreview(entries: entries, missing: MissingContent(missing))
  }

  private func entry(_ subject: ApprovalSubject, missing: MissingContent) throws -> ApprovalPreview.Entry {
    let sql = "SELECT \(UpdateRowReader.isSuperseded), publicationState FROM revision WHERE revisionID = ?"
    let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [subject.revisionID])
    let identity = subject.identity
    return ApprovalPreview.Entry(
      identity: identity, title: try titles.title(subject.revisionID) ?? "", isSuperseded: row?[0] ?? false,
      isExpired: (row?[1] as String?) == "Expired", isDeclined: subject.isDeclined, isDeployable: subject.isDeployable,
      bundled: try subject.bundled(db), eulas: try subject.unacceptedEULAs(db),
      changes: try order.targetGroupIDs.map { groupID in
        try Catalog.change(ApprovalRequest(order, identity.updateID, groupID), identity, now: now, db)
      },
      missing: missing)
  }
}
