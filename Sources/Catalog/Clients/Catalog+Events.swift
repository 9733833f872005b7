internal import GRDB
public import UpdateModel

/// What computers report.
extension Catalog {
  /// Stores a batch of events, each once, and moves the states that they speak of (wusp.md 11.3, 11.4).
  ///
  /// On disk when it returns; callers that come at the same time share a transaction.
  ///
  /// - Parameter clientTime: what the client's clock showed when it sent the batch.
  /// - Throws: ``CatalogError/unknownComputer(_:)``, ``CatalogError/eventBatchTooLarge(count:limit:)``,
  ///   ``CatalogError/busy(text:)`` when too many events wait already.
  @discardableResult
  public func storeEvents(
    _ events: [ClientEvent], of clientID: ClientID, clientTime: Timestamp
  ) async throws -> EventReceipt {
    guard events.count <= ClientLimits.eventsPerBatch else {
      throw CatalogError.eventBatchTooLarge(count: events.count, limit: ClientLimits.eventsPerBatch)
    }
    let clock = ClientClock(clientTime: clientTime, received: clock())
    // Before the transaction: nobody waits for the writer meanwhile.
    let batch = BoundedBatch(events, of: clientID, clock: clock)
    return try await clientWrites.run(weight: events.count, in: self, "store events") { db in
      var writer = try EventWriter(db, clientID, received: clock.received)
      return try writer.store(batch)
    }
  }

  /// Stored events, the newest first.
  public func events(_ query: EventQuery) async throws -> [EventRecord] {
    try await read("events") { db in
      var conditions = ["eventKey < ?"]
      var arguments: StatementArguments = [query.before ?? .max]
      if let computer = query.computer {
        conditions.append("event.computerKey = ?")
        arguments += [try ComputerRows.known(computer, db).value]
      }
      if let update = query.update {
        conditions.append("updateID = ?")
        arguments += [update.sql]
      }
      if query.failuresOnly {
        conditions.append("eventID IN (\(StatusRules.failures.map(String.init).joined(separator: ", ")))")
      }
      let sql = """
        SELECT eventKey, computerID, dnsName, instanceID, eventID, sourceID, updateID, revisionNumber, result,
          receivedAt, happenedAt, appName, deviceID, replacements, miscellaneous
        FROM event JOIN computer USING (computerKey) WHERE \(conditions.joined(separator: " AND "))
        ORDER BY eventKey DESC LIMIT ?
        """
      let limit = min(10_000, max(1, query.limit))
      return try Row.fetchAll(db, sql: sql, arguments: arguments + [limit]).map(EventRecord.init)
    }
  }
}

/// What is asked of the stored events; nil = any.
public struct EventQuery: Hashable, Sendable {
  public var computer: ClientID?
  public var update: GUID?
  public var failuresOnly = false
  /// 1 to 10,000.
  public var limit = 100
  /// The last row's ``EventRecord/number`` of the page before.
  public var before: Int64?

  public init() {}
}

/// A stored event. Its text is escaped and cut (docs/catalog.md).
public struct EventRecord: Hashable, Sendable {
  /// Grows with the receipt.
  public let number: Int64
  public let clientID: String
  public let dnsName: String
  public let instanceID: GUID
  public let eventID: Int16
  public let sourceID: Int16
  public let update: UpdateIdentity?
  public let result: Int32
  public let received: Timestamp
  /// When it happened at the computer, in this server's time.
  public let happened: Timestamp
  public let appName: String?
  public let deviceID: String?
  public let replacementStrings: [String]
  /// `tag=value`; without the id lists of a status.
  public let miscData: [String]

  init(_ row: Row) throws {
    number = row[0]
    clientID = row[1]
    dnsName = row[2]
    instanceID = try row.guid(3, table: "event")
    eventID = row[4]
    sourceID = row[5]
    update = try row.optionalGUID(6).map { UpdateIdentity(updateID: $0, revisionNumber: row[7]) }
    result = row[8]
    received = Timestamp(ticks: row[9])
    happened = Timestamp(ticks: row[10])
    appName = row[11]
    deviceID = row[12]
    replacementStrings = ClientText.strings(row[13])
    miscData = ClientText.strings(row[14])
  }
}
