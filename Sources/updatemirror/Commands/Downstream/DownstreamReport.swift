import Catalog
import Platform
import UpdateModel

/// One downstream server, for people and for programs.
struct DownstreamRow: Encodable, Equatable {
  enum State: String, Encodable {
    /// An administrator approved it.
    case approved
    /// It was served without a decision: registration was open, or a list names it.
    case registered
    /// It was turned away and waits for a decision.
    case waiting
  }

  let id: String
  let name: String
  let state: State
  /// What it speaks; absent until it was served.
  let protocolVersion: String?
  let firstSeen: String
  let lastSeen: String
  /// When it was last turned away; absent when it was not since it was last served.
  let lastRefused: String?

  init(_ server: DownstreamServer) {
    id = server.serverID.description
    name = server.name
    state = server.isApproved ? .approved : server.lastRefused == nil ? .registered : .waiting
    protocolVersion = server.protocolVersion?.description
    firstSeen = server.firstSeen.description
    lastSeen = server.lastSeen.description
    lastRefused = server.lastRefused?.description
  }

  /// For the audit log.
  var subject: String { "downstream server \(id)" }
  var facts: [String: String] { ["name": name, "state": state.rawValue] }

  static let titles = ["ID", "NAME", "STATE", "VERSION", "FIRST SEEN", "LAST SEEN"]

  var cells: [String] {
    [id, name, state.rawValue, protocolVersion ?? "", Quantity.moment(firstSeen), Quantity.moment(lastSeen)]
  }
}

struct DownstreamReport: Report {
  /// `serve.registration`.
  let registration: String
  let servers: [DownstreamRow]

  var table: String {
    guard !servers.isEmpty else { return "no downstream servers (registration: \(registration))" }
    var table = TextTable(DownstreamRow.titles)
    for server in servers { table.add(server.cells) }
    return table.text
  }
}

struct DownstreamRemoval: Report {
  /// Nothing was removed.
  let preview: Bool
  let registration: String
  let servers: [DownstreamRow]

  var table: String {
    var table = TextTable(DownstreamRow.titles)
    for server in servers { table.add(server.cells) }
    var lines = [table.text, preview ? "nothing was removed: add --yes" : "removed"]
    if registration == "open" { lines.append("registration is open: a removed server registers itself again") }
    return lines.joined(separator: "\n")
  }
}

/// Finds servers by what an operator types.
struct DownstreamNames {
  private let known: [DownstreamServer]

  init(_ catalog: Catalog) async throws { known = try await catalog.downstreamServers() }

  func server(_ id: GUID) -> DownstreamServer? { known.first { $0.serverID == id } }

  /// - Throws: ``Failure`` for a name that no server here has, or several have.
  func ids(_ texts: [String]) throws -> [GUID] {
    try texts.map { text in
      if let id = GUID(text) { return id }
      let named = known.filter { $0.name.lowercased() == text.lowercased() }
      guard named.count == 1 else {
        throw Failure(
          .usage,
          "downstream server \"\(TextTable.plain(text))\": expected a name that one server has, found \(named.count)",
          hint: "updatemirror downstream list tells the GUIDs")
      }
      return named[0].serverID
    }
  }
}

extension Site {
  /// Records an administrative change that was made.
  func audit(_ action: String, _ subject: String, _ before: [String: String]?, _ after: [String: String]?) throws {
    let entry = AuditEntry(
      time: SystemClock.now(), who: Operator.name, action: action, subject: subject, before: before, after: after)
    try AuditLog(state).append(entry)
  }
}
