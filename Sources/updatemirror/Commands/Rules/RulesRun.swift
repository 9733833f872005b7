import ArgumentParser
import Catalog
import Logging
import Platform
import UpdateModel

struct RulesRun: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Tells what the approval rules would do now; does it with --yes.",
    discussion: example("updatemirror rules run", "updatemirror rules run --yes", "updatemirror rules run --at 7d"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "Tell what they would do at another moment: \(Moment.form) from now.")
  var at: Moment?

  @Flag(name: .long, help: "Do it; without it, it is only shown.")
  var yes = false

  func validate() throws {
    if yes, at != nil { throw ValidationError("--yes and --at exclude each other") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.openForDecisions(common, "run rules")
    let plan =
      if yes { try await site.runRules() } else { try await site.catalog.planRules(at: at?.after(SystemClock.now())) }
    try output.show(RulePlanReport(plan, try await NamedGroups(site.catalog), isPreview: !yes))
    return .done
  }
}

extension Site {
  /// Does what the approval rules say, with a line in the audit log for each change.
  func runRules() async throws -> RulePlan {
    let plan = try await catalog.runRules()
    guard !plan.actions.isEmpty else { return plan }
    let groups = try await NamedGroups(catalog)
    try audit("rules run", plan.actions.flatMap { $0.audited(groups) })
    return plan
  }

  /// The same after a run or an import brought something; at a replica, where the USS decides, nothing.
  ///
  /// What fails is told and harms nothing: the next run tries again.
  func runRulesIfAutonomous() async {
    guard !isReplica else { return }
    do {
      guard try await !catalog.rules().isEmpty else { return }
      let plan = try await runRules()
      logger.notice("rules: \(Quantity.count(plan.actions.count, "change")), \(plan.waiting.count) waiting")
    } catch {
      logger.error("rules: \(Failure(error).message)")
    }
  }
}

extension RuleAction {
  /// For the audit log: the approval, and licence terms that were accepted along.
  func audited(_ groups: NamedGroups) -> [AuditedChange] {
    switch work {
    case .approve(let change, let eulas):
      let row = ApprovalRow(change, title: title, groups: groups)
      return [row.audited] + eulas.map { UpdatesApprove.accepted($0.description) }
    case .decline:
      let facts = ["declined": "true", "administrator": "rule \(ruleName)", "reason": reason.description]
      return [
        AuditedChange(subject: "update \(identity.updateID)", before: ["declined": "false"], after: facts)
      ]
    }
  }
}

/// What rules did or would do.
struct RulePlanReport: Report {
  struct Action: Encodable {
    let rule: String
    let update: String
    let revision: Int32
    let title: String
    /// `approve` or `decline`.
    let does: String
    /// The group that it is approved for.
    let group: String?
    let reason: String
    let acceptedEULAs: [String]
  }

  struct Waiting: Encodable {
    let rule: String
    let update: String
    let title: String
    let group: String?
    let reason: String
  }

  /// Nothing was changed.
  let preview: Bool
  let actions: [Action]
  let waiting: [Waiting]
  /// Updates and groups that a person has decided on; rules leave them alone.
  let decidedByPerson: Int

  init(_ plan: RulePlan, _ groups: NamedGroups, isPreview: Bool) {
    preview = isPreview
    actions = plan.actions.map { Action($0, groups) }
    waiting = plan.waiting.map {
      Waiting(
        rule: $0.ruleName, update: $0.identity.updateID.description, title: $0.title,
        group: $0.targetGroupID.map(groups.name), reason: $0.text(groups))
    }
    decidedByPerson = plan.decidedByPerson
  }

  /// Lines of each kind that the table shows.
  private static let shown = 50

  var table: String {
    var parts: [String] = []
    if actions.isEmpty {
      parts.append("nothing to do")
    } else {
      var table = TextTable(["RULE", "DOES", "GROUP", "UPDATE", "TITLE"])
      for row in actions.prefix(Self.shown) {
        table.add([row.rule, row.does, row.group ?? "-", row.update, row.title])
      }
      parts.append(table.text + Self.rest(actions.count))
    }
    if !waiting.isEmpty {
      var table = TextTable(["RULE", "WAITS FOR", "GROUP", "UPDATE", "TITLE"])
      for row in waiting.prefix(Self.shown) {
        table.add([row.rule, row.reason, row.group ?? "-", row.update, row.title])
      }
      parts.append(table.text + Self.rest(waiting.count))
    }
    let decided = decidedByPerson == 0 ? "" : ", \(decidedByPerson) left to the decision of a person"
    let changes = Quantity.count(actions.count, "change")
    parts.append(
      "\(changes), \(waiting.count) waiting\(decided)"
        + (preview ? "; nothing was changed\(actions.isEmpty ? "" : ": add --yes")" : ""))
    return parts.joined(separator: "\n\n")
  }

  private static func rest(_ count: Int) -> String {
    count > shown ? "\n... and \(count - shown) more (--json lists them)" : ""
  }
}

extension RulePlanReport.Action {
  init(_ action: RuleAction, _ groups: NamedGroups) {
    var group: String?
    var eulas: [GUID] = []
    if case .approve(let change, let accepted) = action.work {
      group = groups.name(change.targetGroupID)
      eulas = accepted
    }
    self.init(
      rule: action.ruleName, update: action.identity.updateID.description, revision: action.identity.revisionNumber,
      title: action.title, does: action.work == .decline ? "decline" : "approve", group: group,
      reason: action.reason.description, acceptedEULAs: eulas.map(\.description))
  }
}

extension WaitingUpdate {
  /// With the group's name instead of its GUID.
  fileprivate func text(_ groups: NamedGroups) -> String {
    guard case .failures(let report, let ring, let limit) = reason else { return reason.description }
    let installed = "installed on \(report.installed) computers of \(groups.name(ring))"
    return "failed on \(report.failed), \(installed), limit \(limit)"
  }
}
