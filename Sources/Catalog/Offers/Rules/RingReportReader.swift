internal import GRDB
internal import UpdateModel

/// What the computers of a group, and of those below it, said of an update; lives inside one snapshot.
final class RingReportReader {
  private let db: Database
  /// Computers by group, read when first asked for.
  private var members: [GUID: KeySet] = [:]

  init(_ db: Database) { self.db = db }

  func report(_ updateKey: Int64, _ group: GUID) throws -> RingReport {
    let computers = try members(of: group)
    let states = try RawStatement(db, "SELECT state, computerKey FROM updateStatus WHERE updateKey = ?")
    var installed = 0
    var failed = 0
    states.bind(1, updateKey)
    try states.forEach { row in
      guard let computer = row.int64(1), computers.contains(computer) else { return }
      switch UpdateState(rawValue: Int(row.int64(0) ?? 0)) {
      case .failed: failed += 1
      case .installed, .installedPendingReboot: installed += 1
      default: break
      }
    }
    return RingReport(installed: installed, failed: failed)
  }

  private func members(of group: GUID) throws -> KeySet {
    if let known = members[group] { return known }
    let inGroup = try GroupMembership(db).condition([group]) ?? ("1", [])
    var keys = KeySet()
    let sql = "SELECT computerKey FROM computer WHERE \(inGroup.sql)"
    let rows = try Row.fetchCursor(db, sql: sql, arguments: inGroup.arguments)
    while let row = try rows.next() { keys.insert(row[0]) }
    members[group] = keys
    return keys
  }
}
