internal import GRDB
internal import UpdateModel

/// Reads and writes the rows of `updateStatus` of one computer.
struct StateRows {
  private let computer: ComputerKey
  private let all: RawStatement
  private let one: RawStatement
  private let upsert: RawStatement
  private let keyIfDeployed: RawStatement
  private let keyIfPublished: RawStatement

  init(_ db: Database, _ computer: ComputerKey) throws {
    self.computer = computer
    all = try RawStatement(
      db,
      """
      SELECT state, changedAt, errorCode, updateKey, updateID FROM updateStatus JOIN knownUpdate USING (updateKey)
      WHERE computerKey = ?
      """)
    one = try RawStatement(
      db, "SELECT state, changedAt, errorCode FROM updateStatus WHERE computerKey = ? AND updateKey = ?")
    upsert = try RawStatement(
      db,
      """
      INSERT INTO updateStatus VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (computerKey, updateKey) DO UPDATE SET state = ?3, changedAt = ?4, errorCode = ?5
      """)
    keyIfDeployed = try RawStatement(
      db,
      """
      SELECT updateKey FROM knownUpdate WHERE updateID = ? AND EXISTS (SELECT 1 FROM deployment
        WHERE deployment.updateKey = knownUpdate.updateKey AND isDead = 0 AND action IN (0, 1, 2))
      """)
    keyIfPublished = try RawStatement(
      db,
      """
      SELECT updateKey FROM knownUpdate WHERE updateID = ? AND EXISTS (SELECT 1 FROM revision
        WHERE revision.updateKey = knownUpdate.updateKey AND isLatest = 1
          AND kind > \(UpdateKind.lastConfigurationCode))
      """)
  }

  /// The key of an update of which a revision is published; nil for other ids.
  func publishedKey(_ updateID: GUID) throws -> Int64? {
    keyIfPublished.bind(1, updateID)
    return try keyIfPublished.fetchInt64()
  }

  func stored(_ updateKey: Int64) throws -> StoredState? {
    one.bind(1, computer.value)
    one.bind(2, updateKey)
    return try one.fetch { try Self.state($0) }
  }

  func write(_ state: StoredState, _ updateKey: Int64) throws {
    upsert.bind(1, computer.value)
    upsert.bind(2, updateKey)
    upsert.bind(3, Int64(state.state.rawValue))
    upsert.bind(4, state.changed.ticks)
    upsert.bind(5, state.errorCode.map(Int64.init))
    try upsert.run()
  }

  /// Restates all rows of the computer, and makes rows for the other deployed updates that are named (WUSP-338).
  func apply(_ statement: StatusStatement, at time: Timestamp) throws {
    var named = statement.states
    for row in try rows() {
      let state = named.removeValue(forKey: row.updateID) ?? .notApplicable
      if let next = StatusRules.state(row.stored, stated: state, at: time) { try write(next, row.updateKey) }
    }
    // In the order of the keys: the rows of a computer are neighbours.
    let new = try named.compactMap { updateID, state in try deployedKey(updateID).map { ($0, state) } }
    for (key, state) in new.sorted(by: { $0.0 < $1.0 }) {
      if let next = StatusRules.state(nil, stated: state, at: time) { try write(next, key) }
    }
  }

  private func deployedKey(_ updateID: GUID) throws -> Int64? {
    keyIfDeployed.bind(1, updateID)
    return try keyIfDeployed.fetchInt64()
  }

  private func rows() throws -> [(updateKey: Int64, updateID: GUID, stored: StoredState)] {
    var rows: [(updateKey: Int64, updateID: GUID, stored: StoredState)] = []
    all.bind(1, computer.value)
    try all.forEach { row in
      rows.append((row.int64(3) ?? 0, try row.guid(4), try Self.state(row)))
    }
    return rows
  }

  /// From state, moment and error code.
  private static func state(_ row: RawRow) throws -> StoredState {
    guard let code = row.int64(0), let state = UpdateState(rawValue: Int(code)) else {
      throw CatalogError.damagedRow(table: "updateStatus", key: row.int64(3) ?? 0, column: "state")
    }
    return StoredState(
      state: state, changed: Timestamp(ticks: row.int64(1) ?? 0),
      errorCode: row.int64(2).map { Int32(truncatingIfNeeded: $0) })
  }
}
