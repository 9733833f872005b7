import Logging
import Mirror
import Platform
import ServiceLifecycle
import UpdateModel
import UpdateServer

extension Site {
  /// The server of this site.
  ///
  /// - Parameters:
  ///   - port: instead of the one of the configuration.
  ///   - onBound: called with the port, before the first answer.
  func updateServer(port: Int? = nil, onBound: @escaping @Sendable (Int) async -> Void) throws -> UpdateServer {
    let address = UpdateServerConfiguration(
      host: configuration.text(.serveHost), port: try port ?? configuration.integer(.servePort))
    return UpdateServer(
      catalog: catalog, store: store, keys: try cookieKeys(), configuration: address, clock: SystemClock.now,
      logger: logger, onBound: onBound)
  }

  /// A group that stops gracefully when it is told to; signals are the caller's business.
  func group(_ services: [any Service]) -> ServiceGroup {
    ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: logger))
  }
}

/// Starts a run at each time of the schedule, while the server serves.
struct ScheduledSync: Service {
  let site: Site

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let now = SystemClock.now()
        let secondOfDay = Int(now.unixSeconds) % 86_400
        guard let pause = site.subscription.schedule.secondsUntilNext(secondOfDay: secondOfDay) else { return }
        site.logger.info("sync: next run in \(Quantity.time(Double(pause)))")
        do { try await Task.sleep(for: .seconds(pause)) } catch { return }
        await once()
      }
    }
    // A site without a schedule serves on: this service ends with the others.
    try await gracefulShutdown()
  }

  /// One run. Its error is in the history and the log; the next run tries again.
  private func once() async {
    do {
      let lock = try site.state.lock()
      let report = try await site.sync(.all) { _ in }
      withExtendedLifetime(lock) {}
      let missing = report.content?.missingCount ?? 0
      site.logger.notice(
        "sync: \(report.newRevisions) new revisions, \(report.content?.fetchedFiles ?? 0) files fetched, \(missing) missing"
      )
    } catch {
      site.logger.error("sync: \(Failure(error).message)")
    }
  }
}
