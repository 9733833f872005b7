import Catalog
import Logging
import UpdateModel

/// The row of one run in the history: made when the metadata is complete (SSS-221, SSS-280), so that a run killed
/// while it fetches files has one, and amended when the content phase has ended.
struct RunHistory: Sendable {
  let catalog: Catalog
  let clock: @Sendable () -> Timestamp
  let logger: Logger
  /// False for work that is no synchronization run.
  let isKept: Bool

  /// - Returns: the row.
  func metadataEnded(_ report: SyncReport, contentFollows: Bool) async throws -> Int64? {
    guard isKept else { return nil }
    return try await catalog.recordHistory(record(report, contentFollows ? .unfinished : .succeeded))
  }

  /// A run for content alone that had nothing to do leaves no row.
  func contentEnded(_ report: SyncReport) async throws {
    guard isKept, let content = report.content else { return }
    let isComplete = content.missingCount == 0 && content.stopped == nil
    var record = record(report, isComplete ? .succeeded : .incomplete)
    record.message = content.stopped
    if let row = report.historyRow { return try await catalog.amendHistory(row, record) }
    guard content.fetchedFiles > 0 || !isComplete else { return }
    try await catalog.recordHistory(record)
  }

  /// The run failed or was cancelled. If that cannot be written, the error of the run matters more.
  func failed(_ error: any Error, _ report: SyncReport) async {
    guard isKept else { return }
    let isCancelled = error is CancellationError
    var record = record(report, isCancelled ? .cancelled : .failed)
    record.message = isCancelled ? nil : "\(error)"
    let (catalog, row, ended) = (catalog, report.historyRow, record)
    do {
      // The end of a run is written even when its task is being cancelled.
      try await Task {
        if let row { try await catalog.amendHistory(row, ended) } else { try await catalog.recordHistory(ended) }
      }.value
    } catch {
      logger.error("sync: the history row of the run was not written: \(error)")
    }
  }

  private func record(_ report: SyncReport, _ outcome: SyncRecord.Outcome) -> SyncRecord {
    SyncRecord(
      began: report.began, ended: clock(), endpoint: report.endpoint, outcome: outcome,
      newRevisions: report.newRevisions, changedDeployments: report.changedDeployments,
      fetchedFiles: report.content?.fetchedFiles ?? 0, fetchedBytes: report.content?.storedBytes ?? 0,
      missingFiles: report.content?.missingCount ?? 0)
  }
}
