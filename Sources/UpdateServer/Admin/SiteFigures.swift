import Catalog
import ContentStore
import UpdateModel

/// What the metrics tell of the catalogue and the content.
struct SiteFigures: Sendable {
  /// The newest run that has ended.
  var lastRun: SyncRecord?
  var lastSuccess: Timestamp?
  var content: ContentCounts
  var wantedFiles: Int
  var quarantinedFiles: Int
  var revisions: Int
  var downstreamServers: Int
  /// When the last archive was finished here.
  var lastExport: Timestamp?
  /// The last archive that was imported and not rolled back.
  var lastImport: ImportRecord?
  var freeBytes: Int64
  var clients: ClientCounts

  /// Reads counts; no file of the content is opened.
  ///
  /// - Parameter silentSince: computers without a contact since then count as silent.
  static func read(
    _ catalog: Catalog, _ store: ContentStore, _ policy: ContentPolicy, silentSince: Timestamp
  ) async throws -> SiteFigures {
    let runs = try await catalog.history(limit: 100)
    let disk = try await store.statistics()
    return SiteFigures(
      lastRun: runs.first { $0.outcome != .unfinished }, lastSuccess: runs.first { $0.outcome == .succeeded }?.ended,
      content: try await catalog.contentCounts(), wantedFiles: try await catalog.wantedTotals(policy).files,
      quarantinedFiles: disk.quarantine.files, revisions: try await catalog.counts().revisions,
      downstreamServers: try await catalog.downstreamServers().count,
      lastExport: try await catalog.exportRecords(limit: 100).compactMap(\.finished).max(),
      lastImport: try await catalog.lastImport(), freeBytes: disk.freeBytes,
      clients: try await catalog.clientCounts(silentSince: silentSince))
  }

  func write(to text: inout MetricsText) {
    text.family("updatemirror_sync_last_end_timestamp_seconds", .gauge, "When the last run ended, by its result.")
    if let lastRun {
      text.sample(
        "updatemirror_sync_last_end_timestamp_seconds", ["result": lastRun.outcome.word], lastRun.ended.unixSeconds)
    }
    writeArchives(to: &text)
    text.family("updatemirror_sync_last_success_timestamp_seconds", .gauge, "When the last complete run ended.")
    if let lastSuccess {
      text.sample("updatemirror_sync_last_success_timestamp_seconds", [:], lastSuccess.unixSeconds)
    }
    text.family("updatemirror_content_files", .gauge, "Files by state.")
    text.sample("updatemirror_content_files", ["state": "present"], content.presentFiles)
    text.sample("updatemirror_content_files", ["state": "missing"], wantedFiles)
    text.sample("updatemirror_content_files", ["state": "failed"], content.failedFiles)
    text.sample("updatemirror_content_files", ["state": "quarantined"], quarantinedFiles)
    text.single("updatemirror_content_bytes", .gauge, "Bytes of the files that are present.", content.presentBytes)
    text.single("updatemirror_content_free_bytes", .gauge, "Bytes that may still be written.", freeBytes)
    text.single("updatemirror_catalog_revisions", .gauge, "Revisions that readers see.", revisions)
    text.single("updatemirror_downstream_servers", .gauge, "Registered downstream servers.", downstreamServers)
    writeClients(to: &text)
  }

  private func writeClients(to text: inout MetricsText) {
    let figures = [
      ("clients", "Client computers.", clients.computers),
      ("clients_silent", "Client computers without a contact for clients.silent-after.", clients.silent),
      ("clients_not_reported", "Client computers that never sent a status.", clients.notReported),
      ("clients_failing", "Client computers with an update that failed.", clients.failing),
      ("clients_failed_detections", "Client computers whose last detection failed.", clients.failedDetections),
      ("client_events", "Reported events that are kept.", clients.events),
    ]
    for (name, help, value) in figures { text.single("updatemirror_\(name)", .gauge, help, value) }
  }

  private func writeArchives(to text: inout MetricsText) {
    let names = [
      ("last_export", "When the last archive was finished.", lastExport),
      ("last_import", "When the last archive was imported.", lastImport?.applied),
      ("last_import_created", "When its source made the last imported archive.", lastImport?.archive.created),
    ]
    for (name, help, moment) in names {
      text.family("updatemirror_archive_\(name)_timestamp_seconds", .gauge, help)
      if let moment { text.sample("updatemirror_archive_\(name)_timestamp_seconds", [:], moment.unixSeconds) }
    }
  }
}

extension SyncRecord.Outcome {
  fileprivate var word: String {
    switch self {
    case .succeeded: "complete"
    case .incomplete: "incomplete"
    case .failed: "failed"
    case .cancelled: "cancelled"
    case .unfinished: "unfinished"
    }
  }
}
