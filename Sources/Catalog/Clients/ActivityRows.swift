internal import GRDB
public import UpdateModel

/// Installations of a revision by one operating system since the last roll-up (MS-WSUSSS 3.1.1, ClientActivitySummary).
public struct ClientActivity: Hashable, Sendable {
  public let identity: UpdateIdentity
  /// nil for computers that did not register.
  public let operatingSystem: OperatingSystem?
  public let successes: Int
  public let failures: Int
  let position: Position

  /// Where a row stands in lists.
  public struct Position: Hashable, Sendable {
    let updateKey: Int64
    let revisionNumber: Int32
    let operatingSystemKey: Int64
  }
}

/// Writes rows of `clientActivity` for one computer.
struct ActivityRows {
  private let db: Database
  private let computer: ComputerKey

  init(_ db: Database, _ computer: ComputerKey) {
    self.db = db
    self.computer = computer
  }

  /// Counts an installation (WUSP-344). Revisions that nothing here has are not counted: anybody can make up numbers.
  func count(
    _ outcome: StatusRules.InstallationOutcome, _ updateKey: Int64, _ revisionNumber: Int32, at now: Timestamp
  ) throws {
    let isStored = "SELECT 1 FROM revision WHERE updateKey = ? AND revisionNumber = ? AND changeSequence IS NOT NULL"
    let statement = try db.cachedStatement(sql: isStored)
    guard try Int.fetchOne(statement, arguments: [updateKey, revisionNumber]) != nil else { return }
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO clientActivity VALUES (?1, ?2,
          coalesce((SELECT operatingSystemKey FROM registration WHERE computerKey = ?3), 0), ?4, ?5, ?6)
        ON CONFLICT (updateKey, revisionNumber, operatingSystemKey)
          DO UPDATE SET successes = successes + ?4, failures = failures + ?5, changedAt = ?6
        """)
    try insert.execute(arguments: [
      updateKey, revisionNumber, computer.value, outcome == .success ? 1 : 0, outcome == .failure ? 1 : 0, now.ticks,
    ])
  }
}

extension Catalog {
  /// Installations since the last roll-up, by update, revision and operating system.
  ///
  /// - Parameter after: the last row of the page before.
  public func clientActivity(after: ClientActivity? = nil, limit: Int) async throws -> [ClientActivity] {
    try await read("client activity") { db in
      let sql = """
        SELECT updateID, revisionNumber, successes, failures, updateKey, operatingSystemKey,
          \(RegistrationRows.operatingSystemColumns)
        FROM clientActivity JOIN knownUpdate USING (updateKey) LEFT JOIN operatingSystem USING (operatingSystemKey)
        WHERE (updateKey, revisionNumber, operatingSystemKey) > (?, ?, ?)
        ORDER BY updateKey, revisionNumber, operatingSystemKey LIMIT ?
        """
      let last = after?.position
      let arguments: StatementArguments = [
        last?.updateKey ?? -1, last?.revisionNumber ?? 0, last?.operatingSystemKey ?? 0, limit,
      ]
      return try Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
        ClientActivity(
          identity: try row.identity(0, 1),
          operatingSystem: row.hasNull(atIndex: 6) ? nil : RegistrationRows.operatingSystem(row, from: 6),
          successes: row[2], failures: row[3],
          position: .init(updateKey: row[4], revisionNumber: row[1], operatingSystemKey: row[5]))
      }
    }
  }

  /// Takes away what a roll-up has sent; what was counted since stays (AMB-43).
  public func consumeActivity(_ sent: [ClientActivity]) async throws {
    try await writeDurably("consume client activity") { db in
      for row in sent {
        let key: StatementArguments = [
          row.position.updateKey, row.position.revisionNumber, row.position.operatingSystemKey,
        ]
        let isRow = "updateKey = ? AND revisionNumber = ? AND operatingSystemKey = ?"
        try db.execute(
          sql: """
            UPDATE clientActivity SET successes = max(0, successes - ?), failures = max(0, failures - ?) WHERE \(isRow)
            """,
          arguments: [row.successes, row.failures] + key)
        try db.execute(
          sql: "DELETE FROM clientActivity WHERE \(isRow) AND successes = 0 AND failures = 0", arguments: key)
      }
    }
  }
}
