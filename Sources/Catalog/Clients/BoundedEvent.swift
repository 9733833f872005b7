internal import UpdateModel

/// An event that passed the bounds.
struct BoundedEvent: Sendable {
  let instanceID: GUID
  let eventID: Int16
  let sourceID: Int16
  let timeAtTarget: Timestamp
  /// In this server's time.
  let happened: Timestamp
  let update: UpdateIdentity?
  let result: Int32
  let appName: String?
  let deviceID: String?
  let replacements: String?
  let miscellaneous: String?
  /// Of a status event.
  let statement: StatusStatement?

  init(_ event: ClientEvent, of computer: ClientID, clock: ClientClock) throws(RefusedEvent.Reason) {
    guard event.namespaceID == 1 else { throw .namespace(event.namespaceID) }
    guard ClientID(event.targetID) == computer else { throw .foreignTarget(ClientText.bounded(event.targetID)) }
    statement = try Self.statement(event)
    instanceID = event.instanceID
    eventID = event.eventID
    sourceID = event.sourceID
    timeAtTarget = event.timeAtTarget
    happened = clock.moment(event.timeAtTarget)
    update = event.update.flatMap { $0.updateID == .zero ? nil : $0 }
    result = event.result
    appName = ClientText.bounded(ifAny: event.appName)
    deviceID = ClientText.bounded(ifAny: event.deviceID)
    replacements = Self.lines(event.replacementStrings, limit: ClientLimits.replacementStrings)
    // The lists of a statement become states and are not stored twice.
    let isStatement = statement != nil
    let misc = event.miscData.lazy.filter { !(isStatement && StatusStatement.isList($0)) }
    miscellaneous = Self.lines(misc, limit: ClientLimits.miscStrings)
  }

  private static func statement(_ event: ClientEvent) throws(RefusedEvent.Reason) -> StatusStatement? {
    guard StatusRules.effect(of: event.eventID) == .statement else { return nil }
    let limit = ClientLimits.namedUpdates
    guard let statement = StatusStatement(miscData: event.miscData, limit: limit) else {
      throw .tooManyUpdates(limit: limit)
    }
    return statement
  }

  private static func lines(_ strings: some Sequence<String>, limit: Int) -> String? {
    ClientText.lines(strings.prefix(limit).map { ClientText.bounded($0, limit: ClientText.eventString) })
  }
}

/// A batch, divided into what is stored and what is not.
struct BoundedBatch: Sendable {
  private(set) var events: [BoundedEvent] = []
  private(set) var refused: [RefusedEvent] = []

  init(_ batch: [ClientEvent], of computer: ClientID, clock: ClientClock) {
    events.reserveCapacity(batch.count)
    for (index, event) in batch.enumerated() {
      do {
        events.append(try BoundedEvent(event, of: computer, clock: clock))
      } catch {
        refused.append(RefusedEvent(index: index, reason: error))
      }
    }
  }
}

/// Moments of a client's clock in this server's time (wusp.md 11.3).
struct ClientClock: Sendable {
  /// What the client's clock showed when it sent the batch.
  let clientTime: Timestamp
  let received: Timestamp

  /// Never later than the receipt: a clock that runs ahead must not freeze states.
  func moment(_ time: Timestamp) -> Timestamp {
    let (sum, overflow) = time.ticks.addingReportingOverflow(received.ticks - clientTime.ticks)
    return overflow ? received : Timestamp(ticks: max(0, min(sum, received.ticks)))
  }
}
