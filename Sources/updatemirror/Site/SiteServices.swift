import Logging
import Mirror
import Platform
import ServiceLifecycle
import UpdateModel
import UpdateServer

extension Site {
  /// The server of this site alone, over plain HTTP.
  ///
  /// - Parameters:
  ///   - port: instead of the one of the configuration.
  ///   - onBound: called with the port, before the first answer.
  func updateServer(port: Int? = nil, onBound: @escaping @Sendable (Int) async -> Void) throws -> UpdateServer {
    UpdateServer(
      catalog: catalog, store: store, keys: try cookieKeys(), configuration: try serverConfiguration(port: port),
      clock: SystemClock.now, logger: logger, onBound: onBound)
  }

  /// What runs beside the server of a site that has an upstream server: the schedule, and the files that are asked for.
  ///
  /// - Throws: ``ConfigurationError`` for settings that no run could use.
  func fetchingServices() async throws -> [any Service] {
    guard configuration.optional(.upstreamURL) != nil else { return [] }
    _ = try syncOptions()
    let turn = SyncTurn(state)
    var services: [any Service] = []
    let schedule = try await schedule()
    if schedule.rhythm != .never { services.append(ScheduledSync(site: self, schedule: schedule, turn: turn)) }
    if subscription.contentMode != .none { services.append(RequestedFiles(site: self, turn: turn)) }
    return services
  }

  /// A group that stops gracefully when it is told to, and cuts what has not ended within `serve.stop-within`;
  /// signals are the caller's business.
  func group(_ services: [any Service]) throws -> ServiceGroup {
    var group = ServiceGroupConfiguration(services: [Together(services: services)], logger: logger)
    group.maximumGracefulShutdownDuration = .seconds(try configuration.seconds(.serveStopWithin))
    return ServiceGroup(configuration: group)
  }
}
