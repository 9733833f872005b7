internal import GRDB
public import UpdateModel

/// How long reports are kept; nil = for ever.
public struct ClientRetention: Hashable, Sendable {
  /// Events received before this moment go.
  public var eventsBefore: Timestamp?
  /// No more events than this stay.
  public var maximumEvents: Int?
  /// States that have been "not applicable" since before this moment go.
  public var statesBefore: Timestamp?
  /// Installations that were counted before this moment and never rolled up go.
  public var activityBefore: Timestamp?

  public init(
    eventsBefore: Timestamp? = nil, maximumEvents: Int? = nil, statesBefore: Timestamp? = nil,
    activityBefore: Timestamp? = nil
  ) {
    self.eventsBefore = eventsBefore
    self.maximumEvents = maximumEvents
    self.statesBefore = statesBefore
    self.activityBefore = activityBefore
  }
}

/// What a purge removed.
public struct ClientPurge: Hashable, Sendable {
  public var events = 0
  public var states = 0
  public var activity = 0

  public init() {}
}

extension Catalog {
  /// Removes what the limits no longer keep, in many small transactions: reports that come meanwhile wait for one step
  /// only. Computers stay (``removeComputers(silentSince:limit:)``).
  @discardableResult
  public func purgeClientRecords(_ limits: ClientRetention) async throws -> ClientPurge {
    var purged = ClientPurge()
    if let moment = limits.eventsBefore {
      purged.events += try await purgeEvents("receivedAt < ?", [moment.ticks])
    }
    if let maximum = limits.maximumEvents {
      let newest = "SELECT max(eventKey) FROM event"
      purged.events += try await purgeEvents("eventKey <= (\(newest)) - ?", [max(0, maximum)])
    }
    if let moment = limits.statesBefore { purged.states = try await purgeStates(before: moment) }
    if let moment = limits.activityBefore { purged.activity = try await purgeActivity(before: moment) }
    return purged
  }

  private static var eventsInAStep: Int { 5_000 }
  private static var computersInAStep: Int64 { 200 }

  /// From the oldest on, as long as the condition holds: events are numbered as they are received.
  private func purgeEvents(_ condition: String, _ arguments: StatementArguments) async throws -> Int {
    var purged = 0
    while true {
      let step = try await write("purge events") { db in
        let sql = """
          DELETE FROM event WHERE eventKey IN (
            SELECT eventKey FROM (SELECT eventKey, receivedAt FROM event ORDER BY eventKey LIMIT \(Self.eventsInAStep))
            WHERE \(condition))
          """
        try db.execute(sql: sql, arguments: arguments)
        return db.changesCount
      }
      purged += step
      guard step == Self.eventsInAStep else { return purged }
    }
  }

  private func purgeStates(before moment: Timestamp) async throws -> Int {
    let last = try await read("last computer") { db in
      try Int64.fetchOne(db, sql: "SELECT max(computerKey) FROM computer") ?? 0
    }
    var purged = 0
    for first in stride(from: Int64(1), through: last, by: Int64.Stride(Self.computersInAStep)) {
      purged += try await write("purge states") { db in
        try db.execute(
          sql: """
            DELETE FROM updateStatus WHERE computerKey BETWEEN ? AND ? AND state = ? AND changedAt < ?
            """,
          arguments: [
            first, first + Self.computersInAStep - 1, UpdateState.notApplicable.rawValue, moment.ticks,
          ])
        return db.changesCount
      }
    }
    return purged
  }

  /// Also operating systems that nothing names any more.
  private func purgeActivity(before moment: Timestamp) async throws -> Int {
    try await write("purge client activity") { db in
      try db.execute(sql: "DELETE FROM clientActivity WHERE changedAt < ?", arguments: [moment.ticks])
      let purged = db.changesCount
      try db.execute(
        sql: """
          DELETE FROM operatingSystem WHERE NOT EXISTS (SELECT 1 FROM registration
              WHERE registration.operatingSystemKey = operatingSystem.operatingSystemKey)
            AND NOT EXISTS (SELECT 1 FROM clientActivity
              WHERE clientActivity.operatingSystemKey = operatingSystem.operatingSystemKey)
          """)
      return purged
    }
  }
}
