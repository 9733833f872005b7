internal import GRDB
internal import UpdateModel

/// Counts the computers of an update by state.
struct StateCounter {
  private let states: RawStatement
  /// Bits of computers.
  private var counted = KeySet()
  private var reported = KeySet()
  private let total: Int
  private let totalReported: Int

  init(_ db: Database, groups: [GUID]) throws {
    states = try RawStatement(
      db,
      """
      SELECT state, computerKey FROM updateStatus JOIN knownUpdate USING (updateKey) WHERE updateID = ?
      """)
    let inGroups = try GroupMembership(db).condition(groups) ?? ("1", [])
    let sql = "SELECT computerKey, lastStatus IS NOT NULL FROM computer WHERE \(inGroups.sql)"
    let computers = try Row.fetchCursor(db, sql: sql, arguments: inGroups.arguments)
    while let row = try computers.next() {
      counted.insert(row[0])
      if row[1] { reported.insert(row[0]) }
    }
    total = counted.count
    totalReported = reported.count
  }

  func counts(_ updateID: GUID) throws -> StateCounts {
    var counts = StateCounts()
    counts.notApplicable = totalReported
    counts.unknown = total - totalReported
    states.bind(1, updateID)
    try states.forEach { row in
      guard let state = UpdateState(rawValue: Int(row.int64(0) ?? 0)), let computer = row.int64(1),
        counted.contains(computer)
      else { return }
      // It was counted as one without a row.
      if reported.contains(computer) { counts.notApplicable -= 1 } else { counts.unknown -= 1 }
      counts[state] += 1
    }
    return counts
  }
}
