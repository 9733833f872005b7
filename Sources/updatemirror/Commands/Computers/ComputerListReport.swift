import Catalog
import UpdateModel

/// Client computers, for `computers list` and `report computers`.
struct ComputerListReport: ListReport {
  struct Row: Encodable, Equatable {
    let id: String
    let name: String
    let address: String?
    /// Names of the groups whose approvals count.
    let groups: [String]
    /// What the computer asks for; counts under client-side targeting.
    let requestedGroups: [String]
    /// Absent before the computer registered.
    let operatingSystem: String?
    let firstContact: String
    let lastContact: String
    /// When the last detection ended.
    let lastSync: String?
    /// `succeeded`, `failed`; absent before the first one.
    let lastSyncResult: String?
    let lastSyncError: String?
    /// When it last told the states of all updates.
    let lastStatus: String?
    /// Any event.
    let lastReport: String?
    /// Updates that are not declined, by state.
    let needed: Int
    let downloaded: Int
    let installed: Int
    let failed: Int
    let pendingRestart: Int

    init(_ row: ComputerRow, _ groups: NamedGroups) {
      id = row.clientID.text
      name = row.dnsName
      address = row.address
      self.groups = row.groups.map(groups.name)
      requestedGroups = row.requestedGroups
      operatingSystem = row.operatingSystem?.name(description: row.osDescription)
      firstContact = row.firstContact.description
      lastContact = row.lastContact.description
      lastSync = row.lastSync?.description
      lastSyncResult = row.lastSyncResult.word
      lastSyncError = row.lastSyncError.map(ErrorCode.text)
      lastStatus = row.lastStatus?.description
      lastReport = row.lastReport?.description
      needed = row.states.needed
      downloaded = row.states.downloaded
      installed = row.states.installed
      failed = row.states.failed
      pendingRestart = row.states.installedPendingReboot
    }

    var state: String {
      guard lastStatus != nil else { return "no status" }
      let words = [
        failed > 0 ? "\(failed) failed" : nil, needed + downloaded > 0 ? "\(needed + downloaded) needed" : nil,
        pendingRestart > 0 ? "restart" : nil,
      ]
      let text = words.compactMap { $0 }.joined(separator: ", ")
      return text.isEmpty ? "up to date" : text
    }
  }

  let computers: [Row]

  init(_ rows: [ComputerRow], _ groups: NamedGroups) { computers = rows.map { Row($0, groups) } }

  var table: String {
    guard !computers.isEmpty else { return "no computers" }
    var table = TextTable(["NAME", "GROUPS", "LAST CONTACT", "STATE", "OPERATING SYSTEM", "ID"])
    for row in computers {
      table.add([
        row.name, row.groups.joined(separator: ", "), Quantity.moment(row.lastContact), row.state,
        row.operatingSystem ?? "-", row.id,
      ])
    }
    return table.text
  }

  static let columns = [
    "id", "name", "address", "groups", "requestedGroups", "operatingSystem", "firstContact", "lastContact", "lastSync",
    "lastSyncResult", "lastSyncError", "lastStatus", "lastReport", "needed", "downloaded", "installed", "failed",
    "pendingRestart",
  ]

  var cells: [[String]] {
    computers.map { row in
      [
        row.id, row.name, row.address ?? "", row.groups.joined(separator: "; "),
        row.requestedGroups.joined(separator: "; "), row.operatingSystem ?? "", row.firstContact, row.lastContact,
        row.lastSync ?? "", row.lastSyncResult ?? "", row.lastSyncError ?? "", row.lastStatus ?? "",
        row.lastReport ?? "", "\(row.needed)", "\(row.downloaded)", "\(row.installed)", "\(row.failed)",
        "\(row.pendingRestart)",
      ]
    }
  }
}

extension SyncResult {
  /// Nil when there was none.
  var word: String? {
    switch self {
    case .unknown: nil
    case .succeeded: "succeeded"
    case .failed: "failed"
    }
  }
}

/// An HRESULT as Windows shows it: `0x80240022`.
enum ErrorCode {
  static func text(_ code: Int32) -> String {
    let digits = String(UInt32(bitPattern: code), radix: 16, uppercase: true)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
