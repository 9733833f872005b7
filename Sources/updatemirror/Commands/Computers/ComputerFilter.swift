import ArgumentParser
import Catalog
import Platform
import UpdateModel

/// A state of updates as an operator types it.
enum StateArgument: String, CaseIterable, ExpressibleByArgument {
  case needed, downloaded, installed, failed
  case pendingRestart = "pending-restart"
  case notApplicable = "not-applicable"
  case unknown

  var state: UpdateState {
    switch self {
    case .needed: .needed
    case .downloaded: .downloaded
    case .installed: .installed
    case .failed: .failed
    case .pendingRestart: .installedPendingReboot
    case .notApplicable: .notApplicable
    case .unknown: .unknown
    }
  }
}

extension UpdateState {
  /// One word for lists and JSON, as operators type it.
  var word: String {
    switch self {
    case .unknown: StateArgument.unknown.rawValue
    case .notApplicable: StateArgument.notApplicable.rawValue
    case .needed: StateArgument.needed.rawValue
    case .downloaded: StateArgument.downloaded.rawValue
    case .installed: StateArgument.installed.rawValue
    case .failed: StateArgument.failed.rawValue
    case .installedPendingReboot: StateArgument.pendingRestart.rawValue
    }
  }
}

/// Which computers a list is of.
struct ComputerFilter: ParsableArguments {
  @Option(
    name: .long, help: "Name or GUID of a target group: computers of it or of one below. Repeatable: any of them.")
  var group: [String] = []

  @Option(name: .long, help: "Computers with an update in this state. Repeatable: any of them.")
  var status: [StateArgument] = []

  @Option(name: .long, help: "Computers without a contact since: \(Moment.form) ago.")
  var silentSince: Moment?

  @Flag(name: .long, help: "Computers that have been silent for clients.silent-after.")
  var silent = false

  @Option(name: .long, help: "Part of the name or the id.")
  var text: String?

  @Option(name: .long, help: "At most this many, 1 to 10000.")
  var limit = 100

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit: expected 1 to 10000, found \(limit)") }
    if silent, silentSince != nil { throw ValidationError("--silent and --silent-since exclude each other") }
  }

  func query(_ site: Site, _ groups: NamedGroups) throws -> ComputerQuery {
    var query = ComputerQuery()
    query.groups = try groups.identifiers(group)
    query.states = Set(status.map(\.state))
    query.silentSince = silent ? try site.silentSince() : silentSince?.before(SystemClock.now())
    query.text = text
    query.limit = limit
    return query
  }
}
