import Catalog
import UpdateModel

/// Computers by target group.
struct SummaryReport: ListReport {
  struct Row: Encodable {
    let group: String
    let name: String
    let computers: Int
    /// They never told the states of updates.
    let notReported: Int
    /// They need nothing, fail at nothing and wait for no restart.
    let upToDate: Int
    let needing: Int
    let failing: Int
    let waitingForRestart: Int
    /// Their last detection failed.
    let failedDetections: Int
    /// States of updates over all computers of the group.
    let needed: Int
    let downloaded: Int
    let installed: Int
    let failed: Int
    let pendingRestart: Int

    init(_ summary: GroupSummary) {
      group = summary.group.targetGroupID.description
      name = summary.group.name
      computers = summary.computers
      notReported = summary.notReported
      upToDate = summary.upToDate
      needing = summary.needing
      failing = summary.failing
      waitingForRestart = summary.waitingForReboot
      failedDetections = summary.failedDetections
      needed = summary.states.needed
      downloaded = summary.states.downloaded
      installed = summary.states.installed
      failed = summary.states.failed
      pendingRestart = summary.states.installedPendingReboot
    }
  }

  /// All computers first, if they are asked for.
  let groups: [Row]

  init(_ summaries: [GroupSummary]) { groups = summaries.map(Row.init) }

  var table: String {
    let titles = ["GROUP", "COMPUTERS", "UP TO DATE", "NEEDING", "FAILING", "RESTART", "NO STATUS", "FAILED DETECTION"]
    var table = TextTable(
      titles, alignments: Dictionary(uniqueKeysWithValues: titles.indices.dropFirst().map { ($0, .right) }))
    for row in groups {
      let counts = [
        row.computers, row.upToDate, row.needing, row.failing, row.waitingForRestart, row.notReported,
        row.failedDetections,
      ]
      table.add([row.name] + counts.map(String.init))
    }
    return table.text
  }

  static let columns = [
    "group", "name", "computers", "notReported", "upToDate", "needing", "failing", "waitingForRestart",
    "failedDetections", "needed", "downloaded", "installed", "failed", "pendingRestart",
  ]

  var cells: [[String]] {
    groups.map { row in
      [row.group, row.name]
        + [
          row.computers, row.notReported, row.upToDate, row.needing, row.failing, row.waitingForRestart,
          row.failedDetections, row.needed, row.downloaded, row.installed, row.failed, row.pendingRestart,
        ].map(String.init)
    }
  }
}
