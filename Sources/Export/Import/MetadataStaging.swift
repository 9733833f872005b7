import Synchronization

/// Stages the revisions of an archive beside the reading of its content, from the moment the packed objects are whole.
actor MetadataStaging {
  private let run: ImportRun
  private var task: Task<ArchiveContents?, any Error>?
  /// Until then the reading of volumes says how far the import is.
  private let isAwaited = Atomic(false)

  init(_ run: ImportRun) { self.run = run }

  /// Stages them unless some are missing, behind what was begun before.
  func begin() {
    let (earlier, run) = (task, run)
    task = Task { [self] in
      let lists = try await withTaskCancellationHandler {
        try await earlier?.value
      } onCancel: {
        earlier?.cancel()
      }
      if let lists { return lists }
      return try await run.stageMetadata(report)
    }
  }

  /// Waits until all revisions are staged.
  ///
  /// - Returns: the lists; nil while some of the packed objects are in volumes that were not read.
  func lists() async throws -> ArchiveContents? {
    isAwaited.store(true, ordering: .relaxed)
    begin()
    guard let task else { return nil }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  /// Ends what is under way, and waits for the end.
  func stop() async {
    task?.cancel()
    _ = await task?.result
  }

  private nonisolated func report(_ progress: ReadingProgress) {
    if isAwaited.load(ordering: .relaxed) { run.progress(progress) }
  }
}
