import ArgumentParser
import Catalog
import UpdateModel

struct UpdatesUnapprove: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "unapprove", abstract: "Ends approvals of updates, of some groups or of all. Previews unless --yes.",
    discussion: example(
      "updatemirror updates unapprove KB5031455 --group Pilot --yes", "updatemirror updates unapprove KB5031455"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "GUIDs, KB articles or whole titles.")
  var updates: [String]

  @Option(name: .long, help: "Name or GUID of a target group. Repeatable; without it, all groups.")
  var group: [String] = []

  @Flag(name: .long, help: "End them; without it they are only listed.")
  var yes = false

  func validate() throws {
    guard !updates.isEmpty else { throw ValidationError("expected an update, found none") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.openForDecisions(common, "remove approval")
    let groups = try await NamedGroups(site.catalog)
    let groupIDs = try groups.identifiers(group)
    let ids = try await UpdateNames(catalog: site.catalog).identifiers(updates)
    let live = try await LiveApprovals(site.catalog, of: ids)
    var ended = live.deployments(for: groupIDs)
    if yes { ended = try await site.catalog.removeApprovals(of: ids, from: groupIDs).compactMap(\.before) }
    let rows = ended.map { ApprovalRow(ended: $0, title: live.title($0.identity.updateID), groups: groups) }
    if yes { try site.audit("updates unapprove", rows.map(\.audited)) }
    try output.show(UnapprovalReport(preview: !yes, approvals: rows))
    return .done
  }
}

struct UnapprovalReport: Report {
  /// Nothing was changed.
  let preview: Bool
  /// They have no `after`.
  let approvals: [ApprovalRow]

  var table: String {
    guard !approvals.isEmpty else { return "no approvals: nothing to end" }
    return ApprovalRow.table(approvals) + "\n" + (preview ? "nothing was changed: add --yes" : "ended")
  }
}

/// Updates that were named, and what they are approved for.
struct LiveApprovals {
  struct Entry {
    let updateID: GUID
    let title: String
    let isDeclined: Bool
    let deployments: [Deployment]
  }

  let entries: [Entry]

  /// - Throws: ``CatalogError/unknownUpdate(_:)``.
  init(_ catalog: Catalog, of updateIDs: [GUID]) async throws {
    var entries: [Entry] = []
    for id in updateIDs {
      guard let details = try await catalog.update(id) else { throw CatalogError.unknownUpdate(id) }
      entries.append(
        Entry(
          updateID: id, title: details.row.title, isDeclined: details.row.isHidden,
          deployments: details.approvals.map(\.deployment)))
    }
    self.entries = entries
  }

  func title(_ updateID: GUID) -> String { entries.first { $0.updateID == updateID }?.title ?? "" }

  /// Approvals for some groups; without groups, for all.
  func deployments(for groupIDs: [GUID]) -> [Deployment] {
    entries.flatMap(\.deployments).filter { groupIDs.isEmpty || groupIDs.contains($0.targetGroupID) }
  }
}
