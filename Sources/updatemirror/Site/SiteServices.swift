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

  /// What runs beside the server of a site that has an upstream server: the schedule, and the files that are asked for.
  ///
  /// - Throws: ``ConfigurationError`` for settings that no run could use.
  func fetchingServices() throws -> [any Service] {
    guard configuration.optional(.upstreamURL) != nil else { return [] }
    _ = try syncOptions()
    let turn = SyncTurn(state)
    var services: [any Service] = []
    if !subscription.schedule.minutes.isEmpty { services.append(ScheduledSync(site: self, turn: turn)) }
    if subscription.contentMode != .none { services.append(RequestedFiles(site: self, turn: turn)) }
    return services
  }

  /// A group that stops gracefully when it is told to; signals are the caller's business.
  func group(_ services: [any Service]) -> ServiceGroup {
    ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: logger))
  }
}

/// Starts a run at each time of the schedule, while the server serves.
struct ScheduledSync: Service {
  let site: Site
  let turn: SyncTurn

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
      let report = try await turn.run { try await site.sync(.all) { _ in } }
      let missing = report.content?.missingCount ?? 0
      site.logger.notice(
        "sync: \(report.newRevisions) new revisions, \(report.content?.fetchedFiles ?? 0) files fetched, \(missing) missing"
      )
    } catch {
      site.logger.error("sync: \(Failure(error).message)")
    }
  }
}
