import Catalog
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

struct DownstreamReport: ListReport {
  /// `serve.registration`.
  let registration: String
  let servers: [DownstreamRow]

  var table: String {
    guard !servers.isEmpty else { return "no downstream servers (registration: \(registration))" }
    var table = TextTable(DownstreamRow.titles)
    for server in servers { table.add(server.cells) }
    return table.text
  }

  static let columns = ["id", "name", "state", "protocolVersion", "firstSeen", "lastSeen", "lastRefused"]

  var cells: [[String]] {
    servers.map {
      [
        $0.id, $0.name, $0.state.rawValue, $0.protocolVersion ?? "", $0.firstSeen, $0.lastSeen, $0.lastRefused ?? "",
      ]
    }
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
  func identifiers(_ texts: [String]) throws -> [GUID] {
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
