import ArgumentParser
import Catalog
import UpdateModel

struct UpdatesDecline: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "decline",
    abstract: "Hides updates from all computers and replicas. Previews approved ones unless --yes.",
    discussion: example("updatemirror updates decline KB5031455"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "GUIDs, KB articles or whole titles.")
  var updates: [String]

  @Flag(name: .long, help: "Decline updates that are approved, too, without a preview.")
  var yes = false

  func validate() throws {
    guard !updates.isEmpty else { throw ValidationError("expected an update, found none") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.openForDecisions(common, "decline")
    let groups = try await NamedGroups(site.catalog)
    let ids = try await UpdateNames(catalog: site.catalog).identifiers(updates)
    let live = try await LiveApprovals(site.catalog, of: ids)
    let isApproved = live.entries.contains { !$0.isDeclined && !$0.deployments.isEmpty }
    guard yes || !isApproved else {
      try output.show(DeclineReport(live, groups: groups, isPreview: true, declined: true, changed: []))
      return .done
    }
    let changed = try await site.catalog.decline(ids)
    try site.audit("updates decline", DeclineReport.audited(changed, declined: true))
    try output.show(DeclineReport(live, groups: groups, isPreview: false, declined: true, changed: changed))
    return .done
  }
}

struct UpdatesUndecline: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "undecline", abstract: "Shows declined updates again; their approvals count again, too.",
    discussion: example("updatemirror updates undecline 266f6222-c89d-43f2-9f8a-69340271e677"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "GUIDs, KB articles or whole titles.")
  var updates: [String]

  func validate() throws {
    guard !updates.isEmpty else { throw ValidationError("expected an update, found none") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.openForDecisions(common, "undecline")
    let groups = try await NamedGroups(site.catalog)
    let ids = try await UpdateNames(catalog: site.catalog).identifiers(updates)
    let live = try await LiveApprovals(site.catalog, of: ids)
    let changed = try await site.catalog.undecline(ids)
    try site.audit("updates undecline", DeclineReport.audited(changed, declined: false))
    try output.show(DeclineReport(live, groups: groups, isPreview: false, declined: false, changed: changed))
    return .done
  }
}

struct DeclineReport: Report {
  struct Row: Encodable {
    let update: String
    let title: String
    /// As it is after the command; in a preview, as it would be.
    let declined: Bool
    /// Whether it was different before.
    let changed: Bool
    /// Names of the groups that it is approved for.
    let approvedFor: [String]
  }

  /// Nothing was changed.
  let preview: Bool
  let updates: [Row]

  init(_ live: LiveApprovals, groups: NamedGroups, isPreview: Bool, declined: Bool, changed: [GUID]) {
    preview = isPreview
    updates = live.entries.map { entry in
      Row(
        update: entry.updateID.description, title: entry.title, declined: declined,
        changed: isPreview ? entry.isDeclined != declined : changed.contains(entry.updateID),
        approvedFor: entry.deployments.map { groups.name($0.targetGroupID) })
    }
  }

  /// For the audit log.
  static func audited(_ changed: [GUID], declined: Bool) -> [AuditedChange] {
    changed.map {
      AuditedChange(subject: "update \($0)", before: ["declined": "\(!declined)"], after: ["declined": "\(declined)"])
    }
  }

  var table: String {
    var table = TextTable(["UPDATE", "CHANGE", "APPROVED FOR", "TITLE"])
    for row in updates {
      let word = row.declined ? "declined" : "not declined"
      table.add([row.update, row.changed ? word : "\(word) before", Self.list(row.approvedFor), row.title])
    }
    return table.text + (preview ? "\nnothing was changed: approved updates are among them: add --yes" : "")
  }

  private static func list(_ names: [String]) -> String { names.isEmpty ? "-" : names.joined(separator: ", ") }
}
