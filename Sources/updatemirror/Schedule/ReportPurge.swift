import Catalog
import Logging
import Platform
import ServiceLifecycle

/// Removes old reports of client computers, beside the server. Computers stay, also silent ones.
struct ReportPurge: Service {
  /// Often enough that little is to do at a time.
  private static let pause: Double = 3_600

  let site: Site

  func run() async throws {
    await cancelWhenGracefulShutdown { await follow() }
    // This service ends with the others.
    try await gracefulShutdown()
  }

  private func follow() async {
    while !Task.isCancelled {
      await purge()
      do { try await Task.sleep(for: .seconds(Self.pause)) } catch { return }
    }
  }

  /// What fails is told and tried again at the next turn.
  func purge() async {
    do {
      let purged = try await site.catalog.purgeClientRecords(try site.clientRetention(at: SystemClock.now()))
      guard purged != ClientPurge() else { return }
      site.logger.info("reports: \(purged.events) old events and \(purged.states) states removed")
    } catch {
      site.logger.warning("reports: old ones cannot be removed: \(Failure(error).message)")
    }
  }
}
