import ArgumentParser
import Catalog
import Platform
import UpdateModel

struct UpdatesApprove: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Approves updates for target groups. Previews what needs a second look unless --yes.",
    discussion: example(
      "updatemirror updates approve KB5031455 --group Pilot --deadline 7d",
      "updatemirror updates approve 266f6222-c89d-43f2-9f8a-69340271e677 --group Servers --from 2027-03-06T20:00:00Z"))

  enum Action: String, CaseIterable, ExpressibleByArgument {
    case install, uninstall, scan, block

    var deploymentAction: DeploymentAction {
      switch self {
      case .install: .install
      case .uninstall: .uninstall
      case .scan: .scan
      case .block: .block
      }
    }
  }

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "GUIDs, KB articles or whole titles.")
  var updates: [String]

  @Option(name: .long, help: "Name or GUID of a target group. Repeatable: each of them.")
  var group: [String]

  @Option(name: .long, help: "What computers of the group do: install, uninstall, scan (report only), block.")
  var action: Action = .install

  @Option(name: .long, help: "When it is done at the latest: \(Moment.form) from now.")
  var deadline: Moment?

  @Flag(name: .long, help: "Offer it, without assigning it: somebody at the computer decides.")
  var optional = false

  @Option(name: .long, help: "Download priority, 1 to 3; 3 is the highest.")
  var priority: UInt8 = 1

  @Option(name: .long, help: "Not offered before: \(Moment.form) from now.")
  var from: Moment?

  @Flag(name: .long, help: "Accept, for all computers, licence terms of the updates and of what they bundle.")
  var acceptEula = false

  @Flag(name: .long, help: "Do it without a preview.")
  var yes = false

  func validate() throws {
    guard !updates.isEmpty else { throw ValidationError("expected an update, found none") }
    guard !group.isEmpty else { throw ValidationError("--group: expected a target group, found none") }
    guard (1...3).contains(priority) else { throw ValidationError("--priority: expected 1 to 3, found \(priority)") }
    if optional, action != .install { throw ValidationError("--optional goes with --action install only") }
    if deadline != nil, action != .install, action != .uninstall {
      throw ValidationError("--deadline goes with --action install or uninstall only")
    }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.openForDecisions(common, "approve")
    let groups = try await NamedGroups(site.catalog)
    let order = try await order(site, groups)
    let preview = try await site.catalog.previewApproval(order)
    try Self.refuse(preview, order)
    guard yes || ApprovalCaution.texts(preview, order).isEmpty else {
      try output.show(ApprovalReport(preview, order: order, groups: groups))
      return .done
    }
    let outcome = try await site.catalog.approve(order)
    let report = ApprovalReport(outcome, preview, groups: groups)
    try site.audit("updates approve", report.approvals.map(\.audited) + report.acceptedEULAs.map(Self.accepted))
    try output.show(report)
    return .done
  }

  private func order(_ site: Site, _ groups: NamedGroups) async throws -> ApprovalOrder {
    let now = SystemClock.now()
    return ApprovalOrder(
      updateIDs: try await UpdateNames(catalog: site.catalog).identifiers(updates),
      targetGroupIDs: try groups.identifiers(group),
      action: action.deploymentAction, adminName: Operator.account, deadline: deadline?.after(now) ?? .endOfTime,
      goLiveTime: from?.after(now), isAssigned: !optional, downloadPriority: priority, acceptsEULAs: acceptEula)
  }

  /// What would be refused is not previewed either.
  private static func refuse(_ preview: ApprovalPreview, _ order: ApprovalOrder) throws {
    for entry in preview.entries {
      let updateID = entry.identity.updateID
      if entry.isDeclined { throw CatalogError.declinedUpdate(updateID) }
      if !entry.isDeployable { throw CatalogError.notDeployable(entry.identity) }
      if order.action == .install, !order.acceptsEULAs, let eula = entry.eulas.first {
        throw CatalogError.eulaNotAccepted(eula, of: updateID)
      }
    }
  }

  /// For the audit log.
  static func accepted(_ eula: String) -> AuditedChange {
    AuditedChange(subject: "licence terms \(eula)", before: ["accepted": "false"], after: ["accepted": "true"])
  }
}
