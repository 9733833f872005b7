import Catalog
import Platform
import UpdateModel
import WireFormat

/// The second reading of a package: stages the revisions that this site lacks, a batch while the next is parsed.
struct PackageIntake: Sendable {
  private static let batchCount = 500
  private static let batchByteCount = 8 << 20

  let catalog: Catalog
  let package: PackageCopy
  let locations: PackageLocations
  /// Neither published nor staged for this package.
  let lacking: Set<UpdateIdentity>
  let pool: BlockingPool

  /// - Throws: `CatalogError`; `CancellationError`: what was staged waits for the next run.
  func stage(_ progress: @Sendable (PackageProgress) -> Void) async throws {
    guard !lacking.isEmpty else { return }
    let handover = BatchHandover<[StagedRevision]>()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await read(into: handover) }
      do {
        try await take(handover, progress)
      } catch {
        handover.close()
        throw error
      }
      try await group.waitForAll()
    }
  }

  private func take(
    _ handover: BatchHandover<[StagedRevision]>, _ progress: (PackageProgress) -> Void
  ) async throws {
    var at = PackageProgress(phase: .stage, total: lacking.count)
    for try await batch in handover.batches {
      try Task.checkCancellation()
      try await catalog.stageImport(package.archiveID, batch)
      handover.taken()
      for revision in batch { at.add(revision.document) }
      progress(at)
    }
    // A cancelled task sees the end of the stream early.
    try Task.checkCancellation()
  }

  private func read(into handover: BatchHandover<[StagedRevision]>) async {
    do {
      try await pool.run { try read { (batch) throws(CancellationError) in try handover.give(batch) } }
      handover.end(nil)
    } catch {
      handover.end(error)
    }
  }

  private func read(_ give: ([StagedRevision]) throws -> Void) throws {
    var records = PackageRecordReader(limits: PackageCopy.limits)
    var batch: [StagedRevision] = []
    var byteCount = 0
    try package.read { member, bytes in
      guard member == WindowsPackageLayout.metadataName else { return }
      let whole = try bytes.isEmpty ? records.finish() : records.push(bytes)
      for record in whole where lacking.contains(record.identity) {
        batch.append(try staged(record))
        byteCount += record.document.count
        guard batch.count == Self.batchCount || byteCount >= Self.batchByteCount else { continue }
        try give(batch)
        (batch, byteCount) = ([], 0)
      }
    }
    if !batch.isEmpty { try give(batch) }
  }

  private func staged(_ record: PackageRecord) throws -> StagedRevision {
    let metadata = try PackageCheck.metadata(of: record)
    return StagedRevision(
      metadata: metadata, document: record.document,
      locations: try metadata.files.compactMap { try locations.location(of: $0.digest) })
  }
}
