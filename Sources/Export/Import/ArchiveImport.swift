public import Catalog
public import ContentStore
import Platform
public import UpdateModel

/// Imports signed archives into this site (docs/archive-format.md, sections 7 and 8).
///
/// One import at a time for a state directory: the caller holds its lock.
public struct ArchiveImport: Sendable {
  let catalog: Catalog
  let store: ContentStore
  let state: String
  let reader: ArchiveReader
  let clock: @Sendable () -> Timestamp
  let pool = BlockingPool(width: 2, name: "import")
  var medium = MediumReads()

  /// - Parameter state: the state directory.
  public init(
    catalog: Catalog, store: ContentStore, state: String, serverID: GUID, clock: @escaping @Sendable () -> Timestamp
  ) {
    self.catalog = catalog
    self.store = store
    self.state = state
    self.clock = clock
    reader = ArchiveReader(catalog: catalog, serverID: serverID)
  }

  /// Reads what is there of an archive and, once all of it was read, makes it visible.
  ///
  /// What was verified is kept: cancelled, killed, refused at a volume or with volumes missing, the same call goes on.
  ///
  /// - Parameter folders: of one archive; each may have some of its volumes.
  /// - Throws: ``ArchiveRefusal``, ``ImportError``, `ContentStoreError`, `CatalogError`; `CancellationError`.
  public func apply(
    _ folders: [String], _ options: ImportOptions = ImportOptions(),
    progress: @escaping @Sendable (ReadingProgress) -> Void = { _ in }
  ) async throws -> ImportResult {
    let evidence = EvidenceWriter(action: "apply", server: reader.serverID, path: options.report, clock: clock)
    return try await evidence.around { steps in
      let opened = try await open(folders, options.policy, steps)
      if opened.kind == .again, let record = try await catalog.importRecord(opened.manifest.archiveID) {
        _ = try await finish(opened.manifest)
        return (.alreadyApplied(record), .accepted)
      }
      let result = try await take(opened, options, steps, progress)
      if case .waiting(let volumes) = result { return (result, .incomplete(volumes: volumes)) }
      return (result, .accepted)
    }
  }

  func open(_ folders: [String], _ policy: ImportPolicy, _ steps: StepLog) async throws -> OpenedArchive {
    let state = state
    let trust = try await pool.run { try TrustStore.load(state: state) }
    let opening = ArchiveOpening(trust: trust, policy: policy, reader: reader, state: state, now: clock(), pool: pool)
    return try await opening.open(folders, steps: steps)
  }

  // MARK: Reading

  private func take(
    _ opened: OpenedArchive, _ options: ImportOptions, _ steps: StepLog,
    _ progress: @escaping @Sendable (ReadingProgress) -> Void
  ) async throws -> ImportResult {
    let run = ImportRun(self, opened, progress)
    let staging = try await store.beginImport("\(opened.manifest.archiveID)")
    let metadata = MetadataStaging(run)
    do {
      let missing = try await run.readVolumes(staging, steps) { await metadata.begin() }
      guard missing.isEmpty, let lists = try await metadata.lists() else {
        await metadata.stop()
        try await staging.close()
        return .waiting(volumes: missing)
      }
      steps.passed(.volume)
      steps.passed(.contents)
      try await run.requireComplete(lists, staging)
      steps.passed(.complete)
      return .applied(try await publish(run, lists, staging, options))
    } catch {
      await metadata.stop()
      await Self.keep(staging)
      throw error
    }
  }

  /// What was verified stays for the next run.
  private static func keep(_ staging: ImportStaging) async {
    do {
      try await staging.close()
    } catch {
      // Closed before, or the disk refuses: what the last checkpoint covered stays.
      staging.leave()
    }
  }

  // MARK: Publishing

  private func publish(
    _ run: ImportRun, _ lists: ArchiveContents, _ staging: ImportStaging, _ options: ImportOptions
  ) async throws -> AppliedImport {
    let manifest = run.opened.manifest
    let (administration, approvals) = try await administration(lists, options)
    let content = try await run.publishContent(staging)
    try await run.markPresent(lists)
    let archive = ImportedArchive(
      archiveID: manifest.archiveID, sourceServerID: manifest.source.serverID, sourceName: manifest.source.name,
      sequence: manifest.sequence, created: manifest.created, base: manifest.base,
      manifestSHA256: try run.opened.manifestDigest(), signers: run.opened.signers.map(\.escapedForMessages),
      counts: manifest.counts)
    let summary = try await catalog.publishImport(
      ImportPublication(archive: archive, administration: administration))
    let trust = try await finish(manifest)
    return AppliedImport(
      manifest: manifest, signers: run.opened.signers, summary: summary, files: content.published.files,
      bytes: content.published.bytes, approvals: approvals, trust: trust)
  }

  func administration(
    _ lists: ArchiveContents, _ options: ImportOptions
  ) async throws -> (ImportPublication.Administration, ApprovalMapping) {
    guard let state = lists.state else { return (.approvals([]), ApprovalMapping()) }
    if try await catalog.settings().replicationMode == .replica {
      return (.replica(state.exported(replicationMode: .replica)), ApprovalMapping())
    }
    let mapping = try await approvals(state, options)
    return (.approvals(mapping.changes), mapping)
  }

  func approvals(_ state: ArchiveState, _ options: ImportOptions) async throws -> ApprovalMapping {
    guard options.withApprovals else { return ApprovalMapping() }
    let mark = try await catalog.mark()
    let local = try await catalog.deployments(since: nil, upTo: SyncAnchor("\(mark)"))
    return ApprovalMapping(state, local: local)
  }

  /// What follows the one visible commit; repeating it changes nothing.
  private func finish(_ manifest: ArchiveManifest) async throws -> TrustChange {
    let spool = ImportSpool(state: state, archiveID: manifest.archiveID)
    if try await store.stagedImports().contains(where: { $0.name == "\(manifest.archiveID)" }) {
      try await store.beginImport("\(manifest.archiveID)").discard()
    }
    let (state, now) = (state, clock())
    return try await pool.run {
      try spool.remove()
      return try TrustChange.apply(manifest, state: state, at: now)
    }
  }
}

extension OpenedArchive {
  func manifestDigest() throws -> SHA256Digest {
    guard let digest = SHA256Digest(manifestSHA256) else {
      throw ArchiveRefusal(.manifest, what: "SHA-256", expected: "32 bytes", found: "another number")
    }
    return digest
  }
}
