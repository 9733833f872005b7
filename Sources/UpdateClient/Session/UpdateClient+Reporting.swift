public import UpdateModel
public import WireFormat

/// Events for the server (MS-WUSP 3.2.5.11, guide 11).
extension UpdateClient {
  /// Sends events in batches. Those that the server does not want are left out.
  ///
  /// - Throws: ``UpdateClientError/reportRefused(events:)`` when a batch must be sent again: events of the same
  ///   instance are stored once, so that all may be.
  public func report(_ events: [ReportingEvent]) async throws {
    try await prepare()
    let wanted = state.configuration?.allowedEventIDs.map { Set($0) }
    var rest = events.filter { wanted?.contains(Int32($0.eventID)) ?? true }[...]
    while !rest.isEmpty {
      let batch = Array(rest.prefix(configuration.limits.events))
      rest = rest.dropFirst(batch.count)
      let now = clock()
      let answer = try await call(ReportEventBatch.self) { state in
        ReportEventBatch.Request(cookie: state.cookie?.cookie, clientTime: now, events: batch)
      }
      guard answer.wasReceived else { throw UpdateClientError.reportRefused(events: batch.count) }
    }
  }

  /// What agents report after a scan: the number of updates that were found (147), and the whole status (156). Members
  /// of bundles are never in it, as in reports of Windows (observed-behaviour.md 14).
  public func detectionEvents(
    _ report: ScanReport, instanceID: () -> GUID = { GUID.random() }
  ) -> [ReportingEvent] {
    let needed = report.updates.filter { $0.applicability == .needed }
    let installed = report.updates.filter { $0.applicability == .installed }
    let lists = [("U", needed), ("V", installed)].filter { !$0.1.isEmpty }.map { tag, updates in
      "\(tag)=" + updates.map { $0.identity.updateID.description.uppercased() }.joined(separator: ";")
    }
    var detected = event(147, instanceID())
    detected.replacementStrings = ["\(needed.count)"]
    var status = event(156, instanceID())
    status.miscData = lists
    return [detected, status]
  }

  /// An event of this client, by its clock. `101` is the agent.
  public func event(_ eventID: Int16, _ instanceID: GUID, about update: UpdateIdentity? = nil) -> ReportingEvent {
    ReportingEvent(
      clientID: configuration.clientID, timeAtTarget: clock(), instanceID: instanceID, eventID: eventID, sourceID: 101,
      update: update)
  }
}
