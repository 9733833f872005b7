import Catalog
import UpdateModel

/// The updates of one computer.
struct ComputerUpdatesReport: ListReport {
  struct Row: Encodable {
    let update: String
    let title: String?
    /// `needed`, `downloaded`, `installed`, `failed`, `pending-restart`, `not-applicable`.
    let state: String
    let lastChange: String
    /// Of a failure, when the computer told it.
    let errorCode: String?
    let declined: Bool

    init(_ status: ComputerUpdateStatus) {
      update = status.updateID.description
      title = status.title
      state = status.state.word
      lastChange = status.lastChange.description
      errorCode = status.errorCode.map(ErrorCode.text)
      declined = status.isDeclined
    }
  }

  let updates: [Row]

  init(rows: [Row]) { updates = rows }

  var table: String {
    guard !updates.isEmpty else { return "no updates" }
    var table = TextTable(["UPDATE", "STATE", "SINCE", "ERROR", "TITLE"])
    for row in updates {
      table.add([row.update, row.state, Quantity.moment(row.lastChange), row.errorCode ?? "-", row.title ?? "-"])
    }
    return table.text
  }

  static let columns = ["update", "title", "state", "lastChange", "errorCode", "declined"]

  var cells: [[String]] {
    updates.map { [$0.update, $0.title ?? "", $0.state, $0.lastChange, $0.errorCode ?? "", "\($0.declined)"] }
  }
}

/// The computers that reported on one update.
struct UpdateComputersReport: ListReport {
  struct Row: Encodable {
    let id: String
    let name: String
    let state: String
    let lastChange: String
    let errorCode: String?

    init(_ status: UpdateComputerStatus) {
      id = status.clientID.text
      name = status.dnsName
      state = status.state.word
      lastChange = status.lastChange.description
      errorCode = status.errorCode.map(ErrorCode.text)
    }
  }

  let computers: [Row]

  init(_ rows: [UpdateComputerStatus]) { computers = rows.map(Row.init) }

  var table: String {
    guard !computers.isEmpty else { return "no computers" }
    var table = TextTable(["NAME", "STATE", "SINCE", "ERROR", "ID"])
    for row in computers {
      table.add([row.name, row.state, Quantity.moment(row.lastChange), row.errorCode ?? "-", row.id])
    }
    return table.text
  }

  static let columns = ["id", "name", "state", "lastChange", "errorCode"]

  var cells: [[String]] { computers.map { [$0.id, $0.name, $0.state, $0.lastChange, $0.errorCode ?? ""] } }
}
