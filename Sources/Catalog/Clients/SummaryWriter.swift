internal import GRDB
internal import UpdateModel

/// Adds up computers and their states by group, in one walk in the order of computers.
struct SummaryWriter {
  private let membership: GroupMembership
  private var walk: GroupMembership.Walk
  private var summaries: [GUID: GroupSummary]

  init(_ db: Database) throws {
    membership = try GroupMembership(db)
    walk = try GroupMembership.Walk(membership, db)
    summaries = Dictionary(
      uniqueKeysWithValues: membership.groups.map { ($0.targetGroupID, GroupSummary($0)) })
  }

  mutating func summary(_ db: Database) throws -> ClientSummary {
    var states = try StateWalk(db)
    let sql = "SELECT computerKey, lastStatus IS NOT NULL, lastSyncResult FROM computer ORDER BY computerKey"
    let computers = try Row.fetchCursor(db, sql: sql)
    while let row = try computers.next() {
      let computer = ComputerKey(row[0])
      let groups = membership.withParents(try walk.direct(computer))
      let counts = try states.counts(computer)
      for group in groups {
        summaries[group]?.add(
          counts, hasReported: row[1], hasFailed: row[2] == SyncResult.failed.rawValue)
      }
    }
    let root = TargetGroup.allComputers
    let all = summaries.removeValue(forKey: root.targetGroupID) ?? GroupSummary(root)
    return ClientSummary(
      all: all,
      groups: summaries.values.sorted {
        ($0.group.name, $0.group.targetGroupID) < ($1.group.name, $1.group.targetGroupID)
      })
  }
}

extension GroupSummary {
  fileprivate mutating func add(_ counts: StateCounts, hasReported: Bool, hasFailed: Bool) {
    computers += 1
    states += counts
    if hasFailed { failedDetections += 1 }
    if counts.needed + counts.downloaded > 0 { needing += 1 }
    if counts.failed > 0 { failing += 1 }
    if counts.installedPendingReboot > 0 { waitingForReboot += 1 }
    let isOpen = counts.needed + counts.downloaded + counts.failed + counts.installedPendingReboot > 0
    if !hasReported { notReported += 1 } else if !isOpen { upToDate += 1 }
  }
}

/// Walks the states of updates that are not declined in the order of computers, beside another walk in the same order.
private struct StateWalk {
  private let rows: RowCursor
  private var next: Row?

  init(_ db: Database) throws {
    let sums = UpdateState.allCases.map { "sum(state = \($0.rawValue))" }.joined(separator: ", ")
    rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT computerKey, \(sums) FROM updateStatus
        WHERE updateKey NOT IN (SELECT updateKey FROM knownUpdate WHERE isHidden = 1)
        GROUP BY computerKey ORDER BY computerKey
        """)
    next = try rows.next()
  }

  /// Ask in growing order.
  mutating func counts(_ computer: ComputerKey) throws -> StateCounts {
    while let row = next, row[0] < computer.value { next = try rows.next() }
    guard let row = next, row[0] == computer.value else { return StateCounts() }
    var counts = StateCounts()
    for state in UpdateState.allCases where state.isCounted { counts[state] = row[1 + state.rawValue] }
    return counts
  }
}
