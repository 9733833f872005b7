import ArgumentParser
import Catalog
import UpdateModel

struct ComputersShow: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows everything about one computer: what it is, needs and reported last.",
    discussion: example("updatemirror computers show pc17.example.org"))

  /// Events that are shown.
  private static let events = 20

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "Name or id of the computer.")
  var computer: String

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let id = try await ComputerNames(catalog: site.catalog).row(computer).clientID
    guard let details = try await site.catalog.computer(id) else { throw CatalogError.unknownComputer(id.text) }
    let open: Set<UpdateState> = [.needed, .downloaded, .failed, .installedPendingReboot]
    let updates = try await site.catalog.updateStatus(of: id, states: open)
    var query = EventQuery()
    query.computer = id
    query.limit = Self.events
    let report = ComputerReport(
      details, updates: updates, events: try await site.catalog.events(query),
      groups: try await NamedGroups(site.catalog))
    try output.show(report)
    return .done
  }
}

/// Everything about one computer.
struct ComputerReport: Report {
  struct Registration: Encodable {
    let registered: String?
    let operatingSystemVersion: String
    let architecture: String
    let locale: String
    let agentVersion: String
    let manufacturer: String?
    let model: String?
    let biosName: String?
    let biosVersion: String?
  }

  struct Event: Encodable {
    let event: Int16
    /// Its number here; grows with the receipt.
    let number: Int64
    let update: String?
    let result: String
    let received: String
    let happened: String
  }

  let computer: ComputerListReport.Row
  /// Absent before the computer registered.
  let registration: Registration?
  /// Those that are needed, downloaded, failed, or wait for a restart.
  let updates: [ComputerUpdatesReport.Row]
  /// The newest first.
  let events: [Event]

  init(
    _ details: ComputerDetails, updates: [ComputerUpdateStatus], events: [EventRecord], groups: NamedGroups
  ) {
    computer = ComputerListReport.Row(details.row, groups)
    registration = details.registration.map { Registration($0, registered: details.registered) }
    self.updates = updates.map(ComputerUpdatesReport.Row.init)
    self.events = events.map(Event.init)
  }

  var table: String {
    var fields = [
      ("computer", "\(computer.name) (\(computer.id))"), ("address", computer.address ?? "-"),
      ("groups", computer.groups.joined(separator: ", ")),
      ("asks for", computer.requestedGroups.isEmpty ? "-" : computer.requestedGroups.joined(separator: ", ")),
      ("operating system", computer.operatingSystem ?? "not registered"),
    ]
    if let registration { fields += registration.fields }
    fields += [
      ("first contact", Quantity.moment(computer.firstContact)),
      ("last contact", Quantity.moment(computer.lastContact)),
      ("last detection", lastDetection), ("last status", computer.lastStatus.map(Quantity.moment) ?? "never"),
      ("state", "\(computer.state), \(computer.installed) installed"),
    ]
    var parts = [FieldList.text(fields)]
    if !updates.isEmpty { parts.append(ComputerUpdatesReport(rows: updates).table) }
    if !events.isEmpty { parts.append(eventTable) }
    return parts.joined(separator: "\n\n")
  }

  private var lastDetection: String {
    guard let result = computer.lastSyncResult else { return "never" }
    return "\(result) \(Quantity.moment(computer.lastSync ?? "-"))" + (computer.lastSyncError.map { ", \($0)" } ?? "")
  }

  private var eventTable: String {
    var table = TextTable(["RECEIVED", "EVENT", "RESULT", "UPDATE"], alignments: [1: .right])
    for event in events {
      table.add([Quantity.moment(event.received), "\(event.event)", event.result, event.update ?? "-"])
    }
    return table.text
  }
}

extension ComputerReport.Registration {
  init(_ registration: ComputerRegistration, registered: Timestamp?) {
    let system = registration.operatingSystem
    self.init(
      registered: registered?.description, operatingSystemVersion: "\(system.major).\(system.minor).\(system.build)",
      architecture: system.architecture, locale: system.locale,
      agentVersion: registration.clientVersion.description, manufacturer: registration.manufacturer,
      model: registration.model, biosName: registration.biosName, biosVersion: registration.biosVersion)
  }

  var fields: [(String, String)] {
    [
      ("version", "\(operatingSystemVersion) \(architecture) \(locale)"), ("agent", agentVersion),
      ("machine", [manufacturer, model].compactMap { $0 }.joined(separator: " ")),
    ]
  }
}

extension ComputerReport.Event {
  init(_ record: EventRecord) {
    self.init(
      event: record.eventID, number: record.number, update: record.update?.description,
      result: ErrorCode.text(record.result), received: record.received.description,
      happened: record.happened.description)
  }
}
