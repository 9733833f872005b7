import Catalog
import UpdateModel

/// Updates with the number of computers in each state.
struct UpdateStatusReport: ListReport {
  struct Row: Encodable {
    let update: String
    let title: String
    let kbArticles: [String]
    let classification: String?
    let declined: Bool
    let installApprovals: Int
    /// Computers that never told the states of updates.
    let unknown: Int
    let notApplicable: Int
    let needed: Int
    let downloaded: Int
    let installed: Int
    let failed: Int
    let pendingRestart: Int

    init(_ row: UpdateStatusRow) {
      update = row.update.identity.updateID.description
      title = row.update.title
      kbArticles = row.update.kbArticles
      classification = row.update.classification
      declined = row.update.isHidden
      installApprovals = row.update.installApprovals
      unknown = row.computers.unknown
      notApplicable = row.computers.notApplicable
      needed = row.computers.needed
      downloaded = row.computers.downloaded
      installed = row.computers.installed
      failed = row.computers.failed
      pendingRestart = row.computers.installedPendingReboot
    }

    fileprivate var counts: [Int] {
      [needed, downloaded, installed, failed, pendingRestart, notApplicable, unknown]
    }
  }

  let updates: [Row]

  init(_ rows: [UpdateStatusRow]) { updates = rows.map(Row.init) }

  var table: String {
    guard !updates.isEmpty else { return "no updates" }
    var table = TextTable(
      ["UPDATE", "NEEDED", "DOWNLOADED", "INSTALLED", "FAILED", "RESTART", "NOT APPLICABLE", "UNKNOWN", "TITLE"],
      alignments: Dictionary(uniqueKeysWithValues: (1...7).map { ($0, .right) }))
    for row in updates { table.add([row.update] + row.counts.map(String.init) + [row.title]) }
    return table.text
  }

  static let columns = [
    "update", "title", "kbArticles", "classification", "declined", "installApprovals", "needed", "downloaded",
    "installed", "failed", "pendingRestart", "notApplicable", "unknown",
  ]

  var cells: [[String]] {
    updates.map { row in
      [
        row.update, row.title, row.kbArticles.joined(separator: "; "), row.classification ?? "", "\(row.declined)",
        "\(row.installApprovals)",
      ] + row.counts.map(String.init)
    }
  }
}
