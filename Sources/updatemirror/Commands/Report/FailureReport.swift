import Catalog
import UpdateModel

/// What computers fail at.
struct FailureReport: ListReport {
  struct Row: Encodable {
    /// Absent when the computers told none.
    let errorCode: String?
    /// Absent: the detection failed.
    let update: String?
    let title: String?
    let computers: Int
    /// The newest of these failures.
    let lastChange: String

    init(_ row: FailureRow) {
      errorCode = row.errorCode.map(ErrorCode.text)
      update = row.updateID?.description
      title = row.title
      computers = row.computers
      lastChange = row.lastChange.description
    }
  }

  let failures: [Row]

  init(_ rows: [FailureRow]) { failures = rows.map(Row.init) }

  var table: String {
    guard !failures.isEmpty else { return "no failures" }
    var table = TextTable(["ERROR", "COMPUTERS", "LAST", "UPDATE", "TITLE"], alignments: [1: .right])
    for row in failures {
      table.add([
        row.errorCode ?? "-", "\(row.computers)", Quantity.moment(row.lastChange), row.update ?? "detection",
        row.title ?? "-",
      ])
    }
    return table.text
  }

  static let columns = ["errorCode", "update", "title", "computers", "lastChange"]

  var cells: [[String]] {
    failures.map { [$0.errorCode ?? "", $0.update ?? "", $0.title ?? "", "\($0.computers)", $0.lastChange] }
  }
}
