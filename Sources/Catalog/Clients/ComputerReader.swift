internal import GRDB
internal import UpdateModel

/// Reads lines of `computers list`.
struct ComputerReader {
  static let select = """
    SELECT computer.computerKey, computerID, dnsName, address, firstContact, lastContact, hasDetailsChanged,
      lastSync, lastSyncResult, lastSyncError, lastReport, lastStatus, lastDetection, lastReboot,
      osDescription, operatingSystem.operatingSystemKey, \(RegistrationRows.operatingSystemColumns)
    FROM computer LEFT JOIN registration USING (computerKey) LEFT JOIN operatingSystem USING (operatingSystemKey)
    """

  let membership: GroupMembership
  private let db: Database
  private let counts: Statement

  init(_ db: Database) throws {
    self.db = db
    membership = try GroupMembership(db)
    counts = try db.cachedStatement(
      sql: """
        SELECT state, count(*) FROM updateStatus JOIN knownUpdate USING (updateKey)
        WHERE computerKey = ? AND isHidden = 0 AND state > \(UpdateState.notApplicable.rawValue) GROUP BY state
        """)
  }

  func row(of computer: ComputerKey) throws -> ComputerRow {
    let sql = "\(Self.select) WHERE computer.computerKey = ?"
    guard let row = try Row.fetchOne(db, sql: sql, arguments: [computer.value]) else {
      throw CatalogError.unknownComputer("number \(computer.value)")
    }
    return try self.row(row)
  }

  func row(_ row: Row) throws -> ComputerRow {
    let computer = ComputerKey(row[0])
    guard let clientID = ClientID(row[1]) else {
      throw CatalogError.damagedRow(table: "computer", key: computer.value, column: "computerID")
    }
    let times = ReportedTimes(row, from: 7)
    return ComputerRow(
      computer: computer, clientID: clientID, dnsName: row[2], address: row[3],
      groups: try membership.direct(computer, db), requestedGroups: try RequestedGroups.stored(computer, db),
      operatingSystem: row.hasNull(atIndex: 15) ? nil : RegistrationRows.operatingSystem(row, from: 16),
      osDescription: row[14], firstContact: Timestamp(ticks: row[4]), lastContact: Timestamp(ticks: row[5]),
      lastSync: times.lastSync, lastSyncResult: times.lastSyncResult, lastSyncError: times.lastSyncError,
      lastReport: times.lastReport, lastStatus: times.lastStatus, lastDetection: times.lastDetection,
      lastReboot: times.lastReboot, hasDetailsChanged: row[6], states: try states(computer))
  }

  private func states(_ computer: ComputerKey) throws -> StateCounts {
    try Row.fetchAll(counts, arguments: [computer.value]).reduce(into: StateCounts()) { counts, row in
      if let state = UpdateState(rawValue: row[0]) { counts[state] = row[1] }
    }
  }
}
