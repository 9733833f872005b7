internal import GRDB
public import UpdateModel

/// What the catalogue refuses or cannot do.
public enum CatalogError: Error, Hashable, Sendable {
  /// SQLite finds the file damaged; rebuild it by synchronizing again (SSS-376).
  case corrupted(path: String, text: String)
  /// The file was written by a newer program.
  case newerSchema(path: String, found: [String])
  case noSpace(path: String, text: String)
  /// Another process kept the database locked for longer than the busy timeout.
  case busy(text: String)
  /// Any other failure that SQLite reports.
  case database(operation: String, text: String)
  /// Not an anchor this software can have written: InvalidParameters (SSS-131, SSS-197, SSS-387).
  case malformedAnchor(String)
  /// Another change log's anchor, one from its future or from a life that a backup undid: ServerChanged (SSS-387).
  case foreignAnchor(String, epoch: String, lastSequence: Int64)
  /// Tombstones that the caller would need are purged: ServerChanged (SSS-388).
  case expiredAnchor(String, oldestSequence: Int64)
  /// A replica takes groups, approvals and declines from its USS alone (SSS-378).
  case replica(operation: String)
  /// Only a replica applies deployments of a USS.
  case notReplica(operation: String)
  case unknownUpdate(GUID)
  case unknownRevision(UpdateIdentity)
  case unknownGroup(GUID)
  case unknownDeployment(GUID)
  case unknownDownstreamServer(GUID)
  case unknownComputer(String)
  /// Anybody can make up client ids; an administrator removes silent computers.
  case tooManyComputers(limit: Int)
  case eventBatchTooLarge(count: Int, limit: Int)
  /// Computers name their groups themselves.
  case clientSideTargeting(operation: String)
  case unknownRule(Int64)
  case ruleNameTaken(String)
  /// A rule that cannot be evaluated; `text` says which part and why.
  case invalidRule(String, text: String)
  /// A declined update is offered to nobody, so it cannot be approved either.
  case declinedUpdate(GUID)
  /// Only within a bundle, or as a prerequisite.
  case notDeployable(UpdateIdentity)
  /// An administrator accepts licence terms for all clients before an update is installed (wusp.md 5).
  case eulaNotAccepted(GUID, of: GUID)
  case builtinGroup(TargetGroup)
  case groupNameTaken(String)
  case groupHasChildren(GUID, count: Int)
  /// A listing of this kind is in progress; continue or abandon it.
  case listingInProgress(ListingKind)
  /// Not every listed identity is stored or known to be unavailable.
  case listingIncomplete(ListingKind, pending: Int)
  /// Another archive of this server has the number (docs/archive-format.md 3, `sequence`).
  case exportSequenceTaken(Int64, by: GUID)
  /// No import counts, or what the last one replaced is not kept any more.
  case nothingToRollBack
  /// Only the last import that counts can be rolled back.
  case notLastImport(GUID, last: GUID)
  case unknownImport(GUID)
  /// A stored row does not decode.
  case damagedRow(table: String, key: Int64, column: String)
  /// A stored metadata document does not unpack; `text` says what was expected and found.
  case damagedDocument(revisionID: Int64, text: String)
}

extension CatalogError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .corrupted(let path, let text): "catalogue \(path): damaged: \(text)"
    case .newerSchema(let path, let found):
      "catalogue \(path): written by a newer version: unknown migrations \(found.joined(separator: ", "))"
    case .noSpace(let path, let text): "catalogue \(path): no space left: \(text)"
    case .busy(let text): "catalogue: locked by another process: \(text)"
    case .database(let operation, let text): "catalogue: \(operation): \(text)"
    case .malformedAnchor(let text):
      "anchor: expected nnnn,yyyy-MM-dd HH:mm:ss.fff,epoch, found \(text.debugDescription)"
    case .foreignAnchor(let text, let epoch, let last):
      "anchor: expected epoch \(epoch) and a recorded sequence up to \(last), found \(text.debugDescription)"
    case .expiredAnchor(let text, let oldest):
      "anchor: expected a sequence of at least \(oldest), found \(text.debugDescription)"
    case .replica(let operation): "\(operation): refused: this server is a replica, its USS decides"
    case .notReplica(let operation): "\(operation): refused: this server is autonomous"
    case .unknownUpdate(let id): "update \(id): not in the catalogue"
    case .unknownRevision(let identity): "revision \(identity): not in the catalogue"
    case .unknownGroup(let id): "target group \(id): not in the catalogue"
    case .unknownDeployment(let id): "deployment \(id): not in the catalogue"
    case .unknownDownstreamServer(let id): "downstream server \(id): not in the catalogue"
    case .unknownComputer(let id): "computer \(id): not in the catalogue"
    case .tooManyComputers(let limit): "computer: refused: \(limit) computers are known, remove silent ones"
    case .eventBatchTooLarge(let count, let limit): "events: expected at most \(limit) in a batch, found \(count)"
    case .clientSideTargeting(let operation): "\(operation): refused: under client-side targeting computers decide"
    case .unknownRule(let id): "approval rule \(id): not in the catalogue"
    case .ruleNameTaken(let name): "approval rule \(name.debugDescription): the name is taken"
    case .invalidRule(let name, let text): "approval rule \(name.debugDescription): \(text)"
    case .declinedUpdate(let id): "update \(id): declined, cannot be approved"
    case .notDeployable(let identity): "revision \(identity): cannot be approved on its own"
    case .eulaNotAccepted(let eulaID, let updateID): "update \(updateID): licence terms \(eulaID) are not accepted"
    case .builtinGroup(let group): "target group \(group.name.debugDescription): builtin, cannot be deleted"
    case .groupNameTaken(let name): "target group \(name.debugDescription): the name is taken"
    case .groupHasChildren(let id, let count): "target group \(id): has \(count) child groups"
    case .listingInProgress(let kind): "listing of \(kind): already in progress"
    case .listingIncomplete(let kind, let pending): "listing of \(kind): \(pending) revisions are still missing"
    case .exportSequenceTaken(let sequence, let owner):
      "export \(sequence): expected a number that is free, found it taken by archive \(owner)"
    case .nothingToRollBack: "import rollback: there is no import whose previous generation is kept"
    case .notLastImport(let id, let last):
      "import rollback: expected the last import, archive \(last), found archive \(id)"
    case .unknownImport(let id): "import of archive \(id): not in the catalogue"
    case .damagedRow(let table, let key, let column): "catalogue: row \(key) of \(table): \(column) does not decode"
    case .damagedDocument(let revisionID, let text): "catalogue: document of row \(revisionID): \(text)"
    }
  }
}

extension CatalogError {
  public var reaction: Reaction {
    switch self {
    case .busy: .retry(after: nil)
    case .foreignAnchor, .expiredAnchor: .resetAnchors
    default: .giveUp
    }
  }
}

extension CatalogError {
  /// SQLite's error in the words of this room.
  init(_ error: DatabaseError, path: String, operation: String) {
    let text = error.message ?? "result code \(error.resultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupted(path: path, text: text)
    case .SQLITE_FULL: self = .noSpace(path: path, text: text)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(text: text)
    default: self = .database(operation: operation, text: text)
    }
  }
}
