import Catalog
import Logging
import UpdateModel
import WireFormat

/// Derives the fragments of new revisions before clients ask for them: after a sync, an import, or an upgrade of the
/// transformer.
struct FragmentWorker: Sendable {
  /// Revisions of one turn: clients that wait for theirs get in between.
  private static let batch = 64
  private static let pause: Duration = .seconds(5)
  private static let pauseAfterFailure: Duration = .seconds(60)

  let catalog: Catalog
  let source: FragmentSource
  let logger: Logger

  /// Works until the task is cancelled.
  func run() async {
    var known: ChangeMark?
    while !Task.isCancelled {
      do {
        let mark = try await catalog.mark()
        if mark != known { try await deriveAll() }
        known = mark
        try await Task.sleep(for: Self.pause)
      } catch is CancellationError {
        return
      } catch {
        logger.error("fragments: cannot be derived: \(error)")
        do { try await Task.sleep(for: Self.pauseAfterFailure) } catch { return }
      }
    }
  }

  private func deriveAll() async throws {
    while true {
      try Task.checkCancellation()
      let lacking = try await catalog.revisionsWithoutFragments(version: MetadataFragments.version, limit: Self.batch)
      if lacking.isEmpty { return }
      try await source.derive(lacking)
    }
  }
}
