internal import GRDB
internal import Synchronization
internal import UpdateModel

extension Catalog {
  /// The one commit that makes an archive visible (docs/archive-format.md 7): revisions, on a replica also groups,
  /// deployments, declines, EULAs, languages and limits; it writes the import record and keeps what it replaces.
  /// On disk when it returns. Publishing the same archive again changes nothing.
  ///
  /// All anchors of the USS are forgotten, so that a later sync compares everything.
  ///
  /// - Throws: ``CatalogError/notReplica(operation:)``, ``CatalogError/replica(operation:)`` when the publication
  ///   is for the other kind of server.
  @discardableResult
  public func publishImport(_ publication: ImportPublication) async throws -> ImportSummary {
    let now = clock()
    // Also after a failure: whether the commit happened is then unknown.
    defer { settingsMemory.withLock { $0.forget() } }
    return try await writeDurably("publish import") { db in
      if let known = try ImportRecordRows.record(publication.archive.archiveID, db), known.rolledBack == nil {
        return ImportSummary(again: known)
      }
      switch publication.administration {
      case .replica: try Self.requireReplica(db, "import of a replica")
      case .approvals: try Self.requireAutonomous(db, "import of approvals")
      }
      var step = ImportStep(publication, now: now)
      return try step.run(db)
    }
  }
}

/// One publication on its way into the tables.
struct ImportStep {
  private let publication: ImportPublication
  private let now: Timestamp
  private var sequence: LazySequence

  init(_ publication: ImportPublication, now: Timestamp) {
    self.publication = publication
    self.now = now
    sequence = LazySequence(at: now, .archive)
  }

  mutating func run(_ db: Database) throws -> ImportSummary {
    let area = try StagingArea.ofImport(publication.archive.archiveID, db)
    let replaced = try ReplacedGeneration.keep(area, db)
    let updates = try area.map { try Catalog.newUpdates($0, db) } ?? 0
    let revisions = try area.map { try Catalog.reveal($0, &sequence, db) } ?? 0
    let resolved = try Catalog.resolveDeployments(&sequence, db)
    let administration = try administer(db)
    try Catalog.resetAnchors(db)
    if let area { try db.execute(sql: "DELETE FROM stagedImport WHERE stagedFor = ?", arguments: [area.code]) }
    let record = ImportRecord(
      archive: publication.archive, applied: now, changeSequence: sequence.value, revisions: revisions, rolledBack: nil)
    try replaced.finish(importID: try ImportRecordRows.insert(record, db), db)
    return ImportSummary(
      record: record, updates: updates, administration: administration, resolvedDeployments: resolved)
  }

  private mutating func administer(_ db: Database) throws -> ApplySummary {
    switch publication.administration {
    case .replica(let state): try mirror(state, db)
    case .approvals(let deployments): try upsert(deployments, db)
    }
  }

  /// As an answer to GetDeployments without an anchor: what it does not name is gone. How this server stores
  /// content, and that it is a replica, stays its own.
  private mutating func mirror(_ state: ExportedState, _ db: Database) throws -> ApplySummary {
    try Catalog.merge(state.languages, db, &sequence)
    var settings = try Catalog.settings(db)
    if settings.limits != state.settings.limits {
      settings.limits = state.settings.limits
      try Catalog.write(settings, db)
      _ = try sequence.take(db)
    }
    let deployments = DeploymentState(
      anchor: DeploymentAnchor(""), groups: state.groups, deployments: state.deployments,
      hiddenUpdates: state.declined, acceptedEULAs: state.acceptedEULAs)
    var application = DeploymentApplication(state: deployments, wasFull: true, sequence: sequence)
    let summary = try application.run(db)
    sequence = application.sequence
    return summary
  }

  private mutating func upsert(_ deployments: [Deployment], _ db: Database) throws -> ApplySummary {
    var changed = 0
    for deployment in deployments where try DeploymentRows.live(deployment.deploymentID, db) != deployment {
      try DeploymentRows.upsert(deployment, db, sequence: try sequence.take(db))
      changed += 1
    }
    _ = try Catalog.resolveDeployments(&sequence, db)
    return ApplySummary(
      sequence: sequence.value, changedGroups: 0, deletedGroups: 0, changedDeployments: changed, deadDeployments: 0,
      changedHidden: 0, acceptedEULAs: 0, unresolved: try Catalog.unresolved(db))
  }
}

extension ImportSummary {
  init(again record: ImportRecord) {
    self.init(
      record: record, wasAppliedBefore: true, revisions: 0, updates: 0, changedGroups: 0, deletedGroups: 0,
      changedDeployments: 0, deadDeployments: 0, changedHidden: 0, acceptedEULAs: 0, resolvedDeployments: 0,
      unresolved: [])
  }

  init(record: ImportRecord, updates: Int, administration: ApplySummary, resolvedDeployments: Int) {
    self.init(
      record: record, wasAppliedBefore: false, revisions: record.revisions, updates: updates,
      changedGroups: administration.changedGroups, deletedGroups: administration.deletedGroups,
      changedDeployments: administration.changedDeployments, deadDeployments: administration.deadDeployments,
      changedHidden: administration.changedHidden, acceptedEULAs: administration.acceptedEULAs,
      resolvedDeployments: resolvedDeployments, unresolved: administration.unresolved)
  }
}
