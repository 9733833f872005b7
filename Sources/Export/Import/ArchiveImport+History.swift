public import Catalog
import ContentStore
import Platform
public import UpdateModel

extension ArchiveImport {
  /// Imports of this site, the newest first; rolled-back ones too.
  public func history(limit: Int) async throws -> [ImportRecord] { try await catalog.importRecords(limit: limit) }

  /// Makes the generation before the last import visible again. Content stays, and what the archive changed in trust.
  ///
  /// - Parameter archiveID: the archive that is expected to be the last one; nil: whichever it is.
  @discardableResult
  public func rollback(_ archiveID: GUID? = nil) async throws -> ImportRecord {
    try await catalog.rollbackImport(archiveID)
  }

  /// Imports that were begun and not finished, by their archives.
  public func waiting() async throws -> [WaitingImport] {
    var found: [GUID: WaitingImport] = [:]
    for staged in try await catalog.stagedImports() {
      found[staged.archiveID, default: WaitingImport(archiveID: staged.archiveID)].revisions = staged.revisions
    }
    for staged in try await store.stagedImports() {
      guard let id = GUID(staged.name) else { continue }
      var waiting = found[id] ?? WaitingImport(archiveID: id)
      waiting.files = staged.content.files
      waiting.bytes = staged.content.bytes
      waiting.isHeld = staged.isHeld
      found[id] = waiting
    }
    let state = state
    for spool in try await pool.run({ try ImportSpool.all(state: state) }) where found[spool.archiveID] == nil {
      found[spool.archiveID] = WaitingImport(archiveID: spool.archiveID)
    }
    return found.values.sorted { $0.archiveID < $1.archiveID }
  }

  /// Removes what waits for an archive, or for all; what is visible stays.
  ///
  /// - Returns: the archives that something was removed of.
  @discardableResult
  public func discard(_ archiveID: GUID? = nil) async throws -> [GUID] {
    let all = try await waiting().map(\.archiveID).filter { archiveID == nil || $0 == archiveID }
    let staged = try await store.stagedImports().map(\.name)
    for id in all {
      if staged.contains("\(id)") { try await store.beginImport("\(id)").discard() }
      try await catalog.discardStagedImport(id)
      let spool = ImportSpool(state: state, archiveID: id)
      try await pool.run { try spool.remove() }
    }
    return all
  }
}
