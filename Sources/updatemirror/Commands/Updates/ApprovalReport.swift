import Catalog
import UpdateModel

/// What a deployment says, for people, programs and the audit log.
struct ApprovalTerms: Encodable, Equatable {
  let revision: Int32
  /// `install`, `uninstall`, `scan`, `block`.
  let action: String
  /// Absent when there is none.
  let deadline: String?
  /// Offered, not assigned: nothing is installed without somebody's asking.
  let optional: Bool
  let goLive: String
  /// 1 to 3; 3 is the highest.
  let priority: UInt8
  let administrator: String?

  init(_ deployment: Deployment) {
    revision = deployment.identity.revisionNumber
    action = deployment.action.description
    deadline = deployment.deadline >= .endOfTime ? nil : deployment.deadline.description
    optional = !deployment.isAssigned
    goLive = deployment.goLiveTime.description
    priority = deployment.downloadPriority
    administrator = deployment.adminName
  }

  /// For the audit log.
  var facts: [String: String] {
    var facts = [
      "revision": "\(revision)", "action": action, "optional": "\(optional)", "goLive": goLive,
      "priority": "\(priority)",
    ]
    facts["deadline"] = deadline
    facts["administrator"] = administrator
    return facts
  }

  /// `install (optional) by 2027-03-08T00:00:00Z`.
  var text: String {
    action + (optional ? " (optional)" : "") + (deadline.map { " by \(Quantity.moment($0))" } ?? "")
  }
}

/// An approval before and after.
struct ApprovalRow: Encodable, Equatable {
  let update: String
  let title: String
  let group: String
  let groupName: String
  /// Absent when the update was not approved for the group.
  let before: ApprovalTerms?
  /// Absent when it is not approved any more.
  let after: ApprovalTerms?

  init(_ change: DeploymentChange, title: String, groups: NamedGroups) {
    update = change.updateID.description
    self.title = title
    group = change.targetGroupID.description
    groupName = groups.name(change.targetGroupID)
    before = change.before.map(ApprovalTerms.init)
    after = change.after.map(ApprovalTerms.init)
  }

  /// An approval that ends.
  init(ended deployment: Deployment, title: String, groups: NamedGroups) {
    update = deployment.identity.updateID.description
    self.title = title
    group = deployment.targetGroupID.description
    groupName = groups.name(deployment.targetGroupID)
    before = ApprovalTerms(deployment)
    after = nil
  }

  /// For the audit log.
  var audited: AuditedChange {
    AuditedChange(subject: "update \(update) for group \(groupName)", before: before?.facts, after: after?.facts)
  }

  static func table(_ rows: [ApprovalRow]) -> String {
    var table = TextTable(["UPDATE", "GROUP", "BEFORE", "AFTER", "TITLE"])
    for row in rows {
      table.add([row.update, row.groupName, row.before?.text ?? "-", row.after?.text ?? "-", row.title])
    }
    return table.text
  }
}

/// What an approval does, or would do.
struct ApprovalReport: Report {
  /// Nothing was changed.
  let preview: Bool
  /// Why it asks for `--yes`.
  let cautions: [String]
  /// Only what is different.
  let approvals: [ApprovalRow]
  /// Licence terms that it accepts for all computers.
  let acceptedEULAs: [String]
  /// Content that is still to be fetched.
  let missingFiles: Int
  let missingBytes: Int64
  /// Approved updates that are superseded or expired.
  let outdated: [String]

  var table: String {
    var parts: [String] = []
    if approvals.isEmpty { parts.append("nothing to change") } else { parts.append(ApprovalRow.table(approvals)) }
    if !outdated.isEmpty { parts.append("superseded or expired: " + outdated.joined(separator: ", ")) }
    if !acceptedEULAs.isEmpty { parts.append("accepts licence terms: " + acceptedEULAs.joined(separator: ", ")) }
    if missingFiles > 0 {
      parts.append("still to fetch: \(Quantity.count(missingFiles, "file")), \(Quantity.bytes(missingBytes))")
    }
    if preview { parts.append("nothing was changed: \(cautions.joined(separator: "; ")): add --yes") }
    return parts.joined(separator: "\n")
  }
}

extension ApprovalReport {
  init(_ preview: ApprovalPreview, order: ApprovalOrder, groups: NamedGroups) {
    self.init(
      preview, changes: preview.entries.flatMap(\.changes).filter { $0.before != $0.after },
      eulas: order.action == .install ? preview.eulas : [], cautions: ApprovalCaution.texts(preview, order),
      groups: groups, isPreview: true)
  }

  init(_ outcome: ApprovalOutcome, _ preview: ApprovalPreview, groups: NamedGroups) {
    self.init(
      preview, changes: outcome.changes, eulas: outcome.acceptedEULAs, cautions: [], groups: groups, isPreview: false)
  }

  private init(
    _ preview: ApprovalPreview, changes: [DeploymentChange], eulas: [GUID], cautions: [String], groups: NamedGroups,
    isPreview: Bool
  ) {
    let titles = Dictionary(preview.entries.map { ($0.identity.updateID, $0.title) }) { first, _ in first }
    self.init(
      preview: isPreview, cautions: cautions,
      approvals: changes.map { ApprovalRow($0, title: titles[$0.updateID] ?? "", groups: groups) },
      acceptedEULAs: eulas.map(\.description), missingFiles: preview.missing.files,
      missingBytes: preview.missing.bytes,
      outdated: preview.entries.filter { $0.isSuperseded || $0.isExpired }.map(\.identity.updateID.description))
  }
}

/// What an operator should have seen before an order is carried out.
enum ApprovalCaution {
  /// Content to fetch above which an order is shown first.
  static let largeDownload: Int64 = 1 << 30

  /// Empty for an order that needs no second look.
  static func texts(_ preview: ApprovalPreview, _ order: ApprovalOrder) -> [String] {
    var texts: [String] = []
    let changes = preview.entries.flatMap(\.changes).filter { $0.before != $0.after }
    if order.action == .uninstall, !changes.isEmpty { texts.append("it removes updates from computers") }
    let replaced = changes.count { $0.before.map { $0.action != order.action } ?? false }
    if replaced > 0 { texts.append("it replaces \(Quantity.count(replaced, "approval")) of another action") }
    guard order.action == .install else { return texts }
    if !preview.eulas.isEmpty { texts.append("it accepts \(preview.eulas.count) licence terms for all computers") }
    if preview.missing.bytes > largeDownload {
      texts.append("\(Quantity.bytes(preview.missing.bytes)) are to be fetched")
    }
    return texts
  }
}
