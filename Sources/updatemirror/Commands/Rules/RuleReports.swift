import Catalog
import UpdateModel

/// The names of what rules refer to.
struct RuleNames {
  private let groups: NamedGroups
  private let categories: [GUID: String]

  init(_ catalog: Catalog) async throws {
    groups = try await NamedGroups(catalog)
    let rows = try await catalog.categories(countsUpdates: false)
    categories = Dictionary(rows.map { ($0.updateID, $0.title) }) { first, _ in first }
  }

  func group(_ id: GUID) -> String { groups.name(id) }

  func category(_ id: GUID) -> String { categories[id] ?? id.description }
}

/// An approval rule, for people, programs and the audit log.
struct RuleRow: Encodable, Equatable {
  struct Ring: Encodable, Equatable {
    let group: String
    let delayDays: Int
    /// Failures in the ring before above which this one waits: `3` computers, or `5%` of those that tried.
    let failureLimit: String?

    var text: String {
      let delay = delayDays == 0 ? "" : " after \(Quantity.count(delayDays, "day"))"
      return group + delay + (failureLimit.map { " unless failures exceed \($0)" } ?? "")
    }
  }

  let rule: Int64
  let name: String
  let enabled: Bool
  /// Names; none = any.
  let classifications: [String]
  let products: [String]
  /// Text that titles contain.
  let title: String?
  /// A regular expression that titles match.
  let titlePattern: String?
  /// Empty for a rule that declines.
  let rings: [Ring]
  let deadlineDays: Int?
  let optional: Bool?
  let priority: UInt8?
  let acceptsEULAs: Bool?
  /// Set for a rule that declines what was superseded for so long.
  let declinesSupersededAfterDays: Int?

  init(_ stored: StoredRule, _ names: RuleNames) {
    let rule = stored.rule
    self.rule = stored.ruleID
    name = rule.name
    enabled = rule.isEnabled
    classifications = rule.classifications.map(names.category)
    products = rule.products.map(names.category)
    switch rule.title {
    case .contains(let text):
      title = text
      titlePattern = nil
    case .matches(let pattern):
      title = nil
      titlePattern = pattern
    case nil:
      title = nil
      titlePattern = nil
    }
    var approval: ApprovalRule.Approval?
    var days: Int?
    switch rule.work {
    case .approve(let asked): approval = asked
    case .declineSuperseded(let afterDays): days = afterDays
    }
    rings = approval?.rings.map { Ring($0, names) } ?? []
    deadlineDays = approval?.deadlineDays
    optional = approval.map { !$0.isAssigned }
    priority = approval?.downloadPriority
    acceptsEULAs = approval?.acceptsEULAs
    declinesSupersededAfterDays = days
  }

  /// For the audit log.
  var subject: String { "approval rule \(name)" }
  var facts: [String: String] { ["enabled": "\(enabled)", "for": subjectText, "does": workText] }

  /// Which updates it is for.
  var subjectText: String {
    var parts = classifications.isEmpty ? [] : [classifications.joined(separator: " or ")]
    if !products.isEmpty { parts.append("for " + products.joined(separator: " or ")) }
    if let title { parts.append("title contains \"\(title)\"") }
    if let titlePattern { parts.append("title matches /\(titlePattern)/") }
    return parts.isEmpty ? "all updates" : parts.joined(separator: ", ")
  }

  var workText: String {
    if let days = declinesSupersededAfterDays { return "decline when superseded for \(Quantity.count(days, "day"))" }
    var parts = ["approve for " + rings.map(\.text).joined(separator: ", ")]
    if let deadlineDays { parts.append("deadline \(Quantity.count(deadlineDays, "day"))") }
    if optional == true { parts.append("optional") }
    if acceptsEULAs == true { parts.append("accept licence terms") }
    return parts.joined(separator: "; ")
  }

  static func table(_ rows: [RuleRow]) -> String {
    guard !rows.isEmpty else { return "no approval rules" }
    var table = TextTable(["RULE", "NAME", "FOR", "DOES"], alignments: [0: .right])
    for row in rows {
      table.add(["\(row.rule)", row.name + (row.enabled ? "" : " (disabled)"), row.subjectText, row.workText])
    }
    return table.text
  }
}

extension RuleRow.Ring {
  init(_ ring: ApprovalRule.Ring, _ names: RuleNames) {
    self.init(
      group: names.group(ring.targetGroupID), delayDays: ring.delayDays,
      failureLimit: ring.failureLimit.map { limit in
        switch limit {
        case .computers(let count): "\(count)"
        case .percent(let percent): "\(percent)%"
        }
      })
  }
}

struct RuleListReport: Report {
  let rules: [RuleRow]

  var table: String { RuleRow.table(rules) }
}

struct RuleRemovalReport: Report {
  /// Nothing was changed.
  let preview: Bool
  let rules: [RuleRow]

  var table: String { RuleRow.table(rules) + "\n" + (preview ? "nothing was removed: add --yes" : "removed") }
}
