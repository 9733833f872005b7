internal import GRDB
public import UpdateModel

/// What computers need and have, as they reported it.
///
/// A list is one snapshot and one page; memory grows with the page, and by some bits with the number of computers.
extension Catalog {
  /// Reads all states once: about a second for six million.
  public func clientSummary() async throws -> ClientSummary {
    try await read("client summary") { db in
      var writer = try SummaryWriter(db)
      return try writer.summary(db)
    }
  }

  /// Updates in the order of their arrival, with the number of computers in each state.
  public func updateStatus(_ query: UpdateStatusQuery) async throws -> [UpdateStatusRow] {
    try await read("update status") { db in
      let (condition, arguments) = try UpdateConditions(query.updates, db).sql()
      let hasState = query.states.isEmpty ? "1" : Self.isReported(query.states)
      let sql = """
        \(UpdateRowReader.select) WHERE isLatest = 1 AND \(condition) AND \(hasState) ORDER BY revisionID LIMIT ?
        """
      let limit = min(10_000, max(1, query.updates.limit))
      let reader = try UpdateRowReader(db, language: query.updates.language)
      let counter = try StateCounter(db, groups: query.groups)
      return try Row.fetchAll(db, sql: sql, arguments: arguments + [limit]).map { row in
        UpdateStatusRow(update: try reader.row(row), computers: try counter.counts(try row.guid(1)))
      }
    }
  }

  /// A condition on `revision`.
  private static func isReported(_ states: Set<UpdateState>) -> String {
    """
    EXISTS (SELECT 1 FROM updateStatus
      WHERE updateStatus.updateKey = revision.updateKey AND state IN (\(codes(states))))
    """
  }

  private static func codes(_ states: Set<UpdateState>) -> String {
    let codes = states.isEmpty ? UpdateState.allCases.filter(\.isCounted) : Array(states)
    return codes.map(\.rawValue).sorted().map(String.init).joined(separator: ", ")
  }

  /// The updates of a computer that are in one of `states`, all but "not applicable" when empty.
  ///
  /// - Throws: ``CatalogError/unknownComputer(_:)``.
  public func updateStatus(
    of clientID: ClientID, states: Set<UpdateState> = [], language: String? = nil, after: Int64 = 0, limit: Int = 1_000
  ) async throws -> [ComputerUpdateStatus] {
    try await read("updates of a computer") { db in
      let sql = """
        SELECT updateKey, updateID, state, changedAt, errorCode, isHidden,
          (SELECT revisionID FROM revision WHERE revision.updateKey = updateStatus.updateKey AND isLatest = 1)
        FROM updateStatus JOIN knownUpdate USING (updateKey)
        WHERE computerKey = ? AND updateKey > ? AND state IN (\(Self.codes(states))) ORDER BY updateKey LIMIT ?
        """
      let computer = try ComputerRows.known(clientID, db)
      let titles = try TitleReader(db, language: language)
      return try Row.fetchAll(db, sql: sql, arguments: [computer.value, after, min(10_000, max(1, limit))]).map { row in
        ComputerUpdateStatus(
          updateID: try row.guid(1), title: try (row[6] as Int64?).flatMap { try titles.title($0) },
          state: UpdateState(rawValue: row[2]) ?? .unknown, lastChange: Timestamp(ticks: row[3]), errorCode: row[4],
          isDeclined: row[5], position: row[0])
      }
    }
  }

  /// The computers on which an update is in one of `states`, all but "not applicable" when empty, in the order of their
  /// first contact.
  ///
  /// - Throws: ``CatalogError/unknownUpdate(_:)``, ``CatalogError/unknownGroup(_:)``.
  public func computerStatus(
    of updateID: GUID, states: Set<UpdateState> = [], groups: [GUID] = [], after: ComputerKey? = nil, limit: Int = 1_000
  ) async throws -> [UpdateComputerStatus] {
    try await read("computers of an update") { db in
      let key = try Self.knownKey(updateID, db)
      let inGroups = try GroupMembership(db).condition(groups) ?? ("1", [])
      let sql = """
        SELECT computerKey, computerID, dnsName, state, changedAt, errorCode
        FROM updateStatus JOIN computer USING (computerKey)
        WHERE updateKey = ? AND computerKey > ? AND state IN (\(Self.codes(states))) AND \(inGroups.sql)
        ORDER BY computerKey LIMIT ?
        """
      let arguments: StatementArguments = [key, after?.value ?? 0]
      return try Row.fetchAll(db, sql: sql, arguments: arguments + inGroups.arguments + [min(10_000, max(1, limit))])
        .map(Self.computerStatus)
    }
  }

  private static func computerStatus(_ row: Row) throws -> UpdateComputerStatus {
    guard let clientID = ClientID(row[1]), let state = UpdateState(rawValue: row[3]) else {
      throw CatalogError.damagedRow(table: "updateStatus", key: row[0], column: "computerID, state")
    }
    return UpdateComputerStatus(
      computer: ComputerKey(row[0]), clientID: clientID, dnsName: row[2], state: state,
      lastChange: Timestamp(ticks: row[4]), errorCode: row[5])
  }

  private static func knownKey(_ updateID: GUID, _ db: Database) throws -> Int64 {
    let sql = "SELECT updateKey FROM knownUpdate WHERE updateID = ?"
    guard let key = try Int64.fetchOne(db, sql: sql, arguments: [updateID.sql]) else {
      throw CatalogError.unknownUpdate(updateID)
    }
    return key
  }

  /// What computers fail at now, by error code: the most computers first, then by code and by arrival of the update.
  public func failures(_ query: FailureQuery) async throws -> [FailureRow] {
    try await read("failures") { db in
      let inGroups = try GroupMembership(db).condition(query.groups) ?? ("1", [])
      let sql = """
        SELECT errorCode, updateKey, count(*) AS computers, max(changedAt) FROM (
          SELECT errorCode, updateKey, changedAt FROM updateStatus INDEXED BY updateStatusFailed
            JOIN computer USING (computerKey) JOIN knownUpdate USING (updateKey)
          WHERE state = \(UpdateState.failed.rawValue) AND isHidden = 0 AND (?1 IS NULL OR updateID = ?1)
            AND \(inGroups.sql)
          UNION ALL
          SELECT lastSyncError, NULL, lastSync FROM computer
          WHERE lastSyncResult = \(SyncResult.failed.rawValue) AND ?1 IS NULL AND \(inGroups.sql)
        ) GROUP BY errorCode, updateKey ORDER BY computers DESC, errorCode, updateKey LIMIT ? OFFSET ?
        """
      let arguments = StatementArguments([query.updateID?.sql ?? .null]) + inGroups.arguments + inGroups.arguments
      let page: StatementArguments = [min(10_000, max(1, query.limit)), max(0, query.offset)]
      let reader = try FailureReader(db, language: query.language)
      return try Row.fetchAll(db, sql: sql, arguments: arguments + page).map(reader.row)
    }
  }
}
