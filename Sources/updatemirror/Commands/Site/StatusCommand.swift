import ArgumentParser
import Catalog
import ContentStore
import Platform
import UpdateModel

struct StatusCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "One screen: role, upstream server, last run, catalogue, content, client computers.",
    discussion: example("updatemirror status", "updatemirror status --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    try output.show(try await StatusReport(site))
    return .done
  }
}

struct StatusReport: Report {
  struct Catalogue: Encodable {
    let updates: Int
    let revisions: Int
    let categories: Int
    let classifications: Int
    let declinedUpdates: Int
    let supersededUpdates: Int
    let groups: Int
    let approvals: Int
    let unresolvedApprovals: Int
    let unavailableRevisions: Int
  }

  struct Content: Encodable {
    /// `lazy` or `eager`.
    let mode: String
    let presentFiles: Int
    let presentBytes: Int64
    let wantedFiles: Int
    let wantedBytes: Int64
    let failedFiles: Int
    let freeBytes: Int64
  }

  struct LastImport: Encodable {
    let archive: String
    let source: String
    let sourceName: String
    let sequence: Int64
    let created: String
    let applied: String
    /// Since its source made it.
    let ageSeconds: Double
  }

  struct LastExport: Encodable {
    let archive: String
    let sequence: Int64
    let created: String
    /// Absent while it is not finished.
    let finished: String?
    let folder: String
  }

  struct Downstream: Encodable {
    let id: String
    let name: String
    let lastSeen: String
  }

  struct Clients: Encodable {
    let computers: Int
    /// Without a contact for `clients.silent-after`.
    let silent: Int
    /// They never sent a status.
    let notReported: Int
    /// With an update that failed.
    let failing: Int
    let failedDetections: Int
    /// Reported events that are kept.
    let events: Int
  }

  let version: String
  let state: String
  let serverID: String
  let name: String
  /// `root`, `autonomous` or `replica`.
  let role: String
  let upstream: String?
  /// False when nothing proves that answers come from the upstream server.
  let upstreamVerified: Bool?
  let running: Bool
  let lastSync: SyncHistoryReport.Row?
  /// When `serve` starts the next run; absent without a schedule.
  let nextSync: String?
  let catalogue: Catalogue
  let content: Content
  let clients: Clients
  let downstreamServers: [Downstream]
  let lastImport: LastImport?
  let lastExport: LastExport?

  init(_ site: Site) async throws {
    let catalog = site.catalog
    version = UpdateMirror.version
    state = site.state.path
    serverID = try await catalog.identity().serverID.description
    name = site.accountName
    let configured = site.configuration.optional(.upstreamURL)
    upstream = configured
    role = configured == nil && !site.isReplica ? "root" : site.configuration.text(.upstreamMode)
    upstreamVerified = configured.map { $0.lowercased().hasPrefix("https://") }
    running = try site.state.isLocked()
    lastSync = try await catalog.history(limit: 1).first.map(SyncHistoryReport.Row.init)
    nextSync = try await site.nextRun()?.description
    catalogue = Catalogue(try await catalog.counts())
    let counts = try await catalog.contentCounts()
    let wanted = try await catalog.wantedTotals(site.contentPolicy)
    content = Content(
      mode: site.subscription.contentMode.rawValue, presentFiles: counts.presentFiles,
      presentBytes: counts.presentBytes, wantedFiles: wanted.files, wantedBytes: wanted.bytes,
      failedFiles: counts.failedFiles, freeBytes: try await site.store.statistics().freeBytes)
    clients = Clients(try await catalog.clientCounts(silentSince: try site.silentSince()))
    downstreamServers = try await catalog.downstreamServers().map {
      Downstream(id: $0.serverID.description, name: $0.name, lastSeen: $0.lastSeen.description)
    }
    lastImport = try await catalog.lastImport().map { LastImport($0, now: SystemClock.now()) }
    lastExport = try await catalog.exportRecords(limit: 1).first.map(LastExport.init)
  }

  var table: String {
    let last = lastSync.map { "\(Quantity.moment($0.began)) \($0.outcome)" + ($0.message.map { ": \($0)" } ?? "") }
    var fields = [
      ("server", "\(name) (\(serverID))"), ("state", state), ("role", role),
      ("upstream", upstream.map { $0 + (upstreamVerified == false ? "  (http: not verified)" : "") } ?? "none"),
      ("last run", running ? "running now" : last ?? "never"),
      ("next run", nextSync.map(Quantity.moment) ?? "no schedule"),
      ("updates", "\(catalogue.updates) (\(catalogue.revisions) revisions, \(catalogue.supersededUpdates) superseded)"),
      ("categories", "\(catalogue.categories), \(catalogue.classifications) classifications"),
      (
        "approvals",
        "\(catalogue.approvals) in \(Quantity.count(catalogue.groups, "group")), \(catalogue.declinedUpdates) declined"
      ),
      (
        "content",
        "\(content.mode): \(Quantity.count(content.presentFiles, "file")), \(Quantity.bytes(content.presentBytes)) present"
      ),
      (
        "still wanted",
        "\(Quantity.count(content.wantedFiles, "file")), \(Quantity.bytes(content.wantedBytes)); \(content.failedFiles) failed"
      ),
      ("disk free", Quantity.bytes(content.freeBytes)),
    ]
    if clients.computers > 0 { fields.append(("computers", clients.text)) }
    if let lastImport {
      let age = Quantity.age(lastImport.ageSeconds)
      fields.append(
        (
          "last import",
          "number \(lastImport.sequence) of \(lastImport.sourceName), made \(age) ago, imported "
            + Quantity.moment(lastImport.applied)
        ))
    }
    if let lastExport {
      let end = lastExport.finished.map { "finished \(Quantity.moment($0))" } ?? "not finished"
      fields.append(("last export", "number \(lastExport.sequence), \(end), in \(lastExport.folder)"))
    }
    for server in downstreamServers {
      fields.append(("downstream", "\(server.name), last seen \(Quantity.moment(server.lastSeen))"))
    }
    return FieldList.text(fields)
  }
}

extension StatusReport.Catalogue {
  init(_ counts: CatalogCounts) {
    self.init(
      updates: counts.updates, revisions: counts.revisions, categories: counts.categories,
      classifications: counts.classifications, declinedUpdates: counts.hiddenUpdates,
      supersededUpdates: counts.supersededUpdates, groups: counts.groups, approvals: counts.liveDeployments,
      unresolvedApprovals: counts.unresolvedDeployments, unavailableRevisions: counts.unavailableRevisions)
  }
}

extension StatusReport.Clients {
  init(_ counts: ClientCounts) {
    self.init(
      computers: counts.computers, silent: counts.silent, notReported: counts.notReported, failing: counts.failing,
      failedDetections: counts.failedDetections, events: counts.events)
  }

  /// `12, 2 silent, 1 failing`.
  var text: String {
    let words = [
      (silent, "silent"), (notReported, "without a status"), (failing, "failing"),
      (failedDetections, "with a failed detection"),
    ]
    return (["\(computers)"] + words.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }).joined(separator: ", ")
  }
}

extension StatusReport.LastImport {
  init(_ record: ImportRecord, now: Timestamp) {
    self.init(
      archive: record.archive.archiveID.description, source: record.archive.sourceServerID.description,
      sourceName: record.archive.sourceName, sequence: record.archive.sequence,
      created: record.archive.created.description, applied: record.applied.description,
      ageSeconds: now.seconds(since: record.archive.created))
  }
}

extension StatusReport.LastExport {
  init(_ record: ExportRecord) {
    self.init(
      archive: record.archiveID.description, sequence: record.sequence, created: record.created.description,
      finished: record.finished?.description, folder: record.folder)
  }
}
