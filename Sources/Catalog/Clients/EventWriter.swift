internal import GRDB
internal import UpdateModel

/// Stores the events of one computer and moves its states, inside one transaction.
struct EventWriter {
  private let db: Database
  private let computer: ComputerKey
  private let received: Timestamp
  private let states: StateRows
  private let activity: ActivityRows
  private var contact: ReportedTimes

  init(_ db: Database, _ clientID: ClientID, received: Timestamp) throws {
    self.db = db
    self.received = received
    computer = try ComputerRows.known(clientID, db)
    states = try StateRows(db, computer)
    activity = ActivityRows(db, computer)
    contact = try ReportedTimes(computer, db)
  }

  mutating func store(_ batch: BoundedBatch) throws -> EventReceipt {
    let new = try insert(batch.events)
    // In the order in which things happened, whatever the order in the batch (WUSP-340).
    let order = new.enumerated().sorted { ($0.element.happened, $0.offset) < ($1.element.happened, $1.offset) }
    for (_, event) in order { try apply(event) }
    contact.lastReport = received
    try contact.store(computer, db)
    return EventReceipt(stored: new.count, repeated: batch.events.count - new.count, refused: batch.refused)
  }

  /// - Returns: those that were not stored before (WUSP-333).
  private func insert(_ events: [BoundedEvent]) throws -> [BoundedEvent] {
    let statement = try RawStatement(
      db,
      """
      INSERT INTO event (computerKey, instanceID, eventID, sourceID, updateID, revisionNumber, result, receivedAt,
        timeAtTarget, happenedAt, appName, deviceID, replacements, miscellaneous)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (computerKey, instanceID) DO NOTHING
      """)
    return try events.filter { event in
      statement.bind(1, computer.value)
      statement.bind(2, event.instanceID)
      statement.bind(3, Int64(event.eventID))
      statement.bind(4, Int64(event.sourceID))
      if let update = event.update { statement.bind(5, update.updateID) } else { statement.bindNull(5) }
      statement.bind(6, (event.update?.revisionNumber).map(Int64.init))
      statement.bind(7, event.result)
      statement.bind(8, received.ticks)
      statement.bind(9, event.timeAtTarget.ticks)
      statement.bind(10, event.happened.ticks)
      statement.bind(11, event.appName)
      statement.bind(12, event.deviceID)
      statement.bind(13, event.replacements)
      statement.bind(14, event.miscellaneous)
      try statement.run()
      return statement.changes > 0
    }
  }

  private mutating func apply(_ event: BoundedEvent) throws {
    switch StatusRules.effect(of: event.eventID) {
    case .none: break
    case .statement:
      guard let statement = event.statement, event.happened > contact.lastStatus ?? Timestamp(ticks: -1) else { return }
      try states.apply(statement, at: event.happened)
      contact.lastStatus = event.happened
      contact.lastDetection = event.happened
    case .moves(let state, let outcome): try move(event, to: state, outcome)
    case .restarted: contact.lastReboot = max(contact.lastReboot ?? event.happened, event.happened)
    case .detected(let result):
      guard event.happened > contact.lastSync ?? Timestamp(ticks: -1) else { return }
      contact.lastSync = event.happened
      contact.lastSyncResult = result
      contact.lastSyncError = result == .failed ? event.result : nil
    }
  }

  private func move(_ event: BoundedEvent, to state: UpdateState, _ outcome: StatusRules.InstallationOutcome?) throws {
    guard let update = event.update, let key = try states.publishedKey(update.updateID) else { return }
    let single = StatusRules.Event(
      state: state, time: event.happened, errorCode: state == .failed ? event.result : nil)
    let stored = try states.stored(key)
    guard let next = StatusRules.state(stored, after: single, lastStatus: contact.lastStatus) else { return }
    if next != stored { try states.write(next, key) }
    if let outcome { try activity.count(outcome, key, update.revisionNumber, at: received) }
  }
}

/// When a computer reported what; columns of `computer`.
struct ReportedTimes {
  var lastSync: Timestamp?
  var lastSyncResult: SyncResult
  var lastSyncError: Int32?
  var lastReport: Timestamp?
  var lastStatus: Timestamp?
  var lastDetection: Timestamp?
  var lastReboot: Timestamp?

  init(_ computer: ComputerKey, _ db: Database) throws {
    let sql = """
      SELECT lastSync, lastSyncResult, lastSyncError, lastReport, lastStatus, lastDetection, lastReboot
      FROM computer WHERE computerKey = ?
      """
    guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [computer.value]) else {
      throw CatalogError.damagedRow(table: "computer", key: computer.value, column: "computerKey")
    }
    self.init(row)
  }

  /// From seven columns in the order of the properties.
  init(_ row: Row, from start: Int = 0) {
    lastSync = row.timestamp(start)
    lastSyncResult = SyncResult(rawValue: row[start + 1]) ?? .unknown
    lastSyncError = row[start + 2]
    lastReport = row.timestamp(start + 3)
    lastStatus = row.timestamp(start + 4)
    lastDetection = row.timestamp(start + 5)
    lastReboot = row.timestamp(start + 6)
  }

  func store(_ computer: ComputerKey, _ db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        UPDATE computer SET lastSync = ?2, lastSyncResult = ?3, lastSyncError = ?4, lastReport = ?5, lastStatus = ?6,
          lastDetection = ?7, lastReboot = ?8, lastContact = max(lastContact, coalesce(?5, 0)) WHERE computerKey = ?1
        """)
    try statement.execute(arguments: [
      computer.value, lastSync?.ticks, lastSyncResult.rawValue, lastSyncError, lastReport?.ticks, lastStatus?.ticks,
      lastDetection?.ticks, lastReboot?.ticks,
    ])
  }
}
